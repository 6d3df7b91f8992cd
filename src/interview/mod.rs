//! The interviewer and the coach: who asks, and who judges.
//!
//! Both are traits because there are several: the offline ones of this module, which need nothing
//! but the text, and language models. They see a [`Conversation`] and return values; they never
//! touch the database or HTTP.

pub mod director;
pub mod evidence;
pub mod offline;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::session::model::{Feedback, Report, ResponseType, SessionConfig, SessionStats, Turn};

/// What the interviewer and the coach may know of an interview.
#[derive(Clone)]
pub struct Conversation {
    pub config: Arc<SessionConfig>,
    /// Turns in order; the last one may be open (it is the one to reply to).
    pub turns: Arc<Vec<Arc<Turn>>>,
    pub stats: SessionStats,
    /// When the introduction was accepted: the clock's zero. `None` before the start.
    pub started_at: Option<Timestamp>,
    /// Stable per session; the offline interviewer seeds its choice of questions with it.
    pub seed: u64,
}

/// What the server, which owns clock and question target, allows next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Anything but closing.
    Continue,
    /// The interview is over: the line must close it.
    MustClose,
}

/// The interviewer's next line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub content: String,
    pub response_type: ResponseType,
    /// Topic that a question or follow-up covers.
    pub topic: Option<String>,
    /// `offline`, or provider/model.
    pub interviewer: String,
    pub prompt_version: String,
}

/// Why no line, feedback or report came; the text is for logs, never for candidates.
#[derive(Debug, thiserror::Error)]
pub enum InterviewError {
    #[error("the model is unavailable: {0}")]
    Unavailable(String),
    #[error("the model's answer is of no use: {0}")]
    Invalid(String),
}

#[async_trait]
pub trait Interviewer: Send + Sync {
    /// The introduction, ending in the first question. Never empty.
    async fn introduce(&self, conversation: &Conversation) -> Result<Line, InterviewError>;

    /// The reply to the last turn's message. With [`Allowed::MustClose`] the line is a closing one.
    async fn reply(
        &self,
        conversation: &Conversation,
        allowed: Allowed,
    ) -> Result<Line, InterviewError>;
}

#[async_trait]
pub trait Coach: Send + Sync {
    /// Feedback on the message of turn `turn_no`.
    async fn assess(
        &self,
        conversation: &Conversation,
        turn_no: u32,
    ) -> Result<Feedback, InterviewError>;

    /// The report on the whole interview.
    async fn report(&self, conversation: &Conversation) -> Result<Report, InterviewError>;
}
