//! A turn: accept → generate → complete.
//!
//! The message is durable before the interviewer is asked; the reply is durable before the caller has
//! it. A turn runs in its own task, so a caller that goes away loses nothing. The database decides who
//! may make a turn: its answer to `accept_turn` is all this module acts on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::watch;
use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::flights::Boarding;
use super::generation::{Generated, Leased};
use super::state::SessionState;
use super::wire::{AcceptTurn, Answer, CompleteTurn, Outcome, StartInterview};
use crate::auth::Caller;
use interview::Draft;
use interview::{SessionConfig, Turn};

/// What a turn is asked with.
#[derive(Debug, PartialEq)]
pub(crate) enum Ask {
    /// Turn 0: the introduction, with the configuration to start with.
    Introduction(Option<Box<SessionConfig>>),
    /// A candidate's message.
    Message(String),
}

impl Ask {
    /// Whether a repeat with this is the same turn. A session has one introduction, whatever the
    /// configuration it is asked for with.
    pub(super) fn is_same(&self, other: &Ask) -> bool {
        match (self, other) {
            (Ask::Introduction(_), Ask::Introduction(_)) => true,
            (Ask::Message(a), Ask::Message(b)) => a == b,
            _ => false,
        }
    }
}

#[derive(Clone)]
pub(crate) struct TurnRequest {
    pub session_id: Uuid,
    pub turn_id: String,
    /// The client named the turn with an idempotency key.
    pub named: bool,
    pub ask: Arc<Ask>,
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

/// A turn under way in this process: how far it is, and its reply as it is written.
#[derive(Clone)]
pub struct TurnHandle {
    pub progress: watch::Receiver<Progress>,
    pub draft: Arc<Draft>,
}

/// A turn that has its reply, as the database holds it.
#[derive(Clone, Debug)]
pub struct TurnResult {
    pub turn: Arc<Turn>,
    /// The reply was there before this request.
    pub replayed: bool,
}

/// Pause between two looks at a turn that another instance makes.
const FOLLOW_FIRST: Duration = Duration::from_millis(50);
const FOLLOW_LONGEST: Duration = Duration::from_secs(1);
/// Waits between attempts to write a reply while the database is unavailable.
const COMPLETE_RETRIES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(2),
];

impl Sessions {
    /// Starts or joins the introduction.
    ///
    /// # Errors
    /// Only what is known at once; the turn's own outcome comes through the channel.
    pub fn start(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        config: Option<SessionConfig>,
    ) -> Result<TurnHandle, SessionError> {
        self.request(
            caller,
            session_id,
            key,
            Ask::Introduction(config.map(Box::new)),
        )
    }

    /// Sends a candidate's message, or joins the turn it belongs to. `key` is the client's idempotency
    /// key; without one the server names the turn.
    ///
    /// # Errors
    /// Only what is known at once; the turn's own outcome comes through the channel.
    pub fn send(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        message: String,
    ) -> Result<TurnHandle, SessionError> {
        self.request(caller, session_id, key, Ask::Message(message))
    }

    fn request(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        key: Option<String>,
        ask: Ask,
    ) -> Result<TurnHandle, SessionError> {
        if caller.token_is_expiring() {
            return Err(SessionError::TokenExpiring);
        }
        let request = TurnRequest {
            session_id,
            named: key.is_some(),
            turn_id: key.unwrap_or_else(|| Uuid::new_v4().to_string()),
            ask: Arc::new(ask),
        };
        match self.flights.board(caller.principal(), &request) {
            Boarding::Joined(handle) => Ok(handle),
            Boarding::KeyReused => Err(SessionError::KeyReused),
            Boarding::New(sender, handle) => {
                let draft = Arc::clone(&handle.draft);
                let flight = Arc::clone(self).fly(caller.clone(), request, sender, draft);
                self.tasks.spawn_on(flight, &self.runtime);
                Ok(handle)
            }
        }
    }

    async fn fly(
        self: Arc<Self>,
        caller: Caller,
        request: TurnRequest,
        progress: watch::Sender<Progress>,
        draft: Arc<Draft>,
    ) {
        let started = Instant::now();
        let result = AssertUnwindSafe(self.make_turn(&caller, &request, &progress, &draft))
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
        self.flights
            .land(caller.principal(), request.session_id, &request.turn_id);
        progress.send_replace(Progress::Done(result));
    }

