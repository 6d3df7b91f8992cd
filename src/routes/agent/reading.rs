//! Reading a session: hot ones answer from memory, unchanged ones with 304.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::JsonObject;
use crate::routes::session_id::session_id;
use crate::session::SessionStatus;
use crate::session::{FeedbackItem, PartStatus, ReportPart, ReportStatus, SessionState};
use crate::state::AppState;
use interview::{SessionConfig, SessionStats};

/// Documents `{history}`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body that is rendered once and kept")]
pub(crate) struct History {
    /// Entries `{role, content, timestamp, turn_no, …}`, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Stats {
    pub stats: SessionStats,
    pub status: SessionStatus,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SummaryStatus {
    /// `not_ended`, `generating`, `completed` or `error`.
    pub status: String,
    /// The report (see `Report`), `{}` while it is being written; without the parts that failed.
    #[schema(value_type = Object)]
    pub results: Value,
    pub error: Option<String>,
    /// How far each part of the report is: `scores`, `narrative`, `resources`.
    pub parts: BTreeMap<ReportPart, PartStatus>,
    /// Seconds.
    pub suggested_poll_interval: u32,
}

impl From<ReportStatus> for SummaryStatus {
    fn from(report: ReportStatus) -> Self {
        let failed = report.name() == "error";
        Self {
            status: report.name().to_owned(),
            results: report.results(),
            error: failed.then(|| {
                "A part of the report could not be written. Ask for it again with retry_report, or end the \
                 interview again."
                    .to_owned()
            }),
            parts: report.parts(),
            suggested_poll_interval: 1,
        }
    }
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
pub(crate) struct Message {
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

/// The whole session.
#[utoipa::path(get, path = "/agent/session", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = WholeSession<'static>), (status = 304)),
    security((), ("bearer" = [])))]
pub(crate) async fn session(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = read(&state, &caller, &request).await?;
    if let Some(unchanged) = not_modified(&request, &session) {
        return Ok(unchanged);
    }
    let history = session.history_items_json();
    let feedback = session.feedback_json();
    let row = &session.row;
    let whole = WholeSession {
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
    };
    let body = serde_json::to_vec(&whole).map_err(ApiError::internal)?;
    Ok(tagged_json(&session, Bytes::from(body)))
}

/// The conversation so far.
#[utoipa::path(get, path = "/agent/history", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = History), (status = 304)),
    security((), ("bearer" = [])))]
pub(crate) async fn history(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = read(&state, &caller, &request).await?;
    Ok(not_modified(&request, &session)
        .unwrap_or_else(|| tagged_json(&session, session.history_json())))
}

/// The coach's feedback: one item per message of the candidate, pending until it is ready.
#[utoipa::path(get, path = "/agent/per_turn_feedback", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = Vec<FeedbackItem>), (status = 304)),
    security((), ("bearer" = [])))]
pub(crate) async fn per_turn_feedback(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = read(&state, &caller, &request).await?;
    Ok(not_modified(&request, &session)
        .unwrap_or_else(|| tagged_json(&session, session.feedback_json())))
}

/// Counters of the session.
#[utoipa::path(get, path = "/agent/stats", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = Stats), (status = 304)),
    security((), ("bearer" = [])))]
pub(crate) async fn stats(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = read(&state, &caller, &request).await?;
    if let Some(unchanged) = not_modified(&request, &session) {
        return Ok(unchanged);
    }
    let stats = Stats {
        stats: session.row.stats.clone(),
        status: session.row.status,
    };
    let body = serde_json::to_vec(&stats).map_err(ApiError::internal)?;
    Ok(tagged_json(&session, Bytes::from(body)))
}

/// How far the final report is, and the report once it is there.
#[utoipa::path(get, path = "/agent/final_summary_status", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = SummaryStatus)),
    security((), ("bearer" = [])))]
pub(crate) async fn final_summary_status(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session_id = session_id(&request, None)?;
    let report = state.sessions.report_status(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(SummaryStatus::from(report)))
}

/// Time left by the server's clock.
#[utoipa::path(get, path = "/agent/time_remaining", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = TimeRemaining)),
    security((), ("bearer" = [])))]
pub(crate) async fn time_remaining(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session = read(&state, &caller, &request).await?;
    Ok(HttpResponse::Ok().json(remaining(&session)))
}

/// Keeps the session in memory and answers its clock.
#[utoipa::path(post, path = "/agent/ping", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = TimeRemaining)),
    security((), ("bearer" = [])))]
pub(crate) async fn ping(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let session_id = session_id(&request, in_body.as_deref())?;
    let store = state.sessions.store();
    let session = store.get(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(remaining(&session)))
}

/// Releases the session from this instance's memory; nothing is deleted. It says the same whether or
/// not there is such a session.
#[utoipa::path(post, path = "/agent/cleanup", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = Message)),
    security((), ("bearer" = [])))]
pub(crate) async fn cleanup(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    // A browser's beacon may carry any body: it is not read.
    let session_id = session_id(&request, None)?;
    state.sessions.store().forget(&caller, session_id);
    Ok(HttpResponse::Ok().json(Message {
        message: "The session was released from memory.".to_owned(),
    }))
}

async fn read(
    state: &AppState,
    caller: &Caller,
    request: &HttpRequest,
) -> Result<std::sync::Arc<SessionState>, ApiError> {
    let session_id = session_id(request, None)?;
    let store = state.sessions.store();
    Ok(store.get(caller, session_id).await?)
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

/// A caller's sessions share an address: the tag names the session as well as its version, or a browser would take
/// what it holds of one for another at the same version. Guests' ids are keys, so that a digest stands for the id.
fn entity_tag(session: &SessionState) -> String {
    let digest = Sha256::digest(session.row.session_id.as_bytes());
    let which = u64::from_be_bytes(digest[..8].try_into().unwrap_or_default());
    format!("\"{which:016x}-v{}\"", session.version())
}

/// What an answer depends on besides its address.
const VARY: (header::HeaderName, &str) = (header::VARY, "authorization, x-session-id");
const REVALIDATED: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-cache");

fn not_modified(request: &HttpRequest, session: &SessionState) -> Option<HttpResponse> {
    let held = request
        .headers()
        .get(header::IF_NONE_MATCH)?
        .to_str()
        .ok()?;
    let tag = entity_tag(session);
    let same = held
        .split(',')
        .map(|held| held.trim().trim_start_matches("W/"))
        .any(|held| held == "*" || held == tag);
    same.then(|| {
        HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .insert_header(REVALIDATED)
            .insert_header(VARY)
            .finish()
    })
}

fn tagged_json(session: &SessionState, body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::ETAG, entity_tag(session)))
        .insert_header(REVALIDATED)
        .insert_header(VARY)
        .body(body)
}
