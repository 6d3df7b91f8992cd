//! Places at the provider. Who waits longest goes first, and the coach never takes the interviewer's places.

use tokio::sync::{Semaphore, SemaphorePermit};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A candidate waits for it.
    Interviewer,
    /// It is done beside the conversation.
    Coach,
}

impl Lane {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Interviewer => "interviewer",
            Self::Coach => "coach",
        }
    }
}

pub(super) struct Queue {
    places: Semaphore,
    /// Half of the places: the other half is the interviewer's alone.
    coach: Semaphore,
}

/// A place, held until dropped.
pub(super) struct Place<'a> {
    _place: SemaphorePermit<'a>,
    _coach: Option<SemaphorePermit<'a>>,
}

impl Queue {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places: Semaphore::new(places.max(2)),
            coach: Semaphore::new((places / 2).max(1)),
        }
    }

    pub(super) async fn enter(&self, lane: Lane) -> Place<'_> {
        let coach = match lane {
            Lane::Interviewer => None,
            Lane::Coach => Some(self.coach.acquire().await.expect("never closed")),
        };
        Place {
            _place: self.places.acquire().await.expect("never closed"),
            _coach: coach,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_coach_leaves_half_of_the_places() {
        let queue = Queue::new(4);
        let enter = |lane| queue.enter(lane).now_or_never();
        let _coach = [enter(Lane::Coach), enter(Lane::Coach)].map(|place| place.expect("a place"));
        assert!(enter(Lane::Coach).is_none());
        let first = enter(Lane::Interviewer).expect("a place");
        let _second = enter(Lane::Interviewer).expect("a place");
        assert!(enter(Lane::Interviewer).is_none());
        drop(first);
        assert!(enter(Lane::Interviewer).is_some());
    }
}
