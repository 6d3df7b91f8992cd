//! The interview's course: create, start, answer, end, reset, claim, delete.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::configuration::configuration;
use super::turn_stream;
use crate::auth::{Caller, User};
use crate::error::ApiError;
use crate::routes::body::JsonObject;
use crate::routes::session_id::session_id;
use crate::session::{FeedbackItem, Stopped, TurnHandle, TurnResult};
use crate::state::AppState;
use interview::{Reply, SessionConfig};

/// Longest message of a candidate, in characters.
const LONGEST_MESSAGE: usize = 20_000;

#[derive(Serialize, ToSchema)]
pub(crate) struct SessionCreated {
    pub session_id: Uuid,
    pub message: String,
}

/// A candidate's message.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub(crate) struct SendMessage {
    /// 1 to 20,000 characters, not only white space.
    #[schema(min_length = 1, max_length = 20000)]
    pub message: String,
    /// May stand here instead of in the `X-Session-ID` header.
    pub session_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct InterviewEnded {
    /// The report (see `Report`), `{}` while it is being written.
    #[schema(value_type = Object)]
    pub results: Value,
    pub per_turn_feedback: Vec<FeedbackItem>,
    /// `generating`, `completed` or `error`.
    pub final_summary_status: String,
    pub has_immediate_data: bool,
}

/// Creates a session; without a token it is a guest's, whose only key is its id.
#[utoipa::path(post, path = "/agent/create_session", tag = "agent",
    request_body = SessionConfig,
    responses((status = 201, body = SessionCreated)),
    security((), ("bearer" = [])))]
pub(crate) async fn create_session(
    state: web::Data<AppState>,
    caller: Caller,
    body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let (config, _) = configuration(body)?;
    let session_id = state.sessions.create(&caller, &config).await?;
    Ok(HttpResponse::Created().json(SessionCreated {
        session_id,
        message: "Session created. Start the interview when you are ready.".to_owned(),
    }))
}

/// Starts the interview with its introduction, as JSON or as a stream like that of `send_message`. Starting
/// again answers the same introduction.
#[utoipa::path(post, path = "/agent/start_interview", tag = "agent",
    request_body = SessionConfig,
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header),
           ("Last-Event-ID" = Option<String>, Header, description = "Resume a stream after this event")),
    responses((status = 200, body = Reply)),
    security((), ("bearer" = [])))]
pub(crate) async fn start_interview(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let (config, in_body) = configuration(body)?;
    let session_id = session_id(&request, in_body.as_deref())?;
    let key = idempotency_key(&request)?;
    let config = Some(config).filter(|config| *config != SessionConfig::default());
    let handle = state.sessions.start(&caller, session_id, key, config)?;
    answer(&state, &request, handle).await
}

/// Sends the candidate's message and answers the interviewer's reply, as JSON or, with
/// `Accept: text/event-stream`, as the events `accepted`, `delta` (the line as it is spoken) and
/// `message`. The same request with `Last-Event-ID` resumes; `restarted` says that the deltas so far are void.
#[utoipa::path(post, path = "/agent/send_message", tag = "agent",
    request_body = SendMessage,
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header),
           ("Last-Event-ID" = Option<String>, Header, description = "Resume a stream after this event")),
    responses((status = 200, body = Reply)),
    security((), ("bearer" = [])))]
pub(crate) async fn send_message(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let message = body
        .take_text("message", LONGEST_MESSAGE)
        .unwrap_or_default();
    if message.trim().is_empty() {
        body.refuse("message", "must be a text of 1 to 20,000 characters");
    }
    let message = body.finish(message)?;
    let session_id = session_id(&request, in_body.as_deref())?;
    let key = idempotency_key(&request)?;
    let handle = state.sessions.send(&caller, session_id, key, message)?;
    answer(&state, &request, handle).await
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

/// Stops the reply that is being made. What the interviewer has said so far is kept as its reply.
#[utoipa::path(post, path = "/agent/stop_turn", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = TurnStopped)),
    security((), ("bearer" = [])))]
pub(crate) async fn stop_turn(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    body.finish(())?;
    let session_id = session_id(&request, in_body.as_deref())?;
    let stopped = match state.sessions.stop_turn(&caller, session_id).await? {
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

/// Ends the interview and answers what there is of the report. Ending again is harmless.
#[utoipa::path(post, path = "/agent/end_interview", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = InterviewEnded)),
    security((), ("bearer" = [])))]
pub(crate) async fn end_interview(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let session_id = session_id(&request, in_body.as_deref())?;
    let ended = state.sessions.end(&caller, session_id).await?;
    let results = ended.report.results();
    Ok(HttpResponse::Ok().json(InterviewEnded {
        has_immediate_data: results
            .as_object()
            .is_some_and(|results| !results.is_empty()),
        results,
        per_turn_feedback: ended.state.feedback_items(),
        final_summary_status: ended.report.name().to_owned(),
    }))
}

/// Starts over: turns and report go, the configuration stays.
#[utoipa::path(post, path = "/agent/reset_interview", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = SessionCreated)),
    security((), ("bearer" = [])))]
pub(crate) async fn reset_interview(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let session_id = session_id(&request, in_body.as_deref())?;
    state.sessions.reset(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(SessionCreated {
        session_id,
        message: "The interview was reset. Its configuration is kept.".to_owned(),
    }))
}

/// Makes a guest's session the caller's own.
#[utoipa::path(post, path = "/agent/claim_session", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 200, body = SessionCreated)),
    security(("bearer" = [])))]
pub(crate) async fn claim_session(
    state: web::Data<AppState>,
    caller: User,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let session_id = session_id(&request, in_body.as_deref())?;
    state.sessions.claim(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(SessionCreated {
        session_id,
        message: "The session is yours now.".to_owned(),
    }))
}

/// Deletes the session with everything it holds.
#[utoipa::path(delete, path = "/agent/session", tag = "agent",
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 204)),
    security((), ("bearer" = [])))]
pub(crate) async fn delete_session(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let session_id = session_id(&request, None)?;
    state.sessions.delete(&caller, session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn answer(
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
    let result = crate::session::outcome(handle.progress).await?;
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

/// The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): a string of 1 to 255
/// visible characters, with or without the quotes of a structured field.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
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
