//! A session: made, claimed, read, kept in memory or let go of, deleted.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::conditional;
use super::configuration::Configuration;
use super::practice::{CreateSession, PracticeOf, PracticeRequest};
use crate::auth::{Caller, User};
use crate::error::ApiError;
use crate::routes::body::Body;
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::session::{FeedbackItem, SessionState, SessionStatus};
use crate::state::AppState;
use interview::{SessionConfig, SessionStats};

#[derive(Serialize, ToSchema)]
pub(crate) struct SessionCreated {
    pub session_id: Uuid,
    pub message: String,
}

/// The whole session, under the column names of the database.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeSession<'a> {
    pub session_id: Uuid,
    pub user_id: Option<Uuid>,
    pub status: SessionStatus,
    pub version: i64,
    pub session_config: &'a SessionConfig,
    pub session_stats: &'a SessionStats,
    /// As in `/agent/history`.
    #[schema(value_type = Vec<Object>)]
    pub conversation_history: &'a RawValue,
    /// As in `/agent/per_turn_feedback`.
    #[schema(value_type = Vec<FeedbackItem>)]
    pub per_turn_feedback_log: &'a RawValue,
    #[schema(value_type = Option<Object>)]
    pub final_summary: Option<&'a Value>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Documents `{history}`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is rendered once and kept")]
pub(crate) struct History {
    /// Entries `{role, content, timestamp, turn_no, …}`, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Stats<'a> {
    pub stats: &'a SessionStats,
    pub status: SessionStatus,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TimeRemaining {
    /// To a tenth; null when it is not the clock that ends the interview.
    pub time_remaining_minutes: Option<f64>,
    /// The same to the second: at 0 the next answer is the last.
    pub time_remaining_seconds: Option<i64>,
    pub session_active: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Released {
    pub success: bool,
    pub message: String,
}

/// Creates a session; without a token it is a guest's, whose only key is its id. With `practice` it practises one
/// question: a given one, or a main question of a session of the caller's, which it is then set up like.
#[utoipa::path(post, path = "/agent/create_session", tag = "agent", request_body = CreateSession,
    responses((status = 201, body = SessionCreated)), security((), ("bearer" = [])))]
pub(crate) async fn create_session(
    state: web::Data<AppState>,
    Then(caller, Body(body)): Then<Caller, Body<Configuration>>,
) -> Result<HttpResponse, ApiError> {
    let lifecycle = &state.sessions.lifecycle;
    let session_id = match body.practice {
        None => lifecycle.create(&caller, &body.config).await?,
        Some(PracticeRequest::Given(practice)) => {
            let config = body.config.practising(practice);
            lifecycle.create(&caller, &config).await?
        }
        Some(PracticeRequest::Of(_)) if body.config != SessionConfig::default() => {
            return Err(ApiError::invalid(
                "practice",
                "takes its set-up from the session it names: send no other field",
            ));
        }
        Some(PracticeRequest::Of(PracticeOf { of, question })) => {
            lifecycle.practise(&caller, of, question).await?
        }
    };
    Ok(HttpResponse::Created().json(SessionCreated {
        session_id,
        message: "Session created. Start the interview when you are ready.".to_owned(),
    }))
}

/// Makes a guest's session the caller's own.
#[utoipa::path(post, path = "/agent/claim_session", tag = "agent", params(SessionId),
    responses((status = 200, body = SessionCreated)), security(("bearer" = [])))]
pub(crate) async fn claim_session(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<User, InSession>,
) -> Result<HttpResponse, ApiError> {
    state.sessions.lifecycle.claim(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(SessionCreated {
        session_id,
        message: "The session is yours now.".to_owned(),
    }))
}

/// The whole session.
#[utoipa::path(get, path = "/agent/session", tag = "agent", params(SessionId),
    responses((status = 200, body = WholeSession<'static>), (status = 304)), security((), ("bearer" = [])))]
pub(crate) async fn session(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    conditional::json(&request, &session, || whole(&session))
}

/// The conversation so far.
#[utoipa::path(get, path = "/agent/history", tag = "agent", params(SessionId),
    responses((status = 200, body = History), (status = 304)), security((), ("bearer" = [])))]
pub(crate) async fn history(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    conditional::json(&request, &session, || Ok(session.history_json()))
}

/// Counters of the session.
#[utoipa::path(get, path = "/agent/stats", tag = "agent", params(SessionId),
    responses((status = 200, body = Stats<'static>), (status = 304)), security((), ("bearer" = [])))]
pub(crate) async fn stats(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    conditional::json(&request, &session, || {
        rendered(&Stats {
            stats: &session.row.stats,
            status: session.row.status,
        })
    })
}

/// Time left by the server's clock.
#[utoipa::path(get, path = "/agent/time_remaining", tag = "agent", params(SessionId),
    responses((status = 200, body = TimeRemaining)), security((), ("bearer" = [])))]
pub(crate) async fn time_remaining(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(remaining(&session)))
}

/// Keeps the session in memory and answers its clock.
#[utoipa::path(post, path = "/agent/ping", tag = "agent", params(SessionId),
    responses((status = 200, body = TimeRemaining)), security((), ("bearer" = [])))]
pub(crate) async fn ping(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<Caller, InSession>,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(remaining(&session)))
}

/// Releases the session from this instance's memory; nothing is deleted. It says the same whether or
/// not there is such a session.
#[utoipa::path(post, path = "/agent/cleanup", tag = "agent", params(SessionId),
    responses((status = 200, body = Released)), security((), ("bearer" = [])))]
pub(crate) async fn cleanup(
    state: web::Data<AppState>,
    // A browser's beacon may carry any body: it is not read.
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
) -> Result<HttpResponse, ApiError> {
    state.sessions.store.forget(&caller, session_id);
    Ok(HttpResponse::Ok().json(Released {
        success: true,
        message: "The session was released from memory.".to_owned(),
    }))
}

/// Deletes the session with everything it holds.
#[utoipa::path(delete, path = "/agent/session", tag = "agent", params(SessionId), responses((status = 204)),
    security((), ("bearer" = [])))]
pub(crate) async fn delete_session(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
) -> Result<HttpResponse, ApiError> {
    state.sessions.lifecycle.delete(&caller, session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn whole(session: &SessionState) -> Result<Bytes, ApiError> {
    let history = session.history_items_json();
    let feedback = session.feedback_json();
    let row = &session.row;
    rendered(&WholeSession {
        session_id: row.session_id,
        user_id: row.user_id,
        status: row.status,
        version: row.version,
        session_config: &row.config,
        session_stats: &row.stats,
        conversation_history: raw(&history)?,
        per_turn_feedback_log: raw(&feedback)?,
        final_summary: row.final_summary.as_deref(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn rendered(value: &impl Serialize) -> Result<Bytes, ApiError> {
    let json = serde_json::to_vec(value).map_err(ApiError::internal)?;
    Ok(Bytes::from(json))
}

fn remaining(session: &SessionState) -> TimeRemaining {
    let seconds = session.seconds_remaining(Timestamp::now());
    TimeRemaining {
        time_remaining_minutes: seconds.map(|seconds| (seconds as f64 / 6.0).round() / 10.0),
        time_remaining_seconds: seconds,
        session_active: session.is_active(),
    }
}

/// JSON that was rendered before, to be put into more of it.
fn raw(json: &[u8]) -> Result<&RawValue, ApiError> {
    serde_json::from_slice(json).map_err(ApiError::internal)
}
