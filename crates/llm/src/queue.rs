//! Permits for requests to the provider: first come, first served, and the coach never takes the
//! interviewer's share. With a single permit the coach yields to the interviewer, even in the middle.

use tokio::sync::{Semaphore, SemaphorePermit, watch};

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
    /// There is one permit for both.
    single: bool,
    /// Requests of the interviewer that wait or are in flight.
    interviewing: watch::Sender<usize>,
}

/// Held for as long as a request is in flight.
pub(super) struct Permit<'a> {
    _permit: SemaphorePermit<'a>,
    _coach: Option<SemaphorePermit<'a>>,
    _interviewing: Option<Interviewing<'a>>,
}

/// Counts one request of the interviewer.
struct Interviewing<'a>(&'a watch::Sender<usize>);

impl<'a> Interviewing<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Interviewing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Queue {
    pub(super) fn new(permits: usize) -> Self {
        let permits = permits.max(1);
        Self {
            permits: Semaphore::new(permits),
            coach: Semaphore::new((permits / 2).max(1)),
            single: permits == 1,
            interviewing: watch::Sender::new(0),
        }
    }

    pub(super) async fn acquire(&self, lane: Lane) -> Permit<'_> {
        let interviewing =
            (lane == Lane::Interviewer).then(|| Interviewing::new(&self.interviewing));
        let coach = match lane {
            Lane::Interviewer => None,
            Lane::Coach => {
                if self.single {
                    // The line of the same turn asks for its permit in this moment.
                    tokio::task::yield_now().await;
                    self.until(|interviewing| interviewing == 0).await;
                }
                Some(self.coach.acquire().await.expect("never closed"))
            }
        };
        Permit {
            _permit: self.permits.acquire().await.expect("never closed"),
            _coach: coach,
            _interviewing: interviewing,
        }
    }

    /// Returns when a request of this lane must make room for another; never where there is room for both.
    pub(super) async fn must_yield(&self, lane: Lane) {
        if !self.single || lane == Lane::Interviewer {
            return std::future::pending().await;
        }
        self.until(|interviewing| interviewing > 0).await;
    }

    async fn until(&self, condition: impl Fn(usize) -> bool) {
        let mut count = self.interviewing.subscribe();
        let _count = count.wait_for(|count| condition(*count)).await;
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

    #[tokio::test]
    async fn a_single_permit_goes_to_the_interviewer_first() {
        let queue = Queue::new(1);
        let (mut coach, mut line) = (
            Box::pin(queue.acquire(Lane::Coach)),
            Box::pin(queue.acquire(Lane::Interviewer)),
        );
        // The coach asks first, and still comes second.
        assert!((&mut coach).now_or_never().is_none());
        let permit = (&mut line).now_or_never().expect("the only permit");
        assert!((&mut coach).now_or_never().is_none());
        drop(permit);
        let _permit = coach.await;
        assert!(queue.must_yield(Lane::Coach).now_or_never().is_none());
        let mut next = Box::pin(queue.acquire(Lane::Interviewer));
        assert!((&mut next).now_or_never().is_none());
        assert!(queue.must_yield(Lane::Coach).now_or_never().is_some());
        assert!(queue.must_yield(Lane::Interviewer).now_or_never().is_none());
    }
}
