//! What can go wrong with a session, without a word about HTTP.

use std::sync::Arc;

use crate::supabase::postgrest::RestError;
use interview::InterviewError;

/// Cloned to every request that waits for the same turn.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SessionError {
    /// No such session, or not the caller's.
    #[error("no such session")]
    NotFound,
    #[error("the interview has not started")]
    NotStarted,
    #[error("the interview has ended")]
    Ended,
    #[error("the interview has not ended")]
    NotEnded,
    /// Another turn of the session is open.
    #[error("turn {turn_no} is in progress")]
    Busy {
        turn_no: u32,
        turn_id: String,
        retry_after_ms: u64,
    },
    /// No turn of that number has a candidate's message.
    #[error("no such answer")]
    NoSuchAnswer,
    /// No main question of the session has that number.
    #[error("no such question")]
    NoSuchQuestion,
    #[error("the report is not ready")]
    ReportNotReady,
    /// The session's report is shared by as many links as may be.
    #[error("too many links")]
    TooManyShares,
    /// What is to be shared is more than a link may show.
    #[error("too much to share")]
    ShareTooLarge,
    /// No such link, or one that has expired or was revoked.
    #[error("no such link")]
    NoSuchShare,
    /// The idempotency key named a turn with another message.
    #[error("the idempotency key belongs to another message")]
    KeyReused,
    /// The turn was superseded by a later message before it had a reply.
    #[error("the turn was superseded")]
    Superseded,
    /// The session was reset or deleted while the turn was on its way.
    #[error("the turn is gone")]
    Gone,
    /// The access token has under a minute left.
    #[error("the access token is about to expire")]
    TokenExpiring,
    /// The candidate stopped the turn before the interviewer's first word; the message is kept.
    #[error("the turn was stopped")]
    Stopped,
    /// The interviewer gave no line; the message is kept.
    #[error("{0}")]
    Interviewer(InterviewError),
    /// The turn's task ended without a word (a panic).
    #[error("the turn's task was lost")]
    Lost,
    #[error(transparent)]
    Rest(#[from] Arc<RestError>),
}

impl From<RestError> for SessionError {
    fn from(error: RestError) -> Self {
        match error {
            // Whatever is asked for here belongs to a session.
            RestError::NotFound => Self::NotFound,
            error => Self::Rest(Arc::new(error)),
        }
    }
}
