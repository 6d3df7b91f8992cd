//! The answers to one question, in the interview and in practices of it, side by side.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::caller::Then;
use crate::routes::session_id::SessionId;
use crate::session::Attempts;
use crate::state::AppState;

#[derive(Deserialize)]
struct AttemptsQuery {
    question: Option<String>,
}

/// All answers to one question with their feedback, the oldest first: in the interview, then in practices of it.
/// The session may be the interview or any of the practices.
#[utoipa::path(get, path = "/agent/attempts", tag = "agent",
    params(SessionId, ("question" = Option<u32>, Query, minimum = 1,
        description = "Number of the main question, from 1; may be left out for a practice, which has one")),
    responses((status = 200, body = Attempts)), security((), ("bearer" = [])))]
pub(crate) async fn attempts(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let number = super::query::<AttemptsQuery>(&request)?
        .question
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| ApiError::invalid("question", "must be the number of a main question"))?;
    let lifecycle = &state.sessions.lifecycle;
    let attempts = lifecycle.attempts(&caller, session_id, number).await?;
    Ok(HttpResponse::Ok().json(attempts))
}
