//! Turns being made by this process, so that a repeat joins instead of asking again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::turns::{Ask, Progress, TurnRequest};
use crate::auth::Principal;

type Key = (Principal, Uuid);

struct Flight {
    turn_id: String,
    ask: Arc<Ask>,
    progress: watch::Receiver<Progress>,
}

#[derive(Default)]
pub(super) struct Flights {
    by_session: Mutex<HashMap<Key, Vec<Flight>>>,
}

pub(super) enum Boarding {
    /// The turn is being made already.
    Joined(watch::Receiver<Progress>),
    /// It is this caller's to make.
    New(watch::Sender<Progress>, watch::Receiver<Progress>),
    /// The idempotency key names another message.
    KeyReused,
}

impl Flights {
    pub(super) fn board(&self, principal: Principal, request: &TurnRequest) -> Boarding {
        let mut by_session = self.lock();
        let flights = by_session
            .entry((principal, request.session_id))
            .or_default();
        for flight in flights.iter() {
            if flight.turn_id == request.turn_id {
                return if flight.ask.is_same(&request.ask) {
                    Boarding::Joined(flight.progress.clone())
                } else {
                    Boarding::KeyReused
                };
            }
            if !request.named && flight.ask.is_same(&request.ask) {
                return Boarding::Joined(flight.progress.clone());
            }
        }
        let (sender, receiver) = watch::channel(Progress::Accepting);
        flights.push(Flight {
            turn_id: request.turn_id.clone(),
            ask: Arc::clone(&request.ask),
            progress: receiver.clone(),
        });
        Boarding::New(sender, receiver)
    }

    pub(super) fn land(&self, principal: Principal, session_id: Uuid, turn_id: &str) {
        let mut by_session = self.lock();
        if let Some(flights) = by_session.get_mut(&(principal, session_id)) {
            flights.retain(|flight| flight.turn_id != turn_id);
            if flights.is_empty() {
                by_session.remove(&(principal, session_id));
            }
        }
    }

    /// The turns of a session that are under way here.
    pub(super) fn of(
        &self,
        principal: Principal,
        session_id: Uuid,
    ) -> Vec<watch::Receiver<Progress>> {
        self.lock()
            .get(&(principal, session_id))
            .map(|flights| flights.iter().map(|f| f.progress.clone()).collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<Flight>>> {
        self.by_session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
