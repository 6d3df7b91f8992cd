//! The interviewer and the coach: who asks, and who judges.
//!
//! Both are traits because there are several: the offline ones of this module, which need nothing
//! but the text, and language models. They see a [`Conversation`] and return values; they never
//! touch the database or HTTP.

mod asking;
mod chain;
pub mod checklist;
pub mod director;
pub mod draft;
pub mod evidence;
mod extra;
mod feedback;
pub mod generative;
pub mod offline;
mod phrases;
pub mod practice;
mod report;
pub mod resources;
pub mod scores;
mod setup;
mod speech;
mod transcript;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use llm::Usage;

pub use draft::Draft;
pub use extra::Extra;
pub use feedback::{Check, Delivery, Evidence, Feedback, FeedbackStatus, QuestionKind, Score};
pub use practice::Practice;
pub use report::{
    CheckTotal, DimensionScore, Narrative, QuestionScore, Report, Requirement, Resource, Resources,
    ResourcesFrom, Scores,
};
pub use setup::{
    DEFAULT_DURATION_MINUTES, DEFAULT_QUESTION_COUNT, Difficulty, SessionConfig, Style,
};
pub use speech::{SpeechTiming, SpokenDelivery};
pub use transcript::{Reply, ResponseType, SessionStats, Turn};

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

impl Conversation {
    /// The turn of that number; turns are in order.
    pub fn turn(&self, turn_no: u32) -> Option<&Turn> {
        let at = self
            .turns
            .binary_search_by_key(&turn_no, |turn| turn.turn_no)
            .ok()?;
        self.turns.get(at).map(AsRef::as_ref)
    }
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
    /// What a new question asks for, where that is known before it is asked.
    pub question_kind: Option<QuestionKind>,
    /// `offline`, or provider/model.
    pub interviewer: String,
    pub prompt_version: String,
    pub usage: Usage,
    /// The candidate stopped the line where it ends.
    pub stopped: bool,
    /// Attempts whose answer could not be used.
    pub repairs: u32,
}

/// Why no line, feedback or report came; the text is for logs, never for candidates.
#[derive(Clone, Debug, thiserror::Error)]
pub enum InterviewError {
    #[error("the model is unavailable: {cause}")]
    Unavailable {
        cause: String,
        /// When it makes sense to ask again, if the provider says so.
        retry_after: Option<Duration>,
    },
    /// The same request would fail again until somebody changes something.
    #[error("the model can't be used: {cause}")]
    Permanent { kind: llm::Permanent, cause: String },
    /// Whoever pays has used up the day's budget.
    #[error(transparent)]
    OverBudget(upstream::meter::OverBudget),
    /// The candidate stopped the line before its first word.
    #[error("stopped")]
    Stopped,
    #[error("the model's answer is of no use: {0}")]
    Invalid(String),
}

#[async_trait]
pub trait Interviewer: Send + Sync {
    /// The introduction, ending in the first question. Never empty. What is written to `draft` on the
    /// way is the beginning of the line that is returned.
    async fn introduce(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError>;

    /// The reply to the last turn's message. With [`Allowed::MustClose`] the line is a closing one.
    async fn reply(
        &self,
        conversation: &Conversation,
        allowed: Allowed,
        draft: &Draft,
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

    /// The report's texts, which must agree with its `scores`, and what they cost.
    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError>;

    /// A person asks once more for what failed: what was left alone since is tried again.
    fn try_again(&self) {}
}
