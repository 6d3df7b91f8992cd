//! What was said: turns, the interviewer's replies, and the counters kept beside them.
//!
//! The shapes are those of the JSON that PostgREST returns for `interview_turns` and that clients get.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{Feedback, SpeechTiming};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    Introduction,
    Question,
    FollowUp,
    /// The last question again, in other words or with an assumption: the candidate's message was no answer.
    Clarification,
    Closing,
}

impl ResponseType {
    /// Whether such a line asks a main question: one that counts and has a number.
    pub fn begins_question(self) -> bool {
        matches!(self, Self::Introduction | Self::Question)
    }
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
    /// `topic`, `question_number`, `question_kind`, `interviewer` (`offline` or provider/model), `prompt_version`; `draft` (the
    /// id that the line's deltas had), `stopped` (the candidate ended the line here), `repairs` (attempts of
    /// the model that could not be used).
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
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
    /// How the message was spoken; `None` where it was typed.
    #[serde(default)]
    pub speech_timing: Option<SpeechTiming>,
}

impl Turn {
    pub fn is_open(&self) -> bool {
        self.reply.is_none() && self.unanswered_at.is_none()
    }

    /// Whether the candidate's message answers a question, as far as is known: one that was met with a
    /// clarification does not.
    pub fn is_answer(&self) -> bool {
        let clarified = |reply: &Reply| reply.response_type == ResponseType::Clarification;
        self.message.is_some() && !self.reply.as_ref().is_some_and(clarified)
    }
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
    /// Of the tokens read, those that came from the provider's prompt cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached_input_tokens: u64,
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
