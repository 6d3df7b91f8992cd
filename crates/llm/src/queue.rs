//! Permits for requests to the provider: first come, first served, and the coach never takes the
//! interviewer's share.

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
    permits: Semaphore,
    /// Half of the permits: the other half is the interviewer's alone.
    coach: Semaphore,
}

/// Held for as long as a request is in flight.
pub(super) struct Permit<'a> {
    _permit: SemaphorePermit<'a>,
    _coach: Option<SemaphorePermit<'a>>,
}

impl Queue {
    pub(super) fn new(permits: usize) -> Self {
        Self {
            permits: Semaphore::new(permits.max(2)),
            coach: Semaphore::new((permits / 2).max(1)),
        }
    }

    pub(super) async fn acquire(&self, lane: Lane) -> Permit<'_> {
        let coach = match lane {
            Lane::Interviewer => None,
            Lane::Coach => Some(self.coach.acquire().await.expect("never closed")),
        };
        Permit {
            _permit: self.permits.acquire().await.expect("never closed"),
            _coach: coach,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_coach_leaves_half_of_the_permits() {
        let queue = Queue::new(4);
        let acquire = |lane| queue.acquire(lane).now_or_never();
        let _coach =
            [acquire(Lane::Coach), acquire(Lane::Coach)].map(|permit| permit.expect("a permit"));
        assert!(acquire(Lane::Coach).is_none());
        let first = acquire(Lane::Interviewer).expect("a permit");
        let _second = acquire(Lane::Interviewer).expect("a permit");
        assert!(acquire(Lane::Interviewer).is_none());
        drop(first);
        assert!(acquire(Lane::Interviewer).is_some());
    }
}
