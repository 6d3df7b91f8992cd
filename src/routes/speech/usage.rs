//! What there is to speak with, and how much of it the caller used.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::session_id::{SessionId, named_session};
use crate::speech_tasks::Usage;
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct UsageStats {
    pub providers: Providers,
    pub usage: Used,
    pub limits: Limits,
}

/// `null`: there is none; use the browser's own speech.
#[derive(Serialize, ToSchema)]
pub(crate) struct Providers {
    /// Model that speaks.
    pub text_to_speech: Option<String>,
    /// Model that transcribes recordings.
    pub speech_to_text: Option<String>,
    /// How live sound is transcribed: `deepgram`, or `utterances` cut at silence.
    pub live: Option<&'static str>,
    /// Requests to the providers under way in this instance.
    pub requests_in_flight: usize,
    /// Live transcriptions under way in this instance.
    pub streams: usize,
}

/// The caller's, since midnight UTC.
#[derive(Serialize, ToSchema)]
pub(crate) struct Used {
    pub characters: u64,
    pub seconds: f64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Limits {
    pub characters_per_day: u64,
    pub seconds_per_day: u32,
    /// Of one text.
    pub characters: usize,
    /// Of one recording.
    pub audio_bytes: u64,
    pub audio_seconds: u64,
    /// Of one live transcription.
    pub stream_seconds: u64,
    pub requests: usize,
    pub streams: usize,
}

/// Providers, limits, and what the caller used today; a guest's without a session is nothing.
#[utoipa::path(get, path = "/speech/usage_stats", tag = "speech", params(SessionId),
    responses((status = 200, body = UsageStats)), security((), ("bearer" = [])))]
pub(crate) async fn usage_stats(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session_id = named_session(&request, None)?;
    let used = match (&caller, session_id) {
        (Caller::Guest, None) => Usage::default(),
        _ => state.speech.usage(&caller, session_id).await?,
    };
    let capacity = state.speech.capacity();
    let config = state.speech.config();
    Ok(HttpResponse::Ok().json(UsageStats {
        providers: Providers {
            text_to_speech: capacity.tts_model,
            speech_to_text: capacity.stt_model,
            live: capacity.live,
            requests_in_flight: capacity.in_flight,
            streams: capacity.streams,
        },
        usage: Used {
            characters: used.characters,
            seconds: used.seconds,
        },
        limits: Limits {
            characters_per_day: config.characters_per_day,
            seconds_per_day: config.seconds_per_day,
            characters: config.max_characters,
            audio_bytes: config.max_audio_bytes,
            audio_seconds: config.max_audio.as_secs(),
            stream_seconds: config.max_stream.as_secs(),
            requests: config.provider.max_concurrency,
            streams: config.max_streams,
        },
    }))
}
