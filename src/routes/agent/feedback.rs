//! The coach's feedback on each answer: read, and asked for again where it failed.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use super::conditional;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::{Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::session::FeedbackItem;
use crate::state::AppState;

/// Which answer's feedback to try again.
#[derive(ToSchema)]
pub(crate) struct RetryFeedback {
    /// The answer's turn.
    pub turn_no: u32,
    #[schema(ignore)]
    pub session_id: Option<String>,
}

impl FromFields for RetryFeedback {
    fn from_fields(fields: &mut Fields) -> Self {
        let session_id = fields.session_id();
        let turn_no = fields.deserialize("turn_no", "must be a whole number");
        if turn_no.is_none() {
            fields.reject("turn_no", "must be the turn_no of an answer");
        }
        Self {
            turn_no: turn_no.unwrap_or_default(),
            session_id,
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

/// The coach's feedback: one item per message of the candidate, pending until it is ready.
#[utoipa::path(get, path = "/agent/per_turn_feedback", tag = "agent", params(SessionId),
    responses((status = 200, body = Vec<FeedbackItem>), (status = 304)), security((), ("bearer" = [])))]
pub(crate) async fn per_turn_feedback(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    conditional::json(&request, &session, || Ok(session.feedback_json()))
}

/// Has the coach judge an answer again whose feedback failed. Feedback that is ready stays as it is.
#[utoipa::path(post, path = "/agent/retry_feedback", tag = "agent", request_body = RetryFeedback,
    params(SessionId), responses((status = 202, body = FeedbackItem)), security((), ("bearer" = [])))]
pub(crate) async fn retry_feedback(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, body }): Then<Caller, InSession<RetryFeedback>>,
) -> Result<HttpResponse, ApiError> {
    let turn_no = body.turn_no;
    let snapshot = state
        .sessions
        .feedback
        .retry(&caller, session_id, turn_no)
        .await?;
    let item = snapshot
        .turns
        .get(turn_no as usize)
        .and_then(|turn| snapshot.feedback_item(turn));
    Ok(HttpResponse::Accepted().json(item))
}
