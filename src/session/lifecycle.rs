//! Creating, ending, resetting, claiming and deleting a session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use interview::SessionConfig;
use uuid::Uuid;

use super::error::SessionError;
use super::report::{ReportStatus, Reports};
use super::row::Origin;
use super::rpc::{
    self, ClaimOutcome, ClaimSession, CreateOutcome, CreateSession, DeleteOutcome, DeleteSession,
    EndInterview, EndOutcome, ResetInterview,
};
use super::state::SessionState;
use super::store::SessionStore;
use super::turns::Turns;
use crate::auth::{Caller, User};
use crate::supabase::postgrest::PostgRest;

/// What begins and ends sessions.
pub struct Lifecycle {
    pub(super) store: Arc<SessionStore>,
    pub(super) rest: Arc<PostgRest>,
    pub(super) turns: Arc<Turns>,
    pub(super) reports: Arc<Reports>,
    /// How long ending or claiming waits for a turn in flight, at most [`TURN_TIMEOUT`].
    pub(super) turn_timeout: Duration,
}

/// An interview that has ended, with what there is of its report.
pub struct Ended {
    pub state: Arc<SessionState>,
    pub report: ReportStatus,
}

/// How long `end` gives the report to be ready before it answers without it.
const REPORT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long ending or claiming waits for a turn in flight.
const TURN_TIMEOUT: Duration = Duration::from_secs(15);
const TURN_POLL: Duration = Duration::from_millis(250);

impl Lifecycle {
    fn deadline(&self) -> Instant {
        Instant::now() + TURN_TIMEOUT.min(self.turn_timeout)
    }

    /// Makes a session; its random id is also a guest's only key to it. One round trip.
    ///
    /// # Errors
    /// Upstream failures.
    pub async fn create(
        &self,
        caller: &Caller,
        config: &SessionConfig,
    ) -> Result<Uuid, SessionError> {
        self.insert(caller, config, None).await
    }

    /// The same, as the practice of a question; [`SessionError::NotFound`] when its origin is not of the same owner.
    pub(super) async fn insert(
        &self,
        caller: &Caller,
        config: &SessionConfig,
        origin: Option<Origin>,
    ) -> Result<Uuid, SessionError> {
        let session_id = Uuid::new_v4();
        let arguments = CreateSession {
            p_session_id: session_id,
            p_config: config,
            p_practice_of: origin.map(|origin| origin.session_id),
            p_practice_question: origin.map(|origin| origin.question),
        };
        let identity = caller.identity(session_id);
        match rpc::call(&self.rest, &identity, &arguments).await?.outcome {
            CreateOutcome::Created => Ok(session_id),
        }
    }

    /// Ends the interview and has its report written. A turn in flight is waited for; one that does not
    /// finish in time stays in the history, marked unanswered.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn end(&self, caller: &Caller, session_id: Uuid) -> Result<Ended, SessionError> {
        let deadline = self.deadline();
        loop {
            let arguments = EndInterview {
                p_session_id: session_id,
                p_force: Instant::now() >= deadline,
                p_known_version: self.store.known_version(caller, session_id),
            };
            let (response, _) = self.store.call(caller, session_id, &arguments).await?;
            match response.outcome {
                EndOutcome::Ended | EndOutcome::Already => break,
                EndOutcome::Busy => self.wait_for_turn(caller, session_id, deadline).await,
            }
        }
        let report = self
            .reports
            .status_within(caller, session_id, REPORT_TIMEOUT)
            .await?;
        let state = self.store.get(caller, session_id).await?;
        Ok(Ended { state, report })
    }

    /// Waits for the session's turn in flight, here or elsewhere, or a little.
    async fn wait_for_turn(&self, caller: &Caller, session_id: Uuid, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let in_flight = self.turns.in_flight(caller, session_id);
        if in_flight.is_empty() {
            tokio::time::sleep(TURN_POLL.min(left)).await;
            return;
        }
        for turn in in_flight {
            // Whatever its result, the turn is no longer in flight then.
            let _ended = tokio::time::timeout(left, turn.result()).await;
        }
    }

    /// Starts the interview over with the same configuration. One round trip. Returns the id under which a user's
    /// finished interview is kept.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn reset(
        &self,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Option<Uuid>, SessionError> {
        let arguments = ResetInterview {
            p_session_id: session_id,
            p_known_version: self.store.known_version(caller, session_id),
        };
        let (response, _) = self.store.call(caller, session_id, &arguments).await?;
        Ok(response.kept_session_id)
    }

    /// Makes a guest's session the caller's; claiming one's own again changes nothing.
    ///
    /// # Errors
    /// [`SessionError::Busy`] when a turn stays in flight, [`SessionError::NotFound`] when there is no
    /// such guest session, upstream failures.
    pub async fn claim(&self, user: &User, session_id: Uuid) -> Result<(), SessionError> {
        let identity = user.identity(Some(session_id));
        let guest = Caller::Guest;
        let deadline = self.deadline();
        let arguments = ClaimSession {
            p_session_id: session_id,
            p_known_version: None,
        };
        loop {
            let response = rpc::call(&self.rest, &identity, &arguments).await?;
            match response.outcome {
                ClaimOutcome::Claimed | ClaimOutcome::Already => {
                    self.store.forget(&guest, session_id);
                    self.store.forget(&Caller::User(user.clone()), session_id);
                    return Ok(());
                }
                ClaimOutcome::Busy if Instant::now() < deadline => {
                    self.wait_for_turn(&guest, session_id, deadline).await;
                }
                ClaimOutcome::Busy => {
                    return Err(SessionError::Busy {
                        turn_no: response.turn_no.unwrap_or(0),
                        turn_id: response.turn_id.unwrap_or_default(),
                        retry_after_ms: response
                            .lease_remaining_ms
                            .and_then(|ms| u64::try_from(ms).ok())
                            .unwrap_or(1_000),
                    });
                }
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
        let deleted = rpc::call(&self.rest, &identity, &arguments).await;
        self.store.forget(caller, session_id);
        match deleted?.outcome {
            DeleteOutcome::Deleted => Ok(()),
        }
    }
}
