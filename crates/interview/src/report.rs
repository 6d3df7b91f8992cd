//! The final report and its parts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Evidence;

/// A learning resource of the final report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resource {
    pub title: String,
    pub url: String,
    /// `article`, `course`, `book`, `video`, `documentation`, `practice`.
    pub resource_type: String,
    /// Which weakness it helps with and why.
    pub reasoning: String,
    pub description: String,
}

/// A dimension of the rubric over all answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DimensionScore {
    /// `structure`, `specificity`, `relevance`, `depth`, `communication`.
    pub dimension: String,
    /// Mean over the answers that have a score, 1 to 5, to one decimal; null when none has.
    pub score: Option<f64>,
    /// On how many answers it rests, in words of the interview's language.
    pub reason: String,
    /// Answers that have a score.
    #[serde(default)]
    pub answers: u32,
    /// Words of the best and of the weakest answer.
    pub evidence: Vec<Evidence>,
}

/// A question with its follow-ups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuestionScore {
    /// Turn whose reply asked the question.
    pub turn_no: u32,
    /// Mean over its answers and all dimensions, 1 to 5, to one decimal.
    pub score: Option<f64>,
}

/// What the scores of all answers add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scores {
    /// Mean of all scores of all answers, 1 to 5, to one decimal; null when there is none.
    pub overall_score: Option<f64>,
    pub dimension_scores: Vec<DimensionScore>,
    /// Questions whose answers have a score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub question_scores: Vec<QuestionScore>,
    /// Answers given.
    #[serde(default)]
    pub answers: u32,
    /// Answers the coach has judged; the scores rest on these.
    #[serde(default)]
    pub answers_judged: u32,
    /// How often each line of the checklist was met; the offline coach's instead of scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<CheckTotal>,
    pub coach: String,
    pub rubric_version: String,
}

/// How often a line of the checklist was met over all answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckTotal {
    pub check: String,
    pub met: u32,
    /// Answers for which it could be told.
    pub answers: u32,
}

/// What the job description asks for, and whether the answers showed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Requirement {
    pub requirement: String,
    pub met: bool,
    /// The candidate's words that show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// The report in words. Plain strings; clients render them as text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Narrative {
    /// The whole interview in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// What to do next, at most three, the most useful first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Turn of the best and of the weakest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_turn: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weakest_turn: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    pub patterns_tendencies: String,
    pub strengths: String,
    pub weaknesses: String,
    pub improvement_focus_areas: String,
}

/// Where the report's resources come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourcesFrom {
    /// A web search for the weaknesses found.
    Search,
    /// The list that comes with this service.
    Curated,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resources {
    pub recommended_resources: Vec<Resource>,
    pub resources_from: ResourcesFrom,
}

/// The final report: its three parts side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    #[serde(flatten)]
    pub scores: Scores,
    #[serde(flatten)]
    pub narrative: Narrative,
    #[serde(flatten)]
    pub resources: Resources,
}