    async fn make_turn(
        self: &Arc<Self>,
        caller: &Caller,
        request: &TurnRequest,
        progress: &watch::Sender<Progress>,
        draft: &Draft,
    ) -> Result<TurnResult, SessionError> {
        let deadline = Instant::now() + self.config.wait;
        let mut pause = FOLLOW_FIRST;
        let mut turn_id = request.turn_id.clone();
        let mut joins_same_text = !request.named;
        loop {
            let (answer, state) = self
                .accept(caller, request, &turn_id, joins_same_text)
                .await?;
            let turn_no = answer.turn_no.unwrap_or(0);
            match answer.outcome {
                Outcome::Replay => {
                    let turn = turn_at(&state, turn_no).ok_or(SessionError::Gone)?;
                    return Ok(TurnResult {
                        turn,
                        replayed: true,
                    });
                }
                Outcome::Accepted | Outcome::Resumed => {
                    let leased = Leased {
                        caller: caller.clone(),
                        session_id: request.session_id,
                        turn_no,
                        turn_id: answer.turn_id.unwrap_or(turn_id),
                    };
                    progress.send_replace(Progress::Accepted {
                        turn_no,
                        turn_id: Arc::from(leased.turn_id.as_str()),
                    });
                    if answer.outcome == Outcome::Resumed {
                        // No version tells that the line is begun anew.
                        self.store.nudge(leased.session_id);
                    }
                    let generated = self.generate(&leased, &state, draft).await?;
                    if let Some(turn) = self.complete(&leased, generated).await? {
                        return Ok(TurnResult {
                            turn,
                            replayed: false,
                        });
                    }
                    // Another instance took the turn over: its reply is the one that stands.
                    turn_id = leased.turn_id;
                    joins_same_text = false;
                }
                Outcome::InFlight => {
                    if let Some(joined) = answer.turn_id {
                        turn_id = joined;
                        joins_same_text = false;
                    }
                    let remaining = millis(answer.lease_remaining_ms);
                    if Instant::now() >= deadline {
                        return Err(busy(turn_no, turn_id, remaining));
                    }
                    tokio::time::sleep(pause.min(remaining.max(FOLLOW_FIRST))).await;
                    pause = (pause * 2).min(FOLLOW_LONGEST);
                }
                Outcome::Busy => {
                    let remaining = millis(answer.lease_remaining_ms);
                    return Err(busy(turn_no, answer.turn_id.unwrap_or_default(), remaining));
                }
                Outcome::Ended => return Err(SessionError::Ended),
                Outcome::KeyReused => return Err(SessionError::KeyReused),
                Outcome::Unanswered => return Err(SessionError::Superseded),
                Outcome::NotStarted => return Err(SessionError::NotStarted),
                _ => return Err(SessionError::Lost),
            }
        }
    }

    async fn accept(
        &self,
        caller: &Caller,
        request: &TurnRequest,
        turn_id: &str,
        join_same_text: bool,
    ) -> Result<(Answer, Arc<SessionState>), SessionError> {
        let session_id = request.session_id;
        let p_known_version = self.store.known_version(caller, session_id);
        let p_lease_seconds = self.config.lease.as_secs();
        match request.ask.as_ref() {
            Ask::Introduction(config) => {
                let arguments = StartInterview {
                    p_session_id: session_id,
                    p_turn_id: turn_id,
                    p_config: config.as_deref(),
                    p_lease_owner: &self.lease_owner,
                    p_lease_seconds,
                    p_known_version,
                };
                self.store
                    .call(caller, session_id, "start_interview", &arguments)
                    .await
            }
            Ask::Message(message) => {
                let arguments = AcceptTurn {
                    p_session_id: session_id,
                    p_turn_id: turn_id,
                    p_message: message,
                    p_lease_owner: &self.lease_owner,
                    p_lease_seconds,
                    p_known_version,
                    p_join_same_text: join_same_text,
                };
                self.store
                    .call(caller, session_id, "accept_turn", &arguments)
                    .await
            }
        }
    }

    /// Writes the reply. `None` when another instance holds the turn by now.
    async fn complete(
        &self,
        leased: &Leased,
        generated: Arc<Generated>,
    ) -> Result<Option<Arc<Turn>>, SessionError> {
        let mut waits = COMPLETE_RETRIES.iter();
        let result = loop {
            let arguments = CompleteTurn {
                p_session_id: leased.session_id,
                p_turn_id: &leased.turn_id,
                p_lease_owner: &self.lease_owner,
                p_reply: &generated.reply,
                p_feedback: generated.feedback.as_ref(),
                p_stats: &generated.stats,
                p_known_version: self.store.known_version(&leased.caller, leased.session_id),
            };
            let result = self
                .store
                .call(
                    &leased.caller,
                    leased.session_id,
                    "complete_turn",
                    &arguments,
                )
                .await;
            match (&result, waits.next()) {
                (Err(SessionError::Rest(error)), Some(wait)) if error.is_transient() => {
                    tracing::warn!(turn_no = leased.turn_no, %error, "the reply was not written; trying again");
                    tokio::time::sleep(*wait).await;
                }
                _ => break result,
            }
        };
        let kept = (
            leased.caller.principal(),
            leased.session_id,
            leased.turn_id.clone(),
        );
        let (answer, state) = match result {
            Ok(written) => written,
            Err(error) => {
                if matches!(error, SessionError::Rest(_)) {
                    self.kept.insert(kept, generated);
                }
                return Err(error);
            }
        };
        self.kept.invalidate(&kept);
        let turn = state
            .turns
            .get(leased.turn_no as usize)
            .filter(|turn| turn.turn_id == leased.turn_id)
            .ok_or(SessionError::Gone)?;
        match answer.outcome {
            Outcome::Completed | Outcome::Already => Ok(Some(Arc::clone(turn))),
            Outcome::Stopped => Err(SessionError::Stopped),
            Outcome::Lost if turn.unanswered_at.is_some() => Err(SessionError::Superseded),
            Outcome::Lost => Ok(None),
            _ => Err(SessionError::Lost),
        }
    }
}

/// Waits for a turn's end.
///
/// # Errors
/// The turn's own, or [`SessionError::Lost`] when its task ended without a word.
pub(crate) async fn outcome(
    mut progress: watch::Receiver<Progress>,
) -> Result<TurnResult, SessionError> {
    loop {
        if let Progress::Done(result) = &*progress.borrow_and_update() {
            return result.clone();
        }
        if progress.changed().await.is_err() {
            return Err(SessionError::Lost);
        }
    }
}

fn turn_at(state: &SessionState, turn_no: u32) -> Option<Arc<Turn>> {
    state.turns.get(turn_no as usize).cloned()
}

fn millis(remaining: Option<i64>) -> Duration {
    Duration::from_millis(remaining.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0))
}

fn busy(turn_no: u32, turn_id: String, remaining: Duration) -> SessionError {
    SessionError::Busy {
        turn_no,
        turn_id,
        retry_after_ms: u64::try_from(remaining.as_millis()).unwrap_or(u64::MAX),
    }
}
