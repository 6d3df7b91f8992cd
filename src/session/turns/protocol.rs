//! One turn by the protocol: accepted by the database, generated, completed by the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use interview::{Draft, Turn};
use tokio::sync::watch;

use super::generation::Generated;
use super::lease::Leased;
use super::{Progress, TurnInput, TurnRequest, TurnResult, Turns};
use crate::auth::Caller;
use crate::session::error::SessionError;
use crate::session::rpc::{
    AcceptOutcome, AcceptTurn, CompleteOutcome, CompleteTurn, RpcResponse, StartInterview,
};
use crate::session::state::SessionState;

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

type Accepted = (RpcResponse<AcceptOutcome>, Arc<SessionState>);

impl Turns {
    pub(super) async fn make_turn(
        &self,
        caller: &Caller,
        request: &TurnRequest,
        progress: &watch::Sender<Progress>,
        draft: &Draft,
    ) -> Result<TurnResult, SessionError> {
        let deadline = Instant::now() + self.config.wait;
        let mut pause = FOLLOW_FIRST;
        let mut turn_id = request.turn_id.clone();
        let mut join_same_text = !request.named;
        loop {
            let accepted = self.accept(caller, request, &turn_id, join_same_text);
            let (response, state) = accepted.await?;
            let turn_no = response.turn_no.unwrap_or(0);
            let remaining = millis(response.lease_remaining_ms);
            match response.outcome {
                AcceptOutcome::Replay => {
                    return turn_at(&state, turn_no)
                        .map(|turn| TurnResult {
                            turn,
                            replayed: true,
                        })
                        .ok_or(SessionError::Gone);
                }
                AcceptOutcome::Accepted | AcceptOutcome::Resumed => {
                    let leased = Leased {
                        caller: caller.clone(),
                        session_id: request.session_id,
                        turn_no,
                        turn_id: response.turn_id.unwrap_or(turn_id),
                    };
                    progress.send_replace(Progress::Accepted {
                        turn_no,
                        turn_id: Arc::from(leased.turn_id.as_str()),
                    });
                    if response.outcome == AcceptOutcome::Resumed {
                        // No version tells that the line is begun anew.
                        self.store.notify(leased.session_id);
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
                    join_same_text = false;
                }
                AcceptOutcome::InFlight => {
                    if let Some(joined) = response.turn_id {
                        turn_id = joined;
                        join_same_text = false;
                    }
                    if Instant::now() >= deadline {
                        return Err(busy(turn_no, turn_id, remaining));
                    }
                    tokio::time::sleep(pause.min(remaining.max(FOLLOW_FIRST))).await;
                    pause = (pause * 2).min(FOLLOW_LONGEST);
                }
                AcceptOutcome::Busy => {
                    let turn_id = response.turn_id.unwrap_or_default();
                    return Err(busy(turn_no, turn_id, remaining));
                }
                AcceptOutcome::Ended => return Err(SessionError::Ended),
                AcceptOutcome::KeyReused => return Err(SessionError::KeyReused),
                AcceptOutcome::Unanswered => return Err(SessionError::Superseded),
                AcceptOutcome::NotStarted => return Err(SessionError::NotStarted),
            }
        }
    }

    async fn accept(
        &self,
        caller: &Caller,
        request: &TurnRequest,
        turn_id: &str,
        join_same_text: bool,
    ) -> Result<Accepted, SessionError> {
        let session_id = request.session_id;
        let p_known_version = self.store.known_version(caller, session_id);
        let p_lease_seconds = self.config.lease.as_secs();
        match request.input.as_ref() {
            TurnInput::Introduction(config) => {
                let arguments = StartInterview {
                    p_session_id: session_id,
                    p_turn_id: turn_id,
                    p_config: config.as_deref(),
                    p_lease_owner: &self.lease_owner,
                    p_lease_seconds,
                    p_known_version,
                };
                self.store.call(caller, session_id, &arguments).await
            }
            TurnInput::Message(message, speech_timing) => {
                let arguments = AcceptTurn {
                    p_session_id: session_id,
                    p_turn_id: turn_id,
                    p_message: message,
                    p_lease_owner: &self.lease_owner,
                    p_lease_seconds,
                    p_known_version,
                    p_join_same_text: join_same_text,
                    p_speech_timing: *speech_timing,
                };
                self.store.call(caller, session_id, &arguments).await
            }
        }
    }

    /// Writes the reply; one that can't be written is kept for the retry. `None` when another instance
    /// holds the turn by now.
    async fn complete(
        &self,
        leased: &Leased,
        generated: Arc<Generated>,
    ) -> Result<Option<Arc<Turn>>, SessionError> {
        let written = self.write(leased, &generated).await;
        if matches!(written, Err(SessionError::Rest(_))) {
            self.pending_replies.insert(leased.key(), generated);
        }
        let (response, state) = written?;
        self.pending_replies.invalidate(&leased.key());
        let turn = turn_at(&state, leased.turn_no)
            .filter(|turn| turn.turn_id == leased.turn_id)
            .ok_or(SessionError::Gone)?;
        match response.outcome {
            CompleteOutcome::Completed | CompleteOutcome::Already => Ok(Some(turn)),
            CompleteOutcome::Stopped => Err(SessionError::Stopped),
            CompleteOutcome::Lost if turn.unanswered_at.is_some() => Err(SessionError::Superseded),
            CompleteOutcome::Lost => Ok(None),
        }
    }

    async fn write(
        &self,
        leased: &Leased,
        generated: &Generated,
    ) -> Result<(RpcResponse<CompleteOutcome>, Arc<SessionState>), SessionError> {
        let (caller, session_id) = (&leased.caller, leased.session_id);
        let mut waits = COMPLETE_RETRIES.iter();
        loop {
            let arguments = CompleteTurn {
                p_session_id: session_id,
                p_turn_id: &leased.turn_id,
                p_lease_owner: &self.lease_owner,
                p_reply: &generated.reply,
                p_feedback: generated.feedback.as_ref(),
                p_stats: &generated.stats,
                p_known_version: self.store.known_version(caller, session_id),
            };
            let result = self.store.call(caller, session_id, &arguments).await;
            match (&result, waits.next()) {
                (Err(SessionError::Rest(error)), Some(wait)) if error.is_transient() => {
                    tracing::warn!(turn_no = leased.turn_no, %error, "the reply was not written; trying again");
                    tokio::time::sleep(*wait).await;
                }
                _ => return result,
            }
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
