//! Answers that a client may keep and ask for again: 304 while the session has not changed (RFC 9110, 13).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::error::ApiError;
use crate::session::SessionState;

/// JSON about a session as it is, or that the client has it already.
pub(super) fn json(
    request: &HttpRequest,
    session: &SessionState,
    body: impl FnOnce() -> Result<Bytes, ApiError>,
) -> Result<HttpResponse, ApiError> {
    if let Some(unchanged) = not_modified(request, session) {
        return Ok(unchanged);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::ETAG, entity_tag(session)))
        .insert_header(REVALIDATED)
        .insert_header(VARY)
        .body(body()?))
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
