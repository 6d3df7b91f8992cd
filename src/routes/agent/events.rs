//! The events of one session: turns, feedback and the report, as they become durable.
//!
//! The stream is a projection of the session's versions: an event's id is the version it belongs to,
//! and `Last-Event-ID` asks for everything after it. Nothing is kept for a listener, so any instance
//! can resume any stream, and nothing is lost by a slow one.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::json;

use super::deltas::{Deltas, Followed, grown, parse_id};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::session_id::SessionId;
use crate::routes::sse;
use crate::session::SessionState;
use crate::state::AppState;
use interview::Draft;
use interview::draft::Position;
use interview::{FeedbackStatus, Turn};

/// How often another instance's changes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Server-sent events of the session: `turn`, `delta` (the interviewer's line as it is spoken), `restarted`,
/// `feedback`, `summary`, `status` (`{status, version, turns}`: turns from number `turns` on are no more, nor is a
/// report that no `summary` follows).
#[utoipa::path(get, path = "/agent/events", tag = "agent",
    params(SessionId,
           ("Last-Event-ID" = Option<String>, Header, description = "Resume after this event")),
    responses((status = 200, content_type = "text/event-stream", body = String)),
    security((), ("bearer" = [])))]
pub(crate) async fn events(
    state: web::Data<AppState>,
    caller: Caller,
    SessionId(session_id): SessionId,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (since, resumed) = match request.headers().get("last-event-id") {
        None => (-1, None),
        Some(id) => id
            .to_str()
            .ok()
            .and_then(parse_last_event_id)
            .ok_or_else(|| {
                ApiError::new(
                    400,
                    "last_event_id_invalid",
                    "Last-Event-ID must be an id that this stream sent.",
                )
            })?,
    };
    let mut changes = state.events.subscribe(session_id);
    let mut snapshot = state.sessions.store().get(&caller, session_id).await?;
    let expires_in = caller.time_left();
    let stream = async_stream::stream! {
        let mut sent = since;
        let mut deltas = resumed.map(|(turn_no, position)| Deltas::new(turn_no, position));
        let mut followed: Option<Followed> = None;
        // The reader's rights end with the token; a client reconnects with its new one.
        let expired = tokio::time::sleep(expires_in);
        tokio::pin!(expired);
        let mut ping = tokio::time::interval(sse::PING_EVERY);
        ping.tick().await;
        yield Ok(Bytes::from_static(b"retry: 1000\n\n"));
        loop {
            for event in events_after(&snapshot, sent, &mut deltas) {
                yield Ok(event);
            }
            sent = snapshot.version();
            // Deltas come from the instance that makes the reply; elsewhere the reply comes whole.
            followed = match (snapshot.open_turn(), state.sessions.in_flight(&caller, session_id)) {
                (Some(open), Some(flight)) => {
                    if deltas.as_ref().is_none_or(|deltas| deltas.turn_no() != open.turn_no) {
                        deltas = Some(Deltas::new(open.turn_no, Position::default()));
                    }
                    match followed {
                        Some(followed) if follows(Some(&followed), &flight.draft) => Some(followed),
                        _ => Some(Followed::new(flight.draft)),
                    }
                }
                _ => None,
            };
            loop {
                tokio::select! {
                    () = changes.changed() => {}
                    () = grown(followed.as_mut().map(|followed| &mut followed.changes)) => {
                        if let (Some(followed), Some(deltas)) = (&followed, &mut deltas) {
                            for event in deltas.read(&followed.draft, &format!("{sent}.")) {
                                yield Ok(event);
                            }
                        }
                        continue;
                    }
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    _ = ping.tick() => {
                        yield Ok(sse::ping());
                        continue;
                    }
                    () = &mut expired => return,
                    () = state.shutdown.cancelled() => return,
                }
                // A turn that is made again has another draft, and no new version until it ends.
                let begun_anew = state
                    .sessions
                    .in_flight(&caller, session_id)
                    .is_some_and(|flight| !follows(followed.as_ref(), &flight.draft));
                match state.sessions.store().get(&caller, session_id).await {
                    Ok(latest) if latest.version() != sent || begun_anew => {
                        snapshot = latest;
                        break;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let error = ApiError::from(error);
                        if error.retryable != Some(true) {
                            yield Ok(sse::event("error", None, &error.document()));
                            return;
                        }
                    }
                }
            }
        }
    };
    Ok(sse::response(stream))
}

fn follows(followed: Option<&Followed>, draft: &Arc<Draft>) -> bool {
    followed.is_some_and(|followed| Arc::ptr_eq(&followed.draft, draft))
}

/// `{version}`, or `{version}.{delta}` within a line.
fn parse_last_event_id(id: &str) -> Option<(i64, Option<(u32, Position)>)> {
    match id.split_once('.') {
        None => Some((id.parse().ok()?, None)),
        Some((version, delta)) => Some((version.parse().ok()?, Some(parse_id(delta)?))),
    }
}

/// What happened after version `since`, in order. Only the last event of a version has its id, so a
/// connection that breaks within one gets that version whole again.
fn events_after(state: &SessionState, since: i64, deltas: &mut Option<Deltas>) -> Vec<Bytes> {
    let mut turns: Vec<&Turn> = state
        .turns
        .iter()
        .map(AsRef::as_ref)
        .filter(|turn| turn.version > since)
        .collect();
    turns.sort_by_key(|turn| turn.version);
    let mut events = Vec::new();
    for turn in turns {
        let id = turn.version.to_string();
        if turn.reply.is_some()
            && let Some(mut ended) = deltas.take_if(|deltas| deltas.turn_no() == turn.turn_no)
        {
            // A reader that followed the line gets its end before the reply.
            events.extend(ended.finish(turn, &format!("{since}.")));
        }
        let feedback = turn
            .feedback
            .as_ref()
            .filter(|feedback| feedback.status != FeedbackStatus::Pending)
            .and_then(|_| state.feedback_item(turn));
        let id_here = feedback.is_none().then_some(id.as_str());
        events.push(sse::event("turn", id_here, &turn_data(turn)));
        if let Some(item) = feedback {
            events.push(sse::event("feedback", Some(&id), &item));
        }
    }
    if state.row.base_version > since {
        let id = state.version().to_string();
        // Turns from that number on are gone: the interview was reset.
        let turns = state.turns.last().map_or(0, |turn| turn.turn_no + 1);
        let status =
            json!({"status": state.row.status, "version": state.version(), "turns": turns});
        let summary = state.row.final_summary.as_deref();
        let id_here = summary.is_none().then_some(id.as_str());
        events.push(sse::event("status", id_here, &status));
        if let Some(summary) = summary {
            events.push(sse::event("summary", Some(&id), summary));
        }
    }
    events
}

fn turn_data(turn: &Turn) -> serde_json::Value {
    let state = if turn.reply.is_some() {
        "completed"
    } else if turn.unanswered_at.is_some() {
        "unanswered"
    } else {
        "accepted"
    };
    json!({
        "turn_no": turn.turn_no,
        "turn_id": turn.turn_id,
        "state": state,
        "message": turn.message,
        "reply": turn.reply,
    })
}
