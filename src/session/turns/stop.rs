//! Stopping a turn: the candidate has heard enough, or does not want to wait.

use std::sync::Arc;

use interview::Turn;
use uuid::Uuid;

use super::Turns;
use crate::auth::Caller;
use crate::session::error::SessionError;
use crate::session::rpc::{StopOutcome, StopTurn};

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

impl Turns {
    /// Stops the session's open turn, wherever it is made. No round trip beyond the turn's own when it is
    /// made here, one otherwise.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn stop(&self, caller: &Caller, session_id: Uuid) -> Result<Stopped, SessionError> {
        // A turn in flight belongs to the principal that started it; the database decides whether it was
        // theirs.
        if let Some(turn) = self.latest_in_flight(caller, session_id) {
            turn.draft.stop();
            match turn.result().await {
                Ok(done) => return Ok(Stopped::Replied(done.turn)),
                Err(error @ SessionError::NotFound) => return Err(error),
                // Stopped, or gone wrong at the same moment: the row tells what is still open.
                Err(_) => {}
            }
        }
        let arguments = StopTurn {
            p_session_id: session_id,
            p_known_version: self.store.known_version(caller, session_id),
        };
        let (response, _) = self.store.call(caller, session_id, &arguments).await?;
        Ok(
            match (response.outcome, response.turn_no, response.turn_id) {
                (StopOutcome::Stopped, Some(turn_no), Some(turn_id)) => {
                    Stopped::Unanswered { turn_no, turn_id }
                }
                (StopOutcome::Stopped | StopOutcome::Idle, _, _) => Stopped::Idle,
            },
        )
    }
}
