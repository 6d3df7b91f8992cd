//! Which session a request means: the `X-Session-ID` header, else `session_id` in the query or body.

use actix_web::HttpRequest;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{ApiError, FieldError};

#[derive(Deserialize)]
struct Query {
    session_id: Option<String>,
}

/// The session that is meant.
///
/// # Errors
/// 400 `session_required` when none is named; see [`named_session`].
pub(crate) fn session_id(request: &HttpRequest, body: Option<&str>) -> Result<Uuid, ApiError> {
    named_session(request, body)?.ok_or_else(session_required)
}

/// The session that is meant, if any. Every place that names one must name the same.
///
/// # Errors
/// 422 when one is no UUID or two differ.
pub(crate) fn named_session(
    request: &HttpRequest,
    body: Option<&str>,
) -> Result<Option<Uuid>, ApiError> {
    let header = request
        .headers()
        .get("x-session-id")
        .map(|value| value.to_str().unwrap_or("\u{fffd}"));
    let query = actix_web::web::Query::<Query>::from_query(request.query_string())
        .ok()
        .and_then(|query| query.into_inner().session_id);
    let mut named = None;
    for text in [header, query.as_deref(), body].into_iter().flatten() {
        let id: Uuid = text.trim().parse().map_err(|_| {
            ApiError::validation(vec![FieldError::new(
                "session_id",
                "must be a session's id, a UUID as create_session returns it",
            )])
        })?;
        if named.is_some_and(|other| other != id) {
            return Err(ApiError::validation(vec![FieldError::new(
                "session_id",
                "the header, the query and the body name different sessions",
            )]));
        }
        named = Some(id);
    }
    Ok(named)
}

pub(crate) fn session_required() -> ApiError {
    ApiError::new(
        400,
        "session_required",
        "Name the session: send its id in the X-Session-ID header.",
    )
}
