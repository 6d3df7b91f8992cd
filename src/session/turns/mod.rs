//! A turn: accept → generate → complete.
//!
//! The message is durable before the interviewer is asked; the reply is durable before the caller has
//! it. A turn runs in its own task, so a caller that goes away loses nothing. The database decides who
//! may make a turn: its answer to `accept_turn` is all this module acts on.

mod generation;
mod lease;
mod protocol;
mod stop;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use interview::{Draft, Interviewer, SessionConfig, SpeechTiming, Turn};
use moka::sync::Cache;
use tokio::sync::watch;
use uuid::Uuid;

use super::error::SessionError;
use super::feedback::FeedbackMaker;
use super::store::SessionStore;
use crate::auth::{Caller, Principal};
use crate::background::Background;
use crate::config::TurnConfig;
use crate::in_flight::{Entered, Guard, InFlight, Running};
use crate::supabase::postgrest::PostgRest;
use generation::Generated;

pub use stop::Stopped;

/// Makes turns.
pub struct Turns {
    store: Arc<SessionStore>,
    rest: Arc<PostgRest>,
    interviewer: Arc<dyn Interviewer>,
    feedback: Arc<FeedbackMaker>,
    in_flight: TurnsInFlight,
    /// Replies whose write failed, kept for the retry: made once, never made again.
    pending_replies: Cache<TurnKey, Arc<Generated>>,
    lease_owner: Arc<str>,
    config: TurnConfig,
    background: Background,
}

type Scope = (Principal, Uuid);
type TurnsInFlight = InFlight<Scope, TurnInFlight>;
/// Whose, of which session, and the turn's id.
type TurnKey = (Principal, Uuid, String);

#[derive(Clone)]
struct TurnInFlight {
    turn_id: String,
    input: Arc<TurnInput>,
    handle: TurnHandle,
    progress: Arc<watch::Sender<Progress>>,
}

/// What a turn answers.
#[derive(Debug, PartialEq)]
enum TurnInput {
    /// Turn 0: the introduction, with the configuration to start with.
    Introduction(Option<Box<SessionConfig>>),
    /// A candidate's message, and how it was spoken where it was.
    Message(String, Option<SpeechTiming>),
}

impl TurnInput {
    /// Whether a repeat with this is the same turn. A session has one introduction, whatever the
    /// configuration it is asked for with; a message is its text, however it was spoken.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Introduction(_), Self::Introduction(_)) => true,
            (Self::Message(a, _), Self::Message(b, _)) => a == b,
            _ => false,
        }
    }
}

struct TurnRequest {
    session_id: Uuid,
    turn_id: String,
    /// The client named the turn with an idempotency key.
    named: bool,
    input: Arc<TurnInput>,
}

/// How far a turn is.
#[derive(Clone, Debug)]
pub enum Progress {
    Accepting,
    /// The message is durable.
    Accepted {
        turn_no: u32,
        turn_id: Arc<str>,
    },
    Done(Result<TurnResult, SessionError>),
}

/// A turn in flight in this process: how far it is, and its reply as it is written.
#[derive(Clone)]
pub struct TurnHandle {
    pub progress: watch::Receiver<Progress>,
    pub draft: Arc<Draft>,
}

impl TurnHandle {
    /// Waits for the turn's end.
    ///
    /// # Errors
    /// The turn's own, or [`SessionError::Lost`] when its task ended without a result.
    pub(crate) async fn result(mut self) -> Result<TurnResult, SessionError> {
        loop {
            if let Progress::Done(result) = &*self.progress.borrow_and_update() {
                return result.clone();
            }
            if self.progress.changed().await.is_err() {
                return Err(SessionError::Lost);
            }
        }
    }
}

/// A turn that has its reply, as the database holds it.
#[derive(Clone, Debug)]
pub struct TurnResult {
    pub turn: Arc<Turn>,
    /// The reply was there before this request.
    pub replayed: bool,
}

/// How long a reply whose write failed is kept.
const PENDING_REPLY_LIFETIME: Duration = Duration::from_secs(15 * 60);
const MAX_PENDING_REPLIES: u64 = 10_000;

