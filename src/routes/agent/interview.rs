//! The interview's course: started, ended, begun anew.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::configuration::Configuration;
use super::practice::StartInterview;
use super::turn::{self, IdempotencyKey};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::routes::sse::EventStream;
use crate::session::FeedbackItem;
use crate::state::AppState;
use interview::{Reply, SessionConfig};

#[derive(Serialize, ToSchema)]
pub(crate) struct InterviewEnded {
    /// The report (see `Report`), `{}` while it is being written.
    #[schema(value_type = Object)]
    pub results: Value,
    pub per_turn_feedback: Vec<FeedbackItem>,
    /// `generating`, `completed` or `error`.
    pub final_summary_status: String,
    pub has_immediate_data: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct InterviewReset {
    pub session_id: Uuid,
    pub message: &'static str,
    /// The finished interview in the user's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_session_id: Option<Uuid>,
}

/// Starts the interview with its introduction, as JSON or as a stream like that of `send_message`. Starting
/// again answers the same introduction.
#[utoipa::path(post, path = "/agent/start_interview", tag = "agent", request_body = StartInterview,
    params(SessionId, IdempotencyKey, ("Last-Event-ID" = Option<String>, Header, description = "Resume a stream after this event")),
    responses((status = 200, content((Reply = "application/json"), (EventStream = "text/event-stream")))), security((), ("bearer" = [])))]
pub(crate) async fn start_interview(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, body }): Then<Caller, InSession<Configuration>>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let key = turn::idempotency_key(&request)?;
    if body.practice.is_some() {
        return Err(ApiError::invalid(
            "practice",
            "is chosen when the session is made, by create_session",
        ));
    }
    let config = Some(body.config).filter(|config| *config != SessionConfig::default());
    let handle = state
        .sessions
        .turns
        .start(&caller, session_id, key, config)?;
    turn::answer(&state, &request, handle).await
}

/// Ends the interview and answers what there is of the report. Ending again is harmless.
#[utoipa::path(post, path = "/agent/end_interview", tag = "agent", params(SessionId),
    responses((status = 200, body = InterviewEnded)), security((), ("bearer" = [])))]
pub(crate) async fn end_interview(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<Caller, InSession>,
) -> Result<HttpResponse, ApiError> {
    let ended = state.sessions.lifecycle.end(&caller, session_id).await?;
    let results = ended.report.results();
    Ok(HttpResponse::Ok().json(InterviewEnded {
        has_immediate_data: results
            .as_object()
            .is_some_and(|results| !results.is_empty()),
        results,
        per_turn_feedback: ended.state.feedback_items(),
        final_summary_status: ended.report.name().to_owned(),
    }))
}

/// Starts over with the same configuration. A user's finished interview stays in their history, under an id of its own;
/// other turns and reports are deleted.
#[utoipa::path(post, path = "/agent/reset_interview", tag = "agent", params(SessionId),
    responses((status = 200, body = InterviewReset)), security((), ("bearer" = [])))]
pub(crate) async fn reset_interview(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<Caller, InSession>,
) -> Result<HttpResponse, ApiError> {
    let kept_session_id = state.sessions.lifecycle.reset(&caller, session_id).await?;
    let message = if kept_session_id.is_some() {
        "A new interview begins. The finished one stays in your history."
    } else {
        "The interview was reset. Its configuration is kept."
    };
    Ok(HttpResponse::Ok().json(InterviewReset {
        session_id,
        message,
        kept_session_id,
    }))
}
