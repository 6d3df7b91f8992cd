//! What an older web client takes for the expiry of an idle session: at two minutes it warns, and unless a ping
//! extends the time, it throws the interview away. Sessions do not expire here while they are used, so the time is
//! always whole. The interview's own clock is `/agent/time_remaining`.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::session::SessionStatus;
use crate::state::AppState;

/// The idle time-out that the client knows.
const IDLE_MINUTES: u32 = 15;

#[derive(Serialize, ToSchema)]
pub(crate) struct IdleTime {
    /// Whole minutes until an idle session would expire.
    pub time_remaining_minutes: u32,
    pub session_active: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct IdleExtended {
    pub success: bool,
    pub message: String,
    pub time_remaining_minutes: u32,
    pub new_expiry_minutes: u32,
}

/// The idle time-out of an older client, never the interview's clock.
#[utoipa::path(get, path = "/interview/session/time-remaining", tag = "agent", params(SessionId),
    responses((status = 200, body = IdleTime)), security((), ("bearer" = [])))]
pub(crate) async fn idle_time_remaining(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
) -> Result<HttpResponse, ApiError> {
    let session = state.sessions.store.get(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(IdleTime {
        time_remaining_minutes: IDLE_MINUTES,
        session_active: session.row.status == SessionStatus::Active,
    }))
}

/// Extends the idle time-out of an older client, and keeps the session in memory.
#[utoipa::path(post, path = "/interview/session/ping", tag = "agent", params(SessionId),
    responses((status = 200, body = IdleExtended)), security((), ("bearer" = [])))]
pub(crate) async fn extend_idle_time(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<Caller, InSession>,
) -> Result<HttpResponse, ApiError> {
    state.sessions.store.get(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(IdleExtended {
        success: true,
        message: "The session stays open.".to_owned(),
        time_remaining_minutes: IDLE_MINUTES,
        new_expiry_minutes: IDLE_MINUTES,
    }))
}
