//! One turn: a message and its reply, as JSON or as a stream; its stop.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::turn_stream;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::{Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::routes::sse::EventStream;
use crate::session::{Stopped, TurnHandle, TurnResult};
use crate::state::AppState;
use interview::{Reply, SpeechTiming};

/// Longest message of a candidate, in characters.
const LONGEST_MESSAGE: usize = 20_000;

/// A candidate's message.
#[derive(ToSchema)]
pub(crate) struct SendMessage {
    #[schema(
        min_length = 1,
        max_length = 20_000,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
    )]
    pub message: String,
    /// How the message was spoken, for the feedback's measures of delivery; without it, it was typed.
    pub speech_timing: Option<SpeechTiming>,
    #[schema(ignore)]
    pub session_id: Option<String>,
}

impl FromFields for SendMessage {
    fn from_fields(fields: &mut Fields) -> Self {
        let session_id = fields.session_id();
        let message = fields.text("message", LONGEST_MESSAGE).unwrap_or_default();
        if message.trim().is_empty() {
            fields.reject("message", "must be a text of 1 to 20,000 characters");
        }
        Self {
            message,
            speech_timing: speech_timing(fields),
            session_id,
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

fn speech_timing(fields: &mut Fields) -> Option<SpeechTiming> {
    let expected = "must be {seconds, pauses, longest_pause_seconds}: at most 7200 seconds and 1000 pauses, none \
        longer than the whole";
    let timing: SpeechTiming = fields.deserialize("speech_timing", expected)?;
    if !timing.is_valid() {
        fields.reject("speech_timing", expected);
    }
    Some(timing)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TurnStopped {
    /// `idle` when no turn was open, `replied` when the interviewer had said something, which is kept as
    /// its reply, `unanswered` when it had not: the message is kept and its key resumes the turn.
    pub status: &'static str,
    pub turn_no: Option<u32>,
    pub turn_id: Option<String>,
    pub reply: Option<Reply>,
}

/// Sends the candidate's message and answers the interviewer's reply, as JSON or, with
/// `Accept: text/event-stream`, as the events `accepted`, `delta` (the line as it is spoken) and
/// `message`. The same request with `Last-Event-ID` resumes; `restarted` says that the deltas so far are void.
#[utoipa::path(post, path = "/agent/send_message", tag = "agent", request_body = SendMessage,
    params(SessionId, IdempotencyKey, ("Last-Event-ID" = Option<String>, Header, description = "Resume a stream after this event")),
    responses((status = 200, content((Reply = "application/json"), (EventStream = "text/event-stream")))), security((), ("bearer" = [])))]
pub(crate) async fn send_message(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, body }): Then<Caller, InSession<SendMessage>>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let key = idempotency_key(&request)?;
    let handle =
        state
            .sessions
            .turns
            .send(&caller, session_id, key, body.message, body.speech_timing)?;
    answer(&state, &request, handle).await
}

/// Stops the reply that is being made. What the interviewer has said so far is kept as its reply.
#[utoipa::path(post, path = "/agent/stop_turn", tag = "agent", params(SessionId),
    responses((status = 200, body = TurnStopped)), security((), ("bearer" = [])))]
pub(crate) async fn stop_turn(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, .. }): Then<Caller, InSession>,
) -> Result<HttpResponse, ApiError> {
    let stopped = match state.sessions.turns.stop(&caller, session_id).await? {
        Stopped::Idle => TurnStopped {
            status: "idle",
            turn_no: None,
            turn_id: None,
            reply: None,
        },
        Stopped::Replied(turn) => TurnStopped {
            status: "replied",
            turn_no: Some(turn.turn_no),
            turn_id: Some(turn.turn_id.clone()),
            reply: turn.reply.clone(),
        },
        Stopped::Unanswered { turn_no, turn_id } => TurnStopped {
            status: "unanswered",
            turn_no: Some(turn_no),
            turn_id: Some(turn_id),
            reply: None,
        },
    };
    Ok(HttpResponse::Ok().json(stopped))
}

pub(super) async fn answer(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    handle: TurnHandle,
) -> Result<HttpResponse, ApiError> {
    let streams = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"));
    if streams {
        return turn_stream::answer(state, request, handle).await;
    }
    let result = handle.result().await?;
    replied(&result)
}

fn replied(result: &TurnResult) -> Result<HttpResponse, ApiError> {
    let reply = result
        .turn
        .reply
        .as_ref()
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("a finished turn has no reply")))?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("x-turn-no", result.turn.turn_no.to_string()));
    if result.replayed {
        response.insert_header(("idempotent-replayed", "true"));
    }
    Ok(response.json(reply))
}

/// What documents the header.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents a header")]
pub(super) struct IdempotencyKey {
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = r"^[!-~]{1,255}$"
    )]
    key: Option<String>,
}

/// The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): a string of 1 to 255
/// visible characters, with or without the quotes of a structured field.
pub(super) fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("").trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    let usable = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if usable {
        return Ok(Some(text.to_owned()));
    }
    Err(ApiError::new(
        400,
        "idempotency_key_invalid",
        "The Idempotency-Key must be a string of 1 to 255 visible ASCII characters.",
    ))
}
