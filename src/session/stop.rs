//! Stopping a turn: the candidate has heard enough, or does not want to wait.

use std::sync::Arc;

use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::turns::{TurnHandle, outcome};
use super::wire::{Known, Outcome};
use crate::auth::Caller;
use interview::Turn;

/// What stopping came to.
pub enum Stopped {
    /// No turn was open.
    Idle,
    /// The turn has ended with what the interviewer had said so far, or with its whole reply when that
    /// was ready first.
    Replied(Arc<Turn>),
    /// The interviewer had said nothing yet. The message is kept: its key resumes the turn, and another
    /// message takes its place.
    Unanswered { turn_no: u32, turn_id: String },
}

impl Sessions {
    /// The turn that this process makes for the session, if any.
    pub fn in_flight(&self, caller: &Caller, session_id: Uuid) -> Option<TurnHandle> {
        self.flights.of(caller.principal(), session_id).pop()
    }

    /// Stops the session's open turn, wherever it is made. No round trip beyond the turn's own when it is
    /// made here, one otherwise.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn stop_turn(
        &self,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Stopped, SessionError> {
        // A flight belongs to the principal that started it; the database decides whether it was theirs.
        if let Some(flight) = self.in_flight(caller, session_id) {
            flight.draft.stop();
            match outcome(flight.progress).await {
                Ok(done) => return Ok(Stopped::Replied(done.turn)),
                Err(error @ SessionError::NotFound) => return Err(error),
                // Stopped, or gone wrong at the same moment: the row tells what is still open.
                Err(_) => {}
            }
        }
        let arguments = Known {
            p_session_id: session_id,
            p_known_version: self.store.known_version(caller, session_id),
        };
        let (answer, _) = self
            .store
            .call(caller, session_id, "stop_turn", &arguments)
            .await?;
        Ok(match (answer.outcome, answer.turn_no, answer.turn_id) {
            (Outcome::Stopped, Some(turn_no), Some(turn_id)) => {
                Stopped::Unanswered { turn_no, turn_id }
            }
            _ => Stopped::Idle,
        })
    }
}
