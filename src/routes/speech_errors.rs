//! How failures of speech look to a client.

use anyhow::anyhow;

use crate::error::ApiError;
use crate::routes::client::too_many_at_once;
use speech::ProviderError;
use speech::audio::AudioError;

use crate::speech_tasks::SpeechError;

impl From<SpeechError> for ApiError {
    fn from(error: SpeechError) -> Self {
        match error {
            SpeechError::Unavailable => ApiError::new(
                503,
                "speech_unavailable",
                "This service has no speech provider. Use your browser's own speech, or type.",
            )
            .retryable(false),
            SpeechError::Busy => ApiError::new(
                503,
                "speech_busy",
                "Many people are speaking right now. Try again in a moment, or type.",
            )
            .retryable(true)
            .retry_after(10),
            SpeechError::TooManyAtOnce => too_many_at_once(
                "You have too many recordings open at the same time. Close one, or wait until one is done.",
            ),
            SpeechError::NoSuchSession => ApiError::session_not_found(),
            SpeechError::NoSuchTask => ApiError::new(
                404,
                "task_not_found",
                "There is no such speech task, or it is not yours. Tasks are deleted after a day.",
            ),
            SpeechError::OverBudget(over) => over.into(),
            SpeechError::ForUsers => ApiError::new(
                403,
                "speech_for_users_only",
                "Speech is for people with an account here. Sign in, use your browser's own speech, or type.",
            ),
            SpeechError::TokenExpiring => ApiError::new(
                401,
                "token_expired",
                "Your access token is about to expire. Refresh it and try again.",
            ),
            SpeechError::NotJoinable => ApiError::new(
                422,
                "format_not_joinable",
                "A text of this length can't be spoken in this format. Ask for mp3, wav, aac or pcm.",
            ),
            SpeechError::Audio(error) => unusable(error),
            SpeechError::TooLong => ApiError::new(
                422,
                "audio_too_long",
                "The recording is too long. Send it in parts.",
            ),
            SpeechError::Provider(error) => provider_error(error),
            SpeechError::ListenerGone => ApiError::internal(anyhow!("nobody listens")),
            SpeechError::Rest(error) => ApiError::from(&*error),
            SpeechError::Internal(error) => ApiError::internal(anyhow!("{error}")),
        }
    }
}

fn unusable(error: AudioError) -> ApiError {
    let (status, code, detail) = match error {
        AudioError::Other(format) => {
            let detail = format!(
                "The recording is {format}, which is not taken. Save it as M4A, MP3, WAV or FLAC."
            );
            return ApiError::new(415, "audio_type_unsupported", detail);
        }
        AudioError::TimedOut => return SpeechError::Busy.into(),
        AudioError::Empty => (422, "audio_empty", "The recording is empty."),
        AudioError::Unsupported => (
            415,
            "audio_type_unsupported",
            "The recording is of no kind that is taken. Send WebM, Ogg, WAV, MP3, M4A or FLAC.",
        ),
        AudioError::Damaged => (
            422,
            "audio_damaged",
            "The recording can't be read; it seems to be damaged. Record it again.",
        ),
        AudioError::Silent => (
            422,
            "audio_without_sound",
            "The recording holds no sound. Check your microphone and record it again.",
        ),
        AudioError::TooComplex => (
            422,
            "audio_too_complex",
            "The recording takes too much time or memory to read. Send it in another format.",
        ),
    };
    ApiError::new(status, code, detail)
}

fn provider_error(error: ProviderError) -> ApiError {
    let retry_after = error.retry_after().map(|wait| wait.as_secs().max(1));
    let shown = match &error {
        ProviderError::Refused(_) => ApiError::new(
            422,
            "speech_refused",
            "The speech provider refuses this request. Check voice, format and language.",
        )
        .retryable(false),
        ProviderError::KeyRefused | ProviderError::NoCredit => ApiError::new(
            502,
            "speech_provider_refuses",
            "The speech provider does not serve this service at the moment. Its operator can find out more \
             with the doctor command.",
        )
        .retryable(false),
        ProviderError::RateLimited { .. } | ProviderError::CircuitOpen { .. } | ProviderError::Unreachable => {
            ApiError::new(
                503,
                "speech_provider_unavailable",
                "The speech provider can't be used right now. Try again in a moment.",
            )
            .retryable(true)
            .retry_after(retry_after.unwrap_or(5))
        }
        ProviderError::TimedOut(_) => ApiError::new(
            504,
            "speech_provider_timeout",
            "The speech provider took too long. Try again.",
        )
        .retryable(true),
        ProviderError::Status(_) | ProviderError::Cut | ProviderError::Unreadable => ApiError::new(
            502,
            "speech_provider_failed",
            "The speech provider failed. Try again.",
        )
        .retryable(true),
    };
    shown.source(anyhow::Error::new(error))
}
