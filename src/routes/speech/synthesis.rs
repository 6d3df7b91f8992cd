//! Text to speech.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;

use super::form::Form;
use super::{check_limit, is_older, owner};
use crate::auth::Caller;
use crate::config::is_voice;
use crate::error::ApiError;
use crate::routes::body::Fields;
use crate::routes::caller::Then;
use crate::routes::session_id::{OptionalSessionId, named_session};
use crate::state::AppState;
use speech::Format;

use crate::speech_tasks::SynthesisRequest;

/// In characters.
const LONGEST_VOICE: usize = 64;
/// Longest text of a trial, in characters.
const LONGEST_TRIAL: usize = 200;

/// A text to speak; JSON, a URL-encoded form or a multipart form.
#[derive(ToSchema)]
pub(crate) struct TextToSpeech {
    /// Not only white space; at most as many characters as `usage_stats` tells.
    #[schema(min_length = 1, pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$")]
    pub text: String,
    /// A voice of the provider's; `voice_id` means the same.
    #[schema(max_length = 64, pattern = r"^[A-Za-z0-9._-]*$")]
    pub voice: Option<String>,
    /// 0.5 to 2.0; 1.0 without it.
    #[schema(minimum = 0.5, maximum = 2.0)]
    pub speed: Option<f32>,
    /// `mp3` without it.
    pub format: Option<Format>,
    #[schema(ignore)]
    pub session_id: Option<String>,
    /// Tries a voice out before there is a session, with at most 200 characters: no task is stored.
    #[schema(value_type = Option<bool>)]
    pub trial: bool,
}

/// Speaks a text: the audio comes as it is made. Its task's id is in `X-Task-ID`. A connection that breaks off
/// before the last chunk means that the provider did.
#[utoipa::path(post, path = "/speech/text_to_speech", tag = "speech", request_body = TextToSpeech,
    params(OptionalSessionId),
    responses((status = 200, description = "The audio; its kind is in Content-Type", content_type = "audio/mpeg", body = Vec<u8>,
               headers(("X-Task-ID" = Uuid, description = "The task of this audio")))),
    security((), ("bearer" = [])))]
pub(crate) async fn text_to_speech(
    state: web::Data<AppState>,
    Then(caller, Form(mut fields)): Then<Caller, Form>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let speech = state.speech.config();
    let body = TextToSpeech::from_fields(&mut fields, speech.max_characters);
    let body = fields.validated(body)?;
    let session_id = named_session(&request, body.session_id.as_deref())?;
    let (caller, session_id) = owner(body.trial, is_older(&request), caller, session_id)?;
    check_limit(&state, &request)?;
    let synthesis = SynthesisRequest {
        text: body.text,
        voice: body.voice.unwrap_or_else(|| speech.voice.clone()),
        speed: body.speed.unwrap_or(1.0),
        format: body.format.unwrap_or_default(),
    };
    let mut spoken = state
        .speech
        .synthesize(&caller, session_id, synthesis)
        .await?;
    let (task_id, media_type) = (spoken.task_id, spoken.media_type);
    let audio = async_stream::stream! {
        while let Some(piece) = spoken.next().await {
            yield piece;
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(("x-task-id", task_id.to_string()))
        .streaming(audio))
}

impl TextToSpeech {
    fn from_fields(fields: &mut Fields, longest: usize) -> Self {
        let trial = fields.flag("trial");
        let longest = if trial {
            longest.min(LONGEST_TRIAL)
        } else {
            longest
        };
        Self {
            session_id: fields.session_id(),
            trial,
            text: text(fields, longest),
            voice: voice(fields),
            speed: speed(fields),
            format: fields.deserialize("format", "must be mp3, opus, aac, flac, wav or pcm"),
        }
    }
}

fn text(fields: &mut Fields, longest: usize) -> String {
    let text = fields.text("text", longest).unwrap_or_default();
    if text.trim().is_empty() {
        fields.reject_once("text", "must be a text that is not only white space");
    }
    text
}

fn voice(fields: &mut Fields) -> Option<String> {
    let voice = fields.text("voice", LONGEST_VOICE);
    let voice_id = fields.text("voice_id", LONGEST_VOICE);
    let voice = voice
        .or(voice_id)
        .filter(|voice| !voice.trim().is_empty())?;
    if !is_voice(&voice) {
        fields.reject(
            "voice",
            "must be the name of a voice: letters, digits, -, _ and .",
        );
    }
    Some(voice)
}

fn speed(fields: &mut Fields) -> Option<f32> {
    let speed = fields.number("speed")?;
    if !(0.5..=2.0).contains(&speed) {
        fields.reject_once("speed", "must be a number from 0.5 to 2.0");
    }
    Some(speed)
}
