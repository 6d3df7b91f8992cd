//! Text to speech.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;
use uuid::Uuid;

use super::form::Fields;
use super::{check_limit, session};
use crate::auth::Caller;
use crate::error::{ApiError, ProblemDocument};
use crate::routes::body::JsonObject;
use crate::state::AppState;
use speech::Format;

use crate::speech_tasks::SynthesisRequest;

const LONGEST_VOICE: usize = 64;

/// A text to speak; JSON, a URL-encoded form or a multipart form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub(crate) struct TextToSpeech {
    /// Not only white space; at most as many characters as `usage_stats` tells.
    #[schema(min_length = 1)]
    pub text: String,
    /// A voice of the provider's; `voice_id` means the same.
    pub voice: Option<String>,
    /// 0.5 to 2.0; 1.0 without it.
    #[schema(minimum = 0.5, maximum = 2.0)]
    pub speed: Option<f32>,
    /// `mp3` without it.
    pub format: Option<Format>,
    /// May stand here instead of in the `X-Session-ID` header; guests must name a session.
    pub session_id: Option<Uuid>,
}

/// Speaks a text: the audio comes as it is made. Its task's id is in `X-Task-ID`. A connection that breaks off
/// before the last chunk means that the provider did.
#[utoipa::path(post, path = "/speech/text_to_speech", tag = "speech",
    request_body = TextToSpeech,
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, description = "The audio; its kind is in Content-Type", content_type = "audio/mpeg", body = Vec<u8>,
               headers(("X-Task-ID" = Uuid, description = "The task of this audio"))),
              (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
    security((), ("bearer" = [])))]
pub(super) async fn text_to_speech(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    Fields(mut body): Fields,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let speak = speak_request(&state, body)?;
    let session_id = session(&request, &caller, in_body.as_deref())?;
    check_limit(&state, &request)?;
    let mut spoken = state.speech.synthesize(&caller, session_id, speak).await?;
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

fn speak_request(state: &AppState, mut body: JsonObject) -> Result<SynthesisRequest, ApiError> {
    let speech = state.speech.config();
    let text = body
        .take_text("text", speech.max_characters)
        .unwrap_or_default();
    if text.trim().is_empty() {
        body.refuse_unless_refused("text", "must be a text that is not only white space");
    }
    let voice = body.take_text("voice", LONGEST_VOICE);
    let voice_id = body.take_text("voice_id", LONGEST_VOICE);
    let voice = voice.or(voice_id).filter(|voice| !voice.trim().is_empty());
    let is_name = |voice: &str| {
        voice
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if voice.as_deref().is_some_and(|voice| !is_name(voice)) {
        body.refuse(
            "voice",
            "must be the name of a voice: letters, digits, -, _ and .",
        );
    }
    let speed = body.take_number("speed").unwrap_or(1.0);
    if !(0.5..=2.0).contains(&speed) {
        body.refuse_unless_refused("speed", "must be a number from 0.5 to 2.0");
    }
    let format: Option<Format> = body.take("format", "must be mp3, opus, aac, flac, wav or pcm");
    body.finish(SynthesisRequest {
        text,
        voice: voice.unwrap_or_else(|| speech.voice.clone()),
        speed,
        format: format.unwrap_or_default(),
    })
}
