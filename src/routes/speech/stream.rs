//! Live transcription over a WebSocket (RFC 6455).
//!
//! Who speaks is told by the first message, by a subprotocol (`ai-interviewer, bearer.<access token>`) or,
//! outside of browsers, by `Authorization`; never by the URL, which ends up in logs. Older clients name a
//! session in the URL and begin with sound at once; a user's session never opens that way, so on their own path they
//! are heard without one.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::Instrument as _;
use upstream::meter;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{check_limit, is_older, language, owner};
use crate::auth::{Caller, User};
use crate::budgets::Account;
use crate::error::ApiError;
use crate::routes::caller::verified;
use crate::routes::client;
use crate::routes::session_id::named_session;
use crate::state::AppState;
use speech::live::Encoding;

use crate::speech_tasks::SpeechError;
use crate::speech_tasks::live::{Live, LiveEvent, LiveRequest};

const PROTOCOL: &str = "ai-interviewer";
/// Largest message, in bytes: seconds of sound.
const LARGEST_MESSAGE: usize = 512 * 1024;
/// For the first message, and for a client to take one of ours.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(10);
/// Without a word from a client that is gone, what it sent has arrived.
const QUIET: Duration = Duration::from_secs(2);
/// Longest transcription that tries the microphone out.
const LONGEST_TRIAL: Duration = Duration::from_secs(30);
const PING_EVERY: Duration = Duration::from_secs(10);
/// A connection on which nothing comes for so long, not even a pong, is dead.
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// Before a token expires, a stream ends in good order.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);

/// The first message of a connection.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Start {
    /// `start`
    #[serde(rename = "type")]
    pub kind: String,
    /// Of a signed-in user who could not send it as a subprotocol.
    pub access_token: Option<String>,
    /// Guests must name one.
    pub session_id: Option<Uuid>,
    /// The task of a connection that broke: what it heard is not lost.
    pub task_id: Option<Uuid>,
    /// A code such as `en`; without it the provider finds out.
    pub language: Option<String>,
    /// `container` (WebM, Ogg, WAV; the default) or `linear16` (16-bit little-endian mono samples).
    pub encoding: Option<String>,
    /// Of `linear16`: 16000, 32000 or 48000; 16000 without it.
    pub sample_rate: Option<u32>,
    /// Tries the microphone out before there is a session, for at most 30 seconds: no task is stored, and none goes on.
    pub trial: Option<bool>,
}

/// The first event of a connection; the others are `LiveEvent`s.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connected {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Names the transcription to a later connection.
    task_id: Uuid,
    /// What earlier connections of this transcription heard.
    text: String,
}

#[derive(Deserialize)]
struct Control {
    #[serde(rename = "type")]
    kind: String,
}

/// Live transcription by WebSocket. The first message is `Start` as JSON, then come binary messages with
/// sound; `{"type": "stop"}` ends it after the last word. Answers are `Connected` and `LiveEvent`s as JSON.
#[utoipa::path(get, path = "/speech/stream", tag = "speech",
    params(("session_id" = Option<Uuid>, Query, description = "Of a guest's session, for older clients: sound may begin at once"),
           ("Sec-WebSocket-Protocol" = Option<String>, Header, description = "`ai-interviewer, bearer.<access token>`")),
    responses((status = 101, description = "The connection is a WebSocket now")),
    security((), ("bearer" = [])))]
pub(crate) async fn stream(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    if !request.headers().contains_key(UPGRADE) {
        return Err(ApiError::new(
            426,
            "websocket_required",
            "Connect to this address with a WebSocket.",
        ));
    }
    if !client::is_from_here(&request, &state.config) {
        return Err(ApiError::new(
            403,
            "origin_refused",
            "Pages of other sites may not speak to this service. Its operator can allow them in CORS_ALLOWED_ORIGINS.",
        ));
    }
    check_limit(&state, &request)?;
    let named = named_session(&request, None)?;
    let account = client::account(&request);
    let caller = match offered_token(&request) {
        Some(token) => Caller::User(known(&state, &account, &token).await?),
        None => caller,
    };
    let (response, session, messages) =
        actix_ws::handle_with_protocols(&request, payload, &[PROTOCOL]).map_err(|_| {
            ApiError::new(
                400,
                "websocket_invalid",
                "The WebSocket handshake is not valid.",
            )
        })?;
    let messages = messages
        .max_frame_size(LARGEST_MESSAGE)
        .aggregate_continuations()
        .max_continuation_size(LARGEST_MESSAGE);
    let connection = Connection {
        state,
        account,
        older: is_older(&request),
        session,
        messages,
    };
    actix_web::rt::spawn(meter::carried(connection.run(caller, named)).in_current_span());
    Ok(response)
}

/// The user whose token it is, who pays from now on.
async fn known(state: &AppState, account: &Account, token: &str) -> Result<User, ApiError> {
    let user = verified(state, token).await?;
    account.belongs_to(user.id);
    Ok(user)
}

fn offered_token(request: &HttpRequest) -> Option<String> {
    request
        .headers()
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix("bearer.").map(str::to_owned))
}

