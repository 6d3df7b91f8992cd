//! What a session is made of: its configuration, its turns, their replies and feedback, its report.
//!
//! The shapes are those of the JSON that PostgREST returns for `interview_sessions` and
//! `interview_turns`, and of the JSON this service answers: one name per thing in both.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::interview::Usage;

/// Manner of the interviewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    #[default]
    Formal,
    Casual,
    Aggressive,
    Technical,
}

/// How demanding the questions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    Easy,
    #[default]
    Medium,
    Hard,
}

/// How an interview is set up. Every field is optional; fields this version does not know are kept
/// in `extra` and stored with the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionConfig {
    /// The position practised for, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_role: Option<String>,
    /// The advertisement's text, at most 50,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_description: Option<String>,
    /// The candidate's résumé as plain text, at most 100,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// Number of questions after which the interview closes, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub target_question_count: Option<u32>,
    /// At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Minutes, 1 to 240; counts only with `use_time_based_interview`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 240)]
    pub interview_duration_minutes: Option<u32>,
    /// Close by the clock instead of by the number of questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_time_based_interview: Option<bool>,
    #[serde(flatten)]
    #[schema(additional_properties = true, value_type = Object)]
    pub extra: Map<String, Value>,
}

/// Questions asked when the configuration names no target.
pub const DEFAULT_QUESTION_COUNT: u32 = 8;
/// Minutes of a time-based interview whose configuration names none.
pub const DEFAULT_DURATION_MINUTES: u32 = 30;

impl SessionConfig {
    pub fn question_target(&self) -> u32 {
        self.target_question_count.unwrap_or(DEFAULT_QUESTION_COUNT)
    }

    /// Seconds the interview may last, when it is the clock that closes it.
    pub fn time_limit_seconds(&self) -> Option<i64> {
        self.use_time_based_interview.unwrap_or(false).then(|| {
            i64::from(
                self.interview_duration_minutes
                    .unwrap_or(DEFAULT_DURATION_MINUTES),
            ) * 60
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Active,
    Completed,
    Abandoned,
}

impl SessionStatus {
    /// As it stands in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Completed, Self::Abandoned]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    Introduction,
    Question,
    FollowUp,
    Closing,
}

/// One line of the interviewer, as it is stored in `interview_turns.reply` and answered to clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = AgentResponse)]
pub struct Reply {
    /// Always `assistant`.
    pub role: String,
    /// Always `interviewer`.
    pub agent: String,
    pub content: String,
    pub response_type: ResponseType,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Seconds the interviewer took.
    pub processing_time: f64,
    /// `topic`, `question_number`, `interviewer` (`offline` or provider/model), `prompt_version`; `draft` (the
    /// id that the line's deltas had), `stopped` (the candidate ended the line here), `repairs` (attempts of
    /// the model that could not be used).
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackStatus {
    Pending,
    Ready,
    Failed,
}

/// The coach's view of one answer, as it is stored in `interview_turns.feedback`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Feedback {
    pub status: FeedbackStatus,
    /// The whole feedback as readable text; null while pending or failed.
    #[serde(default)]
    pub feedback: Option<String>,
    /// What worked, each a sentence.
    #[serde(default)]
    pub worked: Vec<String>,
    /// What to change, each a sentence.
    #[serde(default)]
    pub to_change: Vec<String>,
    #[serde(default)]
    pub scores: Vec<Score>,
    /// `offline`, or provider/model.
    #[serde(default)]
    pub coach: String,
    #[serde(default)]
    pub rubric_version: String,
    /// Tokens the coach's model used for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

impl Feedback {
    /// Feedback that says nothing yet.
    pub fn empty(status: FeedbackStatus) -> Self {
        Self {
            status,
            feedback: None,
            worked: Vec::new(),
            to_change: Vec::new(),
            scores: Vec::new(),
            coach: String::new(),
            rubric_version: String::new(),
            usage: None,
        }
    }
}

/// A score on one dimension of the rubric. Without evidence there is no score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Score {
    /// `structure`, `specificity`, `relevance`, `depth`, `communication`.
    pub dimension: String,
    /// 1 (poor) to 5 (excellent); null when the evidence does not suffice.
    pub score: Option<u8>,
    /// Why, in a sentence.
    pub reason: String,
    pub evidence: Vec<Evidence>,
}

/// Words of an answer, verbatim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub turn_no: u32,
    pub quote: String,
}

/// One exchange: the candidate's message and the interviewer's reply to it. Turn 0 is the
/// introduction and has no message.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Turn {
    pub turn_no: u32,
    pub turn_id: String,
    pub message: Option<String>,
    /// `turn_no` of the reply that this message answers.
    pub question_no: Option<u32>,
    /// Session version at the last visible change of this turn.
    pub version: i64,
    pub accepted_at: Timestamp,
    pub reply: Option<Reply>,
    pub completed_at: Option<Timestamp>,
    /// Set when a later message superseded this turn before it had a reply.
    pub unanswered_at: Option<Timestamp>,
    pub feedback: Option<Feedback>,
    pub lease_until: Option<Timestamp>,
}

impl Turn {
    pub fn is_open(&self) -> bool {
        self.reply.is_none() && self.unanswered_at.is_none()
    }
}

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

/// Counters kept in `interview_sessions.session_stats`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionStats {
    /// Candidate messages that have a reply.
    pub answers: u32,
    /// New questions asked so far (follow-ups not counted).
    pub questions: u32,
    pub follow_ups: u32,
    /// Words the candidate wrote.
    pub candidate_words: u64,
    /// Topics covered, in order, each once.
    pub topics: Vec<String>,
    /// Seconds the interviewer took in all.
    pub processing_seconds: f64,
    /// Tokens the interviewer's model read and wrote.
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Tokens the coach's model read and wrote; counted by the database, as feedback comes beside turns.
    #[serde(skip_serializing_if = "is_zero")]
    pub coach_input_tokens: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub coach_output_tokens: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The row of `interview_sessions`.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub session_id: Uuid,
    pub user_id: Option<Uuid>,
    pub status: SessionStatus,
    pub version: i64,
    /// Version at which anything but turns last changed; an older copy is of no use as a base.
    pub base_version: i64,
    pub stats: SessionStats,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub config: Arc<SessionConfig>,
    /// `{status, results, error}` of the report, as stored.
    pub final_summary: Option<Arc<Value>>,
}
