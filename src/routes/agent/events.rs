//! The events of one session: turns, feedback and the report, as they become durable.
//!
//! The stream is a projection of the session's versions: an event's id is the version it belongs to,
//! and `Last-Event-ID` asks for everything after it. Nothing is kept for a listener, so any instance
//! can resume any stream, and nothing is lost by a slow one.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::json;
use tokio::time::{Instant, Interval, Sleep};
use uuid::Uuid;

use super::deltas::{Deltas, Followed, grown, parse_id};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events::{Subscription, Wake as Woken};
use crate::routes::caller::Then;
use crate::routes::client::{self, too_many_at_once};
use crate::routes::session_id::SessionId;
use crate::routes::sse::{self, EventStream};
use crate::session::{SessionState, TurnHandle};
use crate::state::AppState;
use interview::Draft;
use interview::draft::Position;
use interview::{FeedbackStatus, Turn};

/// Server-sent events of the session: `turn`, `delta` (the interviewer's line as it is spoken), `restarted`,
/// `feedback`, `summary`, `status` (`{status, version, turns}`: turns from number `turns` on are no more, nor is a
/// report that no `summary` follows).
#[utoipa::path(get, path = "/agent/events", tag = "agent", params(SessionId,
           ("Last-Event-ID" = Option<String>, Header, pattern = r"^([0-9]{1,18}(\.[0-9]{1,9}-[0-9a-f]+-[0-9]{1,18})?)?$",
               description = "Resume after this event")),
    responses((status = 200, content_type = "text/event-stream", body = EventStream)),
    security((), ("bearer" = [])))]
pub(crate) async fn events(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let from = resume_point(&request)?;
    let place = state
        .event_streams
        .try_take(client::account(&request).client())
        .map_err(|_| {
            too_many_at_once("Too many streams of events are open. Close a tab or two.")
        })?;
    let (mut reader, first) = Reader::open(state, caller, session_id, from).await?;
    let stream = async_stream::stream! {
        let _place = place;
        yield Ok(Bytes::from_static(b"retry: 1000\n\n"));
        for event in first {
            yield Ok(event);
        }
        while let Some(events) = reader.next().await {
            for event in events {
                yield Ok(event);
            }
        }
    };
    Ok(sse::response(stream))
}

/// How far a reader is: the version, and within a line the turn and the position.
type ResumePoint = (i64, Option<(u32, Position)>);

/// Where `Last-Event-ID` resumes; without it, before everything.
fn resume_point(request: &HttpRequest) -> Result<ResumePoint, ApiError> {
    let id = request.headers().get("last-event-id");
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Ok((-1, None));
    };
    id.to_str()
        .ok()
        .and_then(parse_last_event_id)
        .ok_or_else(|| {
            ApiError::new(
                400,
                "last_event_id_invalid",
                "Last-Event-ID must be an id that this stream sent.",
            )
        })
}

/// One reader of a session's events.
struct Reader {
    state: web::Data<AppState>,
    caller: Caller,
    session_id: Uuid,
    changes: Subscription,
    /// The reader's rights end with the token; a client reconnects with its new one.
    expired: Pin<Box<Sleep>>,
    ping: Interval,
    /// The version that was sent last.
    sent: i64,
    deltas: Option<Deltas>,
    followed: Option<Followed>,
    failed: bool,
}

/// Why a reader has something to do.
enum Wake {
    /// The session may have another version.
    Look(Woken),
    /// The line that is followed may have grown.
    Grown,
    Ping,
    End,
}

impl Reader {
    /// A reader, and what it has missed since `from`.
    async fn open(
        state: web::Data<AppState>,
        caller: Caller,
        session_id: Uuid,
        (sent, within): ResumePoint,
    ) -> Result<(Self, Vec<Bytes>), ApiError> {
        // Before the snapshot, so that no change is lost between the two.
        let changes = state.events.subscribe(session_id);
        let snapshot = state.sessions.store.get(&caller, session_id).await?;
        // The caller may read it, so that messages can be asked for in their name.
        changes.follow(snapshot.version(), caller.listener());
        let mut reader = Self {
            changes,
            expired: Box::pin(tokio::time::sleep(caller.time_left())),
            ping: tokio::time::interval_at(Instant::now() + sse::PING_EVERY, sse::PING_EVERY),
            sent,
            deltas: within.map(|(turn_no, position)| Deltas::new(turn_no, position)),
            followed: None,
            failed: false,
            state,
            caller,
            session_id,
        };
        let missed = reader.catch_up(&snapshot);
        Ok((reader, missed))
    }

