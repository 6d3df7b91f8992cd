//! The coach's feedback on one answer.

use llm::Usage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
