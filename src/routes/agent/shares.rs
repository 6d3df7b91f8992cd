//! Links to a report, for its owner.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::User;
use crate::error::ApiError;
use crate::routes::body::{Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::session::{Share, ShareOptions};
use crate::state::AppState;

const DEFAULT_DAYS: u32 = 30;
const MOST_DAYS: u32 = 90;
const LONGEST_NAME: usize = 100;

/// What to share of a report, and for how long.
#[derive(ToSchema)]
pub(crate) struct NewShare {
    /// 1 to 90; 30 unless given.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 90)]
    pub expires_in_days: u32,
    /// Questions, answers and feedback as well; not unless asked for.
    #[schema(value_type = Option<bool>)]
    pub include_answers: bool,
    /// Shown above the report when given.
    #[schema(max_length = 100, pattern = r"^[^\u0000]*$")]
    pub candidate_name: Option<String>,
    #[schema(ignore)]
    pub session_id: Option<String>,
}

impl FromFields for NewShare {
    fn from_fields(fields: &mut Fields) -> Self {
        let expected = "must be a whole number, 1 to 90";
        let days = fields.deserialize("expires_in_days", expected);
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            fields.reject("expires_in_days", expected);
        }
        let name = fields.text("candidate_name", LONGEST_NAME);
        Self {
            session_id: fields.session_id(),
            expires_in_days: days.unwrap_or(DEFAULT_DAYS),
            include_answers: fields
                .deserialize("include_answers", "must be true or false")
                .unwrap_or_default(),
            candidate_name: name
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty()),
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ShareCreated {
    #[serde(flatten)]
    pub share: Share,
    /// Who has it may read the report. It is told once and stored nowhere.
    pub token: String,
    /// Where the report is read, by browsers and programs: the token's address on this service.
    pub path: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ShareList {
    pub shares: Vec<Share>,
}

/// Makes a link to the report of an interview that has ended, at most ten at a time. What it shows stays as it is now.
#[utoipa::path(post, path = "/agent/shares", tag = "agent", request_body = NewShare, params(SessionId),
    responses((status = 201, body = ShareCreated)), security(("bearer" = [])))]
pub(crate) async fn share_report(
    state: web::Data<AppState>,
    Then(user, InSession { session_id, body }): Then<User, InSession<NewShare>>,
) -> Result<HttpResponse, ApiError> {
    let options = ShareOptions {
        days: body.expires_in_days,
        include_answers: body.include_answers,
        candidate_name: body.candidate_name,
    };
    let shares = &state.sessions.shares;
    let (share, token) = shares.share(&user, session_id, options).await?;
    Ok(HttpResponse::Created().json(ShareCreated {
        share,
        path: format!("/shared/{token}"),
        token,
    }))
}

/// The session's links that still work.
#[utoipa::path(get, path = "/agent/shares", tag = "agent", params(SessionId),
    responses((status = 200, body = ShareList)), security(("bearer" = [])))]
pub(crate) async fn shares(
    state: web::Data<AppState>,
    Then(user, SessionId(session_id)): Then<User, SessionId>,
) -> Result<HttpResponse, ApiError> {
    let shares = state.sessions.shares.list(&user, session_id).await?;
    Ok(HttpResponse::Ok().json(ShareList { shares }))
}

/// Revokes a link: from now on it shows nothing.
#[utoipa::path(delete, path = "/agent/shares/{share_id}", tag = "agent",
    params(SessionId, ("share_id" = Uuid, Path)),
    responses((status = 204)), security(("bearer" = [])))]
pub(crate) async fn revoke_share(
    state: web::Data<AppState>,
    Then(user, SessionId(session_id)): Then<User, SessionId>,
    share_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    // What is no id is no link's either.
    let share_id = share_id.parse().unwrap_or(Uuid::nil());
    let shares = &state.sessions.shares;
    shares.revoke(&user, session_id, share_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