    /// The next events, perhaps none; `None` ends the stream.
    async fn next(&mut self) -> Option<Vec<Bytes>> {
        if self.failed {
            return None;
        }
        match self.wake().await {
            Wake::Look(wake) => Some(self.look(wake).await),
            Wake::Grown => Some(self.read_deltas()),
            Wake::Ping => Some(vec![sse::ping()]),
            Wake::End => None,
        }
    }

    async fn wake(&mut self) -> Wake {
        tokio::select! {
            wake = self.changes.changed() => Wake::Look(wake),
            () = grown(self.followed.as_mut().map(|followed| &mut followed.changes)) => Wake::Grown,
            _ = self.ping.tick() => Wake::Ping,
            () = &mut self.expired => Wake::End,
            () = self.state.shutdown.cancelled() => Wake::End,
        }
    }

    async fn look(&mut self, wake: Woken) -> Vec<Bytes> {
        // A turn that is made again has another draft, and no new version until it ends.
        let begun_anew = self
            .in_flight()
            .is_some_and(|flight| !follows(self.followed.as_ref(), &flight.draft));
        let store = &self.state.sessions.store;
        let latest = store.look(&self.caller, self.session_id, wake.look).await;
        if let Ok(latest) = &latest {
            self.changes.has_read(wake, latest.version());
        }
        match latest {
            Ok(latest) if latest.version() != self.sent || begun_anew => self.catch_up(&latest),
            Ok(_) => Vec::new(),
            Err(error) => self.fail(&ApiError::from(error)),
        }
    }

    /// Ends the stream, unless looking again may help.
    fn fail(&mut self, error: &ApiError) -> Vec<Bytes> {
        if error.retryable == Some(true) {
            return Vec::new();
        }
        self.failed = true;
        vec![sse::event("error", None, &error.document())]
    }

    /// What the snapshot has that was not sent.
    fn catch_up(&mut self, snapshot: &SessionState) -> Vec<Bytes> {
        let events = events_after(snapshot, self.sent, &mut self.deltas);
        self.sent = snapshot.version();
        self.follow(snapshot);
        events
    }

    /// Follows the reply that is being made. Deltas come from the instance that makes it; elsewhere the
    /// reply comes whole.
    fn follow(&mut self, snapshot: &SessionState) {
        let (Some(open), Some(flight)) = (snapshot.open_turn(), self.in_flight()) else {
            self.followed = None;
            return;
        };
        if self
            .deltas
            .as_ref()
            .is_none_or(|deltas| deltas.turn_no() != open.turn_no)
        {
            self.deltas = Some(Deltas::new(open.turn_no, Position::default()));
        }
        if !follows(self.followed.as_ref(), &flight.draft) {
            self.followed = Some(Followed::new(flight.draft));
        }
    }

    fn read_deltas(&mut self) -> Vec<Bytes> {
        match (&self.followed, &mut self.deltas) {
            (Some(followed), Some(deltas)) => {
                deltas.read(&followed.draft, &format!("{}.", self.sent))
            }
            _ => Vec::new(),
        }
    }

    fn in_flight(&self) -> Option<TurnHandle> {
        self.state
            .sessions
            .turns
            .latest_in_flight(&self.caller, self.session_id)
    }
}

fn follows(followed: Option<&Followed>, draft: &Arc<Draft>) -> bool {
    followed.is_some_and(|followed| Arc::ptr_eq(&followed.draft, draft))
}

/// `{version}`, or `{version}.{delta}` within a line.
fn parse_last_event_id(id: &str) -> Option<ResumePoint> {
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
