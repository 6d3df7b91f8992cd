//! How a session's failures look to a client: one status, code and sentence each.

use std::sync::Arc;

use crate::error::ApiError;
use crate::session::SessionError;
use interview::InterviewError;
use llm::Permanent;

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotFound => ApiError::session_not_found(),
            SessionError::NotStarted => ApiError::new(
                409,
                "interview_not_started",
                "This session's interview has not started. Start it first.",
            ),
            SessionError::Ended => ApiError::new(
                409,
                "session_ended",
                "This session's interview has ended. Reset it to practise again.",
            ),
            SessionError::NotEnded => ApiError::new(
                409,
                "session_not_ended",
                "This session's interview has not ended yet.",
            ),
            SessionError::Busy {
                turn_no,
                turn_id,
                retry_after_ms,
            } => ApiError::new(
                409,
                "turn_in_progress",
                "Another message of this session is being answered. Wait for its reply.",
            )
            .retry_after(retry_after_ms.div_ceil(1_000).max(1))
            .retryable(true)
            .with("turn_no", turn_no)
            .with("turn_id", turn_id),
            SessionError::KeyReused => ApiError::new(
                422,
                "idempotency_key_reused",
                "This Idempotency-Key belongs to another message. Use a new key for a new message.",
            ),
            SessionError::Superseded => ApiError::new(
                409,
                "turn_superseded",
                "A later message took this one's place before it was answered. It stays in the history.",
            ),
            SessionError::Gone => ApiError::new(
                409,
                "session_reset",
                "The session was reset while this message was being answered.",
            ),
            SessionError::TokenExpiring => ApiError::new(
                401,
                "token_expired",
                "Your access token is about to expire. Refresh it and send the message again.",
            ),
            SessionError::NoSuchAnswer => ApiError::new(
                404,
                "answer_not_found",
                "This session has no answer with that turn_no.",
            ),
            SessionError::NoSuchQuestion => ApiError::new(
                404,
                "question_not_found",
                "This session has no main question with that number. They count from 1; follow-ups have no number.",
            ),
            SessionError::ReportNotReady => ApiError::new(
                409,
                "report_not_ready",
                "This session's report is not ready yet. Try again in a moment.",
            )
            .retry_after(2)
            .retryable(true),
            SessionError::TooManyShares => ApiError::new(
                409,
                "too_many_shares",
                "This report is shared by ten links already. Revoke one first.",
            ),
            SessionError::ShareTooLarge => ApiError::invalid(
                "include_answers",
                "the answers are too long to share; share the report without them",
            ),
            SessionError::NoSuchShare => ApiError::new(
                404,
                "share_not_found",
                "This link shows nothing: it may have expired or been revoked.",
            ),
            SessionError::Stopped => ApiError::new(
                409,
                "turn_stopped",
                "The turn was stopped before the interviewer said anything. Your message is kept: send it \
                 again with the same Idempotency-Key, or send another.",
            )
            .retryable(true),
            SessionError::Interviewer(cause) => interviewer_error(cause),
            SessionError::Lost => ApiError::internal(anyhow::anyhow!("the turn's task was lost")),
            SessionError::Rest(error) => rest_error(error),
        }
    }
}

fn interviewer_error(cause: InterviewError) -> ApiError {
    let (status, retry_after) = match &cause {
        InterviewError::Permanent { kind, .. } => {
            return ApiError::new(502, kind.code(), permanent(*kind))
                .retryable(false)
                .source(anyhow::Error::new(cause));
        }
        InterviewError::OverBudget(over) => return over.clone().into(),
        InterviewError::Unavailable { retry_after, .. } => (503, *retry_after),
        InterviewError::Invalid(_) | InterviewError::Stopped => (502, None),
    };
    ApiError::new(
        status,
        "interviewer_unavailable",
        "The interviewer could not answer. Your message is kept: send it again with the same \
         Idempotency-Key.",
    )
    .retryable(true)
    .retry_after(retry_after.map_or(2, |wait| wait.as_secs().max(1)))
    .source(anyhow::Error::new(cause))
}

/// What happened, and who can do something about it.
fn permanent(kind: Permanent) -> &'static str {
    match kind {
        Permanent::ModelNotFound => {
            "The AI model that this service is set up with doesn't exist at its provider, or no longer does. \
             Whoever runs the service must choose another one. Nothing you sent is lost."
        }
        Permanent::CreditExhausted => {
            "The AI provider's credit is used up. Whoever runs this service must top it up. Nothing you sent is lost."
        }
        Permanent::ContextExceeded => {
            "This interview has become too long for the AI model. Try a shorter message, job description or \
             résumé; whoever runs this service can set LLM_CONTEXT_TOKENS. Nothing you sent is lost."
        }
        Permanent::KeyRejected => {
            "The AI provider rejects this service's API key. Whoever runs the service must replace it. Nothing \
             you sent is lost."
        }
        Permanent::RequestRefused => {
            "The AI provider refuses this service's requests. Whoever runs the service finds the reason in its \
             log. Nothing you sent is lost."
        }
    }
}

fn rest_error(error: Arc<crate::supabase::postgrest::RestError>) -> ApiError {
    ApiError::from(&*error)
}
