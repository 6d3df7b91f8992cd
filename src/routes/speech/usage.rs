//! What there is to speak with, and how much of it the caller used.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::Serialize;
use upstream::meter::{self, Resource, Scope};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::budgets::{Account, Left, until_midnight};
use crate::config::SpeechConfig;
use crate::error::ApiError;
use crate::routes::client;
use crate::routes::session_id::{OptionalSessionId, named_session};
use crate::speech_tasks::{Usage, whole_seconds};
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct UsageStats {
    pub providers: Providers,
    pub usage: Used,
    pub limits: Limits,
    /// What is left until midnight UTC.
    pub budgets: Budgets,
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

/// Of the caller, of their address and of this instance, whichever has the least.
#[derive(Serialize, ToSchema)]
pub(crate) struct Budgets {
    pub model_calls: Budget,
    /// Of text to speech.
    pub characters: Budget,
    /// Of transcription.
    pub seconds: Budget,
    /// Until there is more of each.
    pub resets_in_seconds: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Budget {
    /// Of a day.
    pub limit: u64,
    pub left: u64,
    /// Whose budget it is: `user` (a guest's is their session's), `address` or `instance`.
    pub scope: &'static str,
}

impl Budgets {
    fn of(account: &Account, used: Usage, config: &SpeechConfig) -> Self {
        // What the database counts is the user's on all instances, or the session's.
        let counted = |limit: u64, used: u64| Budget {
            limit,
            left: limit.saturating_sub(used),
            scope: Scope::User.name(),
        };
        let least = |resource, counted: Budget| {
            let here = Budget::from(account.left(resource));
            if here.left < counted.left {
                here
            } else {
                counted
            }
        };
        Self {
            model_calls: account.left(Resource::ModelCalls).into(),
            characters: least(
                Resource::Characters,
                counted(config.characters_per_day, used.characters),
            ),
            seconds: least(
                Resource::Seconds,
                counted(config.seconds_per_day.into(), whole_seconds(used.seconds)),
            ),
            resets_in_seconds: until_midnight(Timestamp::now()).as_secs(),
        }
    }
}

impl From<Left> for Budget {
    fn from(Left { limit, left, scope }: Left) -> Self {
        Self {
            limit,
            left,
            scope: scope.name(),
        }
    }
}

/// Providers, limits, and what the caller used today; a guest's without a session is nothing.
#[utoipa::path(get, path = "/speech/usage_stats", tag = "speech", params(OptionalSessionId),
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
    let (spoken, heard) = (
        meter::allows(Resource::Characters),
        meter::allows(Resource::Seconds),
    );
    Ok(HttpResponse::Ok().json(UsageStats {
        providers: Providers {
            text_to_speech: capacity.tts_model.filter(|_| spoken),
            speech_to_text: capacity.stt_model.filter(|_| heard),
            live: capacity.live.filter(|_| heard),
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
        budgets: Budgets::of(&client::account(&request), used, config),
    }))
}
