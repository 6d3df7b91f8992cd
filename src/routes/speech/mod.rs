//! Speech: text to speech, transcription of recordings and of live sound, usage.

mod form;
pub(super) mod stream;
pub(super) mod synthesis;
pub(super) mod transcription;
pub(super) mod usage;

use actix_web::HttpRequest;
use uuid::Uuid;

use super::client;
use super::session_id::session_required;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::AppState;

/// Guests must name a session, since their tasks are their session's. Those of an older client, which names none,
/// are nobody's.
fn check_session(older: bool, caller: &Caller, named: Option<Uuid>) -> Result<(), ApiError> {
    match (caller, named) {
        (Caller::Guest, None) if !older => Err(session_required()),
        _ => Ok(()),
    }
}

/// As whom speech is served, and for which session. What somebody tries out before an interview is nobody's: no row
/// tells of it, and the address pays.
fn owner(
    trial: bool,
    older: bool,
    caller: Caller,
    named: Option<Uuid>,
) -> Result<(Caller, Option<Uuid>), ApiError> {
    if trial {
        return Ok((Caller::Guest, None));
    }
    check_session(older, &caller, named)?;
    Ok((caller, named))
}

/// Whether an older client asks: the paths below `/api` are its own.
fn is_older(request: &HttpRequest) -> bool {
    request.path().starts_with("/api/")
}

/// Counts a request that a provider is paid for.
fn check_limit(state: &AppState, request: &HttpRequest) -> Result<(), ApiError> {
    let from = client::address(request, &state.config);
    state.limits.check_speech(from).map_err(|refusal| {
        ApiError::rate_limited(
            "Too many requests for speech. Try again in a moment.",
            refusal.retry_after,
        )
    })
}

/// A language by its code (BCP 47, its primary part): what transcription servers take.
fn language(code: &str) -> Option<String> {
    let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
    let is_code =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| primary.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn languages_are_codes() {
        assert_eq!(language("en-US").as_deref(), Some("en"));
        assert_eq!(language(" DE ").as_deref(), Some("de"));
        for code in ["", "english", "e", "../x", "12"] {
            assert_eq!(language(code), None, "{code}");
        }
    }
}
