//! Creating, ending, resetting, claiming and deleting a session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::state::SessionState;
use super::summary::ReportStatus;
use super::turns::outcome;
use super::wire::{Answer, DeleteSession, EndInterview, Known, Outcome};
use crate::auth::{Caller, User};
use interview::SessionConfig;

#[derive(Serialize)]
struct NewSession<'a> {
    session_id: Uuid,
    session_config: &'a SessionConfig,
}

#[derive(Deserialize)]
struct Created {
    session_id: Uuid,
}

/// An interview that has ended, with what there is of its report.
pub struct Ended {
    pub state: Arc<SessionState>,
    pub report: ReportStatus,
}

/// How long `end` gives the report to be ready before it answers without it.
const REPORT_PATIENCE: Duration = Duration::from_millis(1_500);
/// How long ending or claiming waits for a turn in flight.
const SETTLE_PATIENCE: Duration = Duration::from_secs(15);
const SETTLE_POLL: Duration = Duration::from_millis(250);

impl Sessions {
    /// Makes a session; its random id is also a guest's only key to it. One round trip.
    ///
    /// # Errors
    /// Upstream failures.
    pub async fn create(
        &self,
        caller: &Caller,
        config: &SessionConfig,
    ) -> Result<Uuid, SessionError> {
        let session_id = Uuid::new_v4();
        let row = NewSession {
            session_id,
            session_config: config,
        };
        let created: Created = self
            .rest
            .insert_one(
                &caller.identity(session_id),
                "interview_sessions",
                "session_id",
                &row,
            )
            .await?;
        Ok(created.session_id)
    }

    /// Ends the interview and has its report written. A turn in flight is waited for; one that does not
    /// finish in time stays in the history, marked unanswered.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn end(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Ended, SessionError> {
        let deadline = Instant::now() + SETTLE_PATIENCE.min(self.config.wait);
        loop {
            let arguments = EndInterview {
                p_session_id: session_id,
                p_force: Instant::now() >= deadline,
                p_known_version: self.store.known_version(caller, session_id),
            };
            let (answer, _) = self
                .store
                .call(caller, session_id, "end_interview", &arguments)
                .await?;
            if answer.outcome != Outcome::Busy {
                break;
            }
            self.settle(caller, session_id, deadline).await;
        }
        let report = self
            .report_within(caller, session_id, REPORT_PATIENCE)
            .await?;
        let state = self.store.get(caller, session_id).await?;
        Ok(Ended { state, report })
    }

    /// Waits for the session's turn in flight, here or elsewhere, or a little.
    async fn settle(&self, caller: &Caller, session_id: Uuid, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let flights = self.flights.of(caller.principal(), session_id);
        if flights.is_empty() {
            tokio::time::sleep(SETTLE_POLL.min(left)).await;
            return;
        }
        for flight in flights {
            // Whatever its outcome, the turn is no longer in flight then.
            let _ended = tokio::time::timeout(left, outcome(flight.progress)).await;
        }
    }

    /// Starts the interview over with the same configuration. One round trip.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn reset(&self, caller: &Caller, session_id: Uuid) -> Result<(), SessionError> {
        let arguments = Known {
            p_session_id: session_id,
            p_known_version: self.store.known_version(caller, session_id),
        };
        self.store
            .call(caller, session_id, "reset_interview", &arguments)
            .await?;
        Ok(())
    }

    /// Makes a guest's session the caller's; claiming one's own again changes nothing.
    ///
    /// # Errors
    /// [`SessionError::Busy`] when a turn stays in flight, [`SessionError::NotFound`] when there is no
    /// such guest session, upstream failures.
    pub async fn claim(&self, user: &User, session_id: Uuid) -> Result<(), SessionError> {
        let identity = user.identity(Some(session_id));
        let guest = Caller::Guest;
        let deadline = Instant::now() + SETTLE_PATIENCE.min(self.config.wait);
        loop {
            let arguments = Known {
                p_session_id: session_id,
                p_known_version: None,
            };
            let answer: Answer = self
                .rest
                .rpc(&identity, "claim_session", &arguments)
                .await?;
            match answer.outcome {
                Outcome::Claimed | Outcome::Already => {
                    self.store.forget(&guest, session_id);
                    self.store.forget(&Caller::User(user.clone()), session_id);
                    return Ok(());
                }
                Outcome::Busy if Instant::now() < deadline => {
                    self.settle(&guest, session_id, deadline).await;
                }
                Outcome::Busy => {
                    return Err(SessionError::Busy {
                        turn_no: answer.turn_no.unwrap_or(0),
                        turn_id: answer.turn_id.unwrap_or_default(),
                        retry_after_ms: answer
                            .lease_remaining_ms
                            .and_then(|ms| u64::try_from(ms).ok())
                            .unwrap_or(1_000),
                    });
                }
                _ => return Err(SessionError::NotFound),
            }
        }
    }

    /// Deletes the session with all it holds. One round trip.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn delete(&self, caller: &Caller, session_id: Uuid) -> Result<(), SessionError> {
        let arguments = DeleteSession {
            p_session_id: session_id,
        };
        let identity = caller.identity(session_id);
        let answer: Answer = self
            .rest
            .rpc(&identity, "delete_session", &arguments)
            .await?;
        self.store.forget(caller, session_id);
        match answer.outcome {
            Outcome::Deleted => Ok(()),
            _ => Err(SessionError::NotFound),
        }
    }
}
