//! The final report and its parts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Score;

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

/// What the scores of all answers add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scores {
    /// Mean of the dimensions that have a score, 1 to 5, to one decimal; null when none has.
    pub overall_score: Option<f64>,
    pub dimension_scores: Vec<Score>,
    /// Answers given.
    #[serde(default)]
    pub answers: u32,
    /// Answers the coach has judged; the scores rest on these.
    #[serde(default)]
    pub answers_judged: u32,
    pub coach: String,
    pub rubric_version: String,
}

/// The report in words. Plain strings; clients render them as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Narrative {
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
