//! Work in flight in this process (single-flight): who asks for it again joins it instead of repeating it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// Work in flight by scope, such as a session; a scope may hold several pieces.
pub(crate) struct InFlight<S, V> {
    running: Arc<Mutex<HashMap<S, Vec<Running<V>>>>>,
}

/// One piece of work, as others see it.
#[derive(Clone, Debug)]
pub(crate) struct Running<V> {
    pub value: V,
    finished: CancellationToken,
    id: u64,
}

/// Held by whoever does the work. Dropping it, also by a panic, ends the work for all who wait.
pub(crate) struct Guard<S: Eq + Hash, V> {
    in_flight: InFlight<S, V>,
    scope: S,
    finished: CancellationToken,
    id: u64,
}

/// What came of asking for work.
pub(crate) enum Entered<S: Eq + Hash, V, J> {
    /// It is in flight already.
    Joined(J),
    /// It is the caller's to do.
    Started(Guard<S, V>, Running<V>),
}

impl<V> Running<V> {
    fn new(value: V) -> Self {
        Self {
            value,
            finished: CancellationToken::new(),
            id: rand::random(),
        }
    }

    /// Returns when the work has ended, however it did.
    pub(crate) async fn finished(&self) {
        self.finished.cancelled().await;
    }
}

impl<S, V> Default for InFlight<S, V> {
    fn default() -> Self {
        Self {
            running: Arc::default(),
        }
    }
}

impl<S, V> Clone for InFlight<S, V> {
    fn clone(&self) -> Self {
        Self {
            running: Arc::clone(&self.running),
        }
    }
}

impl<S: Clone + Eq + Hash, V: Clone> InFlight<S, V> {
    /// Joins the first piece of work in `scope` that `join` accepts, or starts a new one.
    pub(crate) fn join_or_start<J>(
        &self,
        scope: S,
        join: impl FnMut(&Running<V>) -> Option<J>,
        value: impl FnOnce() -> V,
    ) -> Entered<S, V, J> {
        let mut scopes = self.lock();
        let running = scopes.entry(scope.clone()).or_default();
        if let Some(joined) = running.iter().find_map(join) {
            return Entered::Joined(joined);
        }
        let new = Running::new(value());
        running.push(new.clone());
        Entered::Started(self.guard(scope, &new), new)
    }

    /// Starts a piece of work that is never joined, only waited for.
    pub(crate) fn start(&self, scope: S, value: V) -> Guard<S, V> {
        let new = Running::new(value);
        let guard = self.guard(scope.clone(), &new);
        self.lock().entry(scope).or_default().push(new);
        guard
    }

    fn guard(&self, scope: S, running: &Running<V>) -> Guard<S, V> {
        Guard {
            in_flight: self.clone(),
            scope,
            finished: running.finished.clone(),
            id: running.id,
        }
    }

    /// The work in flight in a scope, in the order in which it was started.
    pub(crate) fn of(&self, scope: &S) -> Vec<Running<V>> {
        self.lock().get(scope).cloned().unwrap_or_default()
    }
}

impl<S, V> InFlight<S, V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<S, Vec<Running<V>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Eq + Hash, V> Drop for Guard<S, V> {
    fn drop(&mut self) {
        let mut scopes = self.in_flight.lock();
        if let Some(running) = scopes.get_mut(&self.scope) {
            running.retain(|running| running.id != self.id);
            if running.is_empty() {
                scopes.remove(&self.scope);
            }
        }
        drop(scopes);
        self.finished.cancel();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn enter(in_flight: &InFlight<u8, &'static str>, scope: u8) -> Option<Guard<u8, &'static str>> {
        match in_flight.join_or_start(scope, |running| Some(running.value), || "work") {
            Entered::Joined(_) => None,
            Entered::Started(guard, _) => Some(guard),
        }
    }

    #[test]
    fn work_is_joined_while_it_is_in_flight_and_started_anew_afterwards() {
        let in_flight = InFlight::default();
        let guard = enter(&in_flight, 1).expect("started");
        assert!(enter(&in_flight, 1).is_none(), "joined");
        assert!(enter(&in_flight, 2).is_some(), "another scope");
        drop(guard);
        assert!(enter(&in_flight, 1).is_some());
    }

    #[test]
    fn whoever_waits_is_told_of_the_end_also_after_a_panic() {
        let in_flight = InFlight::default();
        let guard = enter(&in_flight, 1).expect("started");
        let running = in_flight.of(&1).pop().expect("in flight");
        assert!(running.finished().now_or_never().is_none());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _held = guard;
            panic!("the work fails");
        }));
        assert!(panicked.is_err());
        assert!(running.finished().now_or_never().is_some());
        assert!(in_flight.lock().is_empty(), "nothing is left behind");
    }

    #[test]
    fn a_scope_holds_several_pieces_and_loses_each_by_itself() {
        let in_flight: InFlight<u8, u8> = InFlight::default();
        let start = |value: u8| {
            let same = |running: &Running<u8>| (running.value == value).then_some(());
            match in_flight.join_or_start(1, same, || value) {
                Entered::Started(guard, _) => guard,
                Entered::Joined(()) => panic!("not in flight yet"),
            }
        };
        let (first, _second) = (start(1), start(2));
        drop(first);
        let left: Vec<u8> = in_flight
            .of(&1)
            .iter()
            .map(|running| running.value)
            .collect();
        assert_eq!(left, [2]);
    }
}