struct Connection {
    state: web::Data<AppState>,
    account: Arc<Account>,
    /// An older client's, which names no session that it may use.
    older: bool,
    session: Session,
    messages: AggregatedMessageStream,
}

/// The client is gone.
struct Gone;

/// How long a transcription may go on.
struct Most {
    /// Until the token that it began with expires.
    token: Duration,
    stream: Duration,
}

impl Connection {
    async fn run(mut self, caller: Caller, named: Option<Uuid>) {
        let (live, most) = match self.begin(caller, named).await {
            Ok(Some(begun)) => begun,
            Ok(None) => return,
            Err(error) => {
                let event =
                    LiveEvent::error(error.code, error.detail, error.retryable.unwrap_or(false));
                let _gone = self.tell(&event).await;
                self.close(CloseCode::Policy).await;
                return;
            }
        };
        let connected = Connected {
            kind: "connected",
            task_id: live.task_id,
            text: live.text.clone(),
        };
        if self.tell(&connected).await.is_err() {
            return;
        }
        if let Ok(code) = self.pass(live, &most).await {
            self.close(code).await;
        }
    }

    /// The transcription, and for how long it may go on; `None` when the client went away.
    async fn begin(
        &mut self,
        caller: Caller,
        named: Option<Uuid>,
    ) -> Result<Option<(Live, Most)>, ApiError> {
        let start = match named {
            Some(_) => Start::default(),
            None => match self.first().await? {
                Some(start) => start,
                None => return Ok(None),
            },
        };
        let caller = match &start.access_token {
            Some(token) => Caller::User(known(&self.state, &self.account, token).await?),
            None => caller,
        };
        let trial = start.trial.unwrap_or_default();
        let (caller, session_id) = owner(trial, self.older, caller, named.or(start.session_id))?;
        let request = live_request(&start)?;
        let (speech, sandbox) = (&self.state.speech, &self.state.sandbox);
        let client = self.account.client();
        let started = speech.start_live(sandbox, client, &caller, session_id, request.clone());
        let live = match started.await {
            // Perhaps a user's, whom nothing but the id speaks for: neither read nor written.
            Err(SpeechError::NoSuchSession) if self.older => {
                speech
                    .start_live(sandbox, client, &Caller::Guest, None, request)
                    .await?
            }
            started => started?,
        };
        let longest = speech.config().max_stream;
        let most = Most {
            token: caller.time_left().saturating_sub(TOKEN_MARGIN),
            stream: if trial {
                longest.min(LONGEST_TRIAL)
            } else {
                longest
            },
        };
        Ok(Some((live, most)))
    }

    async fn first(&mut self) -> Result<Option<Start>, ApiError> {
        let deadline = Instant::now() + MESSAGE_TIMEOUT;
        loop {
            let message = tokio::time::timeout_at(deadline, self.messages.recv()).await;
            match message.map_err(|_| not_started())? {
                Some(Ok(AggregatedMessage::Text(text))) => {
                    let start: Start = serde_json::from_str(&text).map_err(|_| not_started())?;
                    return if start.kind == "start" {
                        Ok(Some(start))
                    } else {
                        Err(not_started())
                    };
                }
                Some(Ok(AggregatedMessage::Ping(_) | AggregatedMessage::Pong(_))) => {}
                Some(Ok(AggregatedMessage::Binary(_))) => return Err(not_started()),
                Some(Ok(AggregatedMessage::Close(_)) | Err(_)) | None => return Ok(None),
            }
        }
    }