impl Turns {
    pub(super) fn new(
        store: Arc<SessionStore>,
        rest: Arc<PostgRest>,
        interviewer: Arc<dyn Interviewer>,
        feedback: Arc<FeedbackMaker>,
        lease_owner: Arc<str>,
        config: TurnConfig,
        background: Background,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            rest,
            interviewer,
            feedback,
            in_flight: InFlight::default(),
            pending_replies: Cache::builder()
                .max_capacity(MAX_PENDING_REPLIES)
                .time_to_live(PENDING_REPLY_LIFETIME)
                .build(),
            lease_owner,
            config,
            background,
        })
    }

    /// Starts or joins the introduction.
    ///
    /// # Errors
    /// Only what is known at once; the turn's own result comes through the handle.
    pub fn start(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        config: Option<SessionConfig>,
    ) -> Result<TurnHandle, SessionError> {
        let input = TurnInput::Introduction(config.map(Box::new));
        self.request(caller, session_id, key, input)
    }

    /// Sends a candidate's message, or joins the turn it belongs to. `key` is the client's idempotency
    /// key; without one the server names the turn.
    ///
    /// # Errors
    /// Only what is known at once; the turn's own result comes through the handle.
    pub fn send(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        message: String,
        speech_timing: Option<SpeechTiming>,
    ) -> Result<TurnHandle, SessionError> {
        let input = TurnInput::Message(message, speech_timing);
        self.request(caller, session_id, key, input)
    }

    /// The turns of the session in flight in this process.
    pub(super) fn in_flight(&self, caller: &Caller, session_id: Uuid) -> Vec<TurnHandle> {
        let running = self.in_flight.of(&(caller.principal(), session_id));
        running.into_iter().map(|turn| turn.value.handle).collect()
    }

    /// The latest turn of the session in flight in this process, if any.
    pub fn latest_in_flight(&self, caller: &Caller, session_id: Uuid) -> Option<TurnHandle> {
        self.in_flight(caller, session_id).pop()
    }

    fn request(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        input: TurnInput,
    ) -> Result<TurnHandle, SessionError> {
        if caller.token_is_expiring() {
            return Err(SessionError::TokenExpiring);
        }
        let request = TurnRequest {
            session_id,
            named: key.is_some(),
            turn_id: key.unwrap_or_else(|| Uuid::new_v4().to_string()),
            input: Arc::new(input),
        };
        match enter(&self.in_flight, caller.principal(), &request) {
            Entered::Joined(joined) => joined,
            Entered::Started(guard, turn) => {
                let run = Arc::clone(self).run(caller.clone(), request, turn.value.clone(), guard);
                self.background.spawn(run);
                Ok(turn.value.handle)
            }
        }
    }

    /// Makes the turn to its end, whatever becomes of the request that asked for it.
    async fn run(
        self: Arc<Self>,
        caller: Caller,
        request: TurnRequest,
        turn: TurnInFlight,
        guard: Guard<Scope, TurnInFlight>,
    ) {
        let started = Instant::now();
        let made = self.make_turn(&caller, &request, &turn.progress, &turn.handle.draft);
        let result = AssertUnwindSafe(made)
            .catch_unwind()
            .await
            .unwrap_or(Err(SessionError::Lost));
        let outcome = match &result {
            Ok(done) if done.replayed => "replayed",
            Ok(_) => "completed",
            Err(_) => "failed",
        };
        metrics::counter!("turns_total", "outcome" => outcome).increment(1);
        metrics::histogram!("turn_seconds").record(started.elapsed().as_secs_f64());
        // First: whoever is told of the end may ask again at once.
        drop(guard);
        turn.progress.send_replace(Progress::Done(result));
    }
}

/// Joins the turn in flight that the request repeats, or enters it as a new one. A request without an
/// idempotency key repeats the turn with the same text.
fn enter(
    in_flight: &TurnsInFlight,
    principal: Principal,
    request: &TurnRequest,
) -> Entered<Scope, TurnInFlight, Result<TurnHandle, SessionError>> {
    let join = |running: &Running<TurnInFlight>| {
        let turn = &running.value;
        let is_same = turn.input.is_same(&request.input);
        if turn.turn_id == request.turn_id && !is_same {
            return Some(Err(SessionError::KeyReused));
        }
        let repeats = turn.turn_id == request.turn_id || (!request.named && is_same);
        repeats.then(|| Ok(turn.handle.clone()))
    };
    let new = || {
        let (sender, progress) = watch::channel(Progress::Accepting);
        TurnInFlight {
            turn_id: request.turn_id.clone(),
            input: Arc::clone(&request.input),
            handle: TurnHandle {
                progress,
                draft: Arc::new(Draft::default()),
            },
            progress: Arc::new(sender),
        }
    };
    in_flight.join_or_start((principal, request.session_id), join, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(turn_id: &str, named: bool, text: &str) -> TurnRequest {
        TurnRequest {
            session_id: Uuid::nil(),
            turn_id: turn_id.to_owned(),
            named,
            input: Arc::new(TurnInput::Message(text.to_owned(), None)),
        }
    }

    /// `started`, `joined` or `key_reused`; what was started stays in flight with its guard.
    fn entered(
        in_flight: &TurnsInFlight,
        request: &TurnRequest,
        guards: &mut Vec<Guard<Scope, TurnInFlight>>,
    ) -> &'static str {
        match enter(in_flight, Principal::Guest, request) {
            Entered::Started(guard, _) => {
                guards.push(guard);
                "started"
            }
            Entered::Joined(Ok(_)) => "joined",
            Entered::Joined(Err(_)) => "key_reused",
        }
    }

    #[test]
    fn a_repeat_joins_by_its_key_or_without_one_by_its_text() {
        let in_flight = InFlight::default();
        let mut guards = Vec::new();
        let mut enter =
            |turn_id, named, text| entered(&in_flight, &request(turn_id, named, text), &mut guards);
        assert_eq!(enter("a", true, "hello"), "started");
        assert_eq!(enter("a", true, "hello"), "joined");
        assert_eq!(enter("a", true, "another text"), "key_reused");
        assert_eq!(enter("x", false, "hello"), "joined", "a double click");
        assert_eq!(enter("b", true, "hello"), "started", "named apart");
        assert_eq!(enter("y", false, "bye"), "started");
    }

    #[test]
    fn introductions_are_one_turn_whatever_their_configuration() {
        let with = TurnInput::Introduction(Some(Box::default()));
        assert!(with.is_same(&TurnInput::Introduction(None)));
        assert!(!with.is_same(&TurnInput::Message(String::new(), None)));
    }
}
