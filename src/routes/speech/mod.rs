//! Speech: text to speech, transcription of recordings and of live sound, usage.

mod form;
mod stream;
mod synthesis;
mod transcription;
mod usage;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use uuid::Uuid;

use super::session_id::{named_session, session_required};
use super::{client, mount};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::AppState;

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        synthesis::text_to_speech,
        transcription::speech_to_text_batch,
        transcription::task_status,
        stream::stream,
        usage::usage_stats,
    ),
    components(schemas(stream::Start, stream::Connected, crate::speech_tasks::live::LiveEvent))
)]
pub(crate) struct SpeechDoc;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    mount(cfg, "/speech/text_to_speech", |r| {
        r.route(web::post().to(synthesis::text_to_speech))
    });
    mount(cfg, "/speech/speech_to_text_batch", |r| {
        r.route(web::post().to(transcription::speech_to_text_batch))
    });
    mount(cfg, "/speech/task_status/{task_id}", |r| {
        r.route(web::get().to(transcription::task_status))
    });
    mount(cfg, "/speech/stream", |r| {
        r.route(web::get().to(stream::stream))
    });
    mount(cfg, "/speech/usage_stats", |r| {
        r.route(web::get().to(usage::usage_stats))
    });
}

/// The session that a request names; guests must name one, since their tasks are their session's.
fn session(
    request: &HttpRequest,
    caller: &Caller,
    body: Option<&str>,
) -> Result<Option<Uuid>, ApiError> {
    match (named_session(request, body)?, caller) {
        (None, Caller::Guest) => Err(session_required()),
        (named, _) => Ok(named),
    }
}

/// Counts a request that a provider is paid for.
fn check_limit(state: &AppState, request: &HttpRequest) -> Result<(), ApiError> {
    let from = client::address(request, &state.config);
    state.limits.check_speech(from).map_err(|refusal| {
        ApiError::new(
            429,
            "rate_limited",
            "Too many requests for speech. Try again in a moment.",
        )
        .retry_after(refusal.retry_after)
        .retryable(true)
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