    /// Sound to the transcription, events to the client. Sound is taken when there is room for it, so a
    /// client that is faster than the transcription waits.
    async fn pass(&mut self, live: Live, most: &Most) -> Result<CloseCode, Gone> {
        let Live {
            audio: sound,
            mut events,
            superseded,
            ..
        } = live;
        let idle = self.state.speech.config().stream_idle;
        let shutdown = self.state.shutdown.clone();
        let mut sound = Some(sound);
        let mut waiting: Option<Bytes> = None;
        let started = Instant::now();
        let (mut last_sound, mut last_sign) = (started, started);
        let mut ping = tokio::time::interval(PING_EVERY.min(idle));
        let mut code = CloseCode::Normal;
        let (mut broken, mut closing) = (false, false);
        loop {
            let room = sound.clone();
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) if self.tell(&event).await.is_err() => break,
                    Some(_) => {}
                    None => return Ok(code),
                },
                permit = permit(room), if waiting.is_some() => match (permit, waiting.take()) {
                    (Some(permit), Some(piece)) => drop(permit.send(piece)),
                    // The transcription has ended; its last events say why.
                    _ => sound = None,
                },
                message = self.messages.recv(), if waiting.is_none() && !closing => {
                    last_sign = Instant::now();
                    match message {
                        Some(Ok(AggregatedMessage::Binary(piece))) if !piece.is_empty() => {
                            last_sound = last_sign;
                            waiting = sound.is_some().then_some(piece);
                        }
                        Some(Ok(AggregatedMessage::Text(text))) if is_stop(&text) => sound = None,
                        Some(Ok(AggregatedMessage::Ping(data))) => {
                            if self.session.pong(&data).await.is_err() {
                                break;
                            }
                        }
                        // What came before the connection broke is still to be heard.
                        Some(Err(_)) if !broken => broken = true,
                        // Who closes may still read: the last words come before our own close.
                        Some(Ok(AggregatedMessage::Close(_))) => {
                            closing = true;
                            sound = None;
                        }
                        Some(Err(_)) | None => return Err(Gone),
                        Some(Ok(_)) => {}
                    }
                },
                _ = ping.tick() => {
                    if self.session.ping(b"").await.is_err() {
                        break;
                    }
                    if last_sign.elapsed() > DEAD_AFTER && waiting.is_none() {
                        return Err(Gone);
                    }
                    if waiting.is_some() {
                        // There is sound, though no room for it yet.
                        last_sound = Instant::now();
                    }
                    let over = over(started, last_sound, most, idle);
                    if let Some(event) = over.filter(|_| sound.is_some()) {
                        sound = None;
                        self.tell(&event).await?;
                    }
                },
                () = superseded.cancelled(), if sound.is_some() => break,
                () = shutdown.cancelled(), if sound.is_some() => {
                    sound = None;
                    code = CloseCode::Restart;
                    let event = LiveEvent::error("restarting", "The service restarts. Connect again.", true);
                    self.tell(&event).await?;
                },
            }
        }
        // Writing failed first, or the client has come back on another connection: what arrived on this one is
        // still transcribed.
        drop(events);
        let _timed_out = tokio::time::timeout(MESSAGE_TIMEOUT, self.drain(sound, waiting)).await;
        Err(Gone)
    }

    /// Passes on the audio that arrived from a client that is gone.
    async fn drain(&mut self, sound: Option<mpsc::Sender<Bytes>>, waiting: Option<Bytes>) {
        let Some(sound) = sound else { return };
        let mut next = waiting;
        let mut broken = false;
        loop {
            if let Some(chunk) = next.take()
                && sound.send(chunk).await.is_err()
            {
                return;
            }
            let message = tokio::time::timeout(QUIET, self.messages.recv()).await;
            match message.unwrap_or(None) {
                Some(Ok(AggregatedMessage::Binary(chunk))) => next = Some(chunk),
                Some(Ok(AggregatedMessage::Text(text))) if is_stop(&text) => return,
                Some(Err(_)) if !broken => broken = true,
                Some(Ok(AggregatedMessage::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn tell(&mut self, event: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(event).map_err(|_| Gone)?;
        match tokio::time::timeout(MESSAGE_TIMEOUT, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    async fn close(self, code: CloseCode) {
        let reason = CloseReason {
            code,
            description: None,
        };
        let _gone = self.session.close(Some(reason)).await;
    }
}

type Permit = mpsc::OwnedPermit<Bytes>;

async fn permit(sound: Option<mpsc::Sender<Bytes>>) -> Option<Permit> {
    sound?.reserve_owned().await.ok()
}

/// Why a stream must end now, if it must.
fn over(started: Instant, last_sound: Instant, most: &Most, idle: Duration) -> Option<LiveEvent> {
    if started.elapsed() >= most.token {
        let text = "Your access token is about to expire. Refresh it and connect again.";
        return Some(LiveEvent::error("token_expired", text, true));
    }
    if started.elapsed() >= most.stream {
        let text = "This recording has become too long. Connect again to go on.";
        return Some(LiveEvent::error("stream_too_long", text, true));
    }
    if last_sound.elapsed() >= idle {
        let text = "Nothing was heard for a while. Connect again to go on.";
        return Some(LiveEvent::error("stream_idle", text, true));
    }
    None
}

/// `{"type": "stop"}`; Deepgram's own word for it means the same.
fn is_stop(text: &str) -> bool {
    serde_json::from_str::<Control>(text)
        .is_ok_and(|control| matches!(control.kind.as_str(), "stop" | "CloseStream"))
}

fn live_request(start: &Start) -> Result<LiveRequest, ApiError> {
    let encoding = match (
        start.encoding.as_deref(),
        start.sample_rate.unwrap_or(16_000),
    ) {
        (None | Some("container"), _) => Encoding::Container,
        (Some("linear16"), sample_rate @ (16_000 | 32_000 | 48_000)) => {
            Encoding::Linear16 { sample_rate }
        }
        _ => {
            return Err(ApiError::new(
                422,
                "encoding_unsupported",
                "Send a container, or linear16 at 16000, 32000 or 48000 samples a second.",
            ));
        }
    };
    Ok(LiveRequest {
        encoding,
        language: start.language.as_deref().and_then(language),
        resume: start.task_id.filter(|_| start.trial != Some(true)),
    })
}

fn not_started() -> ApiError {
    ApiError::new(
        400,
        "start_required",
        "Begin with a message such as {\"type\": \"start\", \"session_id\": \"…\"}.",
    )
}
