//! Turns being made by this process, so that a repeat joins instead of asking again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::turns::{Ask, Progress, TurnHandle, TurnRequest};
use crate::auth::Principal;
use interview::Draft;

type Key = (Principal, Uuid);

struct Flight {
    turn_id: String,
    ask: Arc<Ask>,
    handle: TurnHandle,
}

#[derive(Default)]
pub(super) struct Flights {
    by_session: Mutex<HashMap<Key, Vec<Flight>>>,
}

pub(super) enum Boarding {
    /// The turn is being made already.
    Joined(TurnHandle),
    /// It is this caller's to make.
    New(watch::Sender<Progress>, TurnHandle),
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
                    Boarding::Joined(flight.handle.clone())
                } else {
                    Boarding::KeyReused
                };
            }
            if !request.named && flight.ask.is_same(&request.ask) {
                return Boarding::Joined(flight.handle.clone());
            }
        }
        let (sender, progress) = watch::channel(Progress::Accepting);
        let handle = TurnHandle {
            progress,
            draft: Arc::new(Draft::default()),
        };
        flights.push(Flight {
            turn_id: request.turn_id.clone(),
            ask: Arc::clone(&request.ask),
            handle: handle.clone(),
        });
        Boarding::New(sender, handle)
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
    pub(super) fn of(&self, principal: Principal, session_id: Uuid) -> Vec<TurnHandle> {
        self.lock()
            .get(&(principal, session_id))
            .map(|flights| flights.iter().map(|f| f.handle.clone()).collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<Flight>>> {
        self.by_session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
