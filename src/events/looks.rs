//! When a session is looked at next: for what other instances did, or for what no message told.

use std::time::Duration;

use tokio::time::Instant;

/// So many times as long as the first is the longest pause between two looks.
const SLOWEST: u32 = 8;
/// Supabase Realtime delivers at most once: a session whose messages come is looked at so long after the last one…
const FIRST_CHECK: Duration = Duration::from_secs(60);
/// … and ever more rarely, up to this pause.
const RAREST_CHECK: Duration = Duration::from_secs(600);

/// How a listener is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// From memory, if that is fresh.
    Fresh,
    /// There is this version: memory must have reached it.
    AtLeast(i64),
    /// From the database: memory may lack what no message told of.
    Ask,
    /// The same, to see whether a message was lost.
    Check,
}

impl Look {
    /// For metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fresh => "poll",
            Self::AtLeast(_) => "message",
            Self::Ask => "catch_up",
            Self::Check => "check",
        }
    }
}

/// When a session is looked at next, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looks {
    pub(super) due: Instant,
    pub(super) pause: Duration,
    pub(super) look: Look,
}

impl Looks {
    fn new(now: Instant, pause: Duration, look: Look) -> Self {
        Self {
            due: now + pause,
            pause,
            look,
        }
    }

    /// After a change, where nobody else tells of the next.
    pub(super) fn polling(now: Instant, poll: Duration) -> Self {
        Self::new(now, poll, Look::Fresh)
    }

    /// After a change, where messages tell of the next.
    pub(super) fn checking(now: Instant) -> Self {
        Self::new(now, FIRST_CHECK, Look::Check)
    }

    /// What follows when nothing is read, since it can't be had or its reader has gone.
    pub(super) fn retrying(now: Instant, poll: Duration) -> Self {
        Self::new(now, poll, Look::Ask)
    }

    pub(super) fn at_once(now: Instant) -> Self {
        Self::new(now, Duration::ZERO, Look::Ask)
    }

    /// What follows this look if nothing comes of it.
    pub(super) fn claimed(self, now: Instant, poll: Duration) -> Self {
        match self.look {
            Look::Fresh => Self::new(now, (self.pause * 2).min(poll * SLOWEST), Look::Fresh),
            // The pause is kept for when it was read.
            Look::AtLeast(_) | Look::Ask | Look::Check => Self {
                pause: self.pause,
                ..Self::retrying(now, poll)
            },
        }
    }

    /// After a check that found nothing.
    pub(super) fn rarer(self, now: Instant) -> Self {
        let pause = (self.pause * 2).clamp(FIRST_CHECK, RAREST_CHECK);
        Self::new(now, pause, Look::Check)
    }
}

/// How many looks a quiet time of `quiet` would have taken at the slowest pace of polling.
pub(super) fn avoided(quiet: Duration, poll: Duration) -> u64 {
    let slowest = (poll * SLOWEST).as_millis().max(1);
    u64::try_from(quiet.as_millis() / slowest).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_grow_rarer_up_to_a_bound() {
        let (now, poll) = (Instant::now(), Duration::from_secs(2));
        let mut looks = Looks::polling(now, poll);
        let mut pauses = vec![looks.pause.as_secs()];
        for _ in 0..5 {
            looks = looks.claimed(now, poll);
            pauses.push(looks.pause.as_secs());
        }
        assert_eq!(pauses, [2, 4, 8, 16, 16, 16]);
        let mut looks = Looks::checking(now);
        let mut pauses = vec![looks.pause.as_secs()];
        for _ in 0..5 {
            let claimed = looks.claimed(now, poll);
            assert_eq!((claimed.due, claimed.look), (now + poll, Look::Ask));
            looks = claimed.rarer(now);
            pauses.push(looks.pause.as_secs());
        }
        assert_eq!(pauses, [60, 120, 240, 480, 600, 600]);
    }

    #[test]
    fn the_looks_that_messages_spare_are_counted_at_the_slowest_pace() {
        let poll = Duration::from_secs(2);
        assert_eq!(avoided(Duration::from_secs(160), poll), 10);
        assert_eq!(avoided(Duration::from_secs(15), poll), 0);
        assert_eq!(avoided(Duration::from_secs(15), Duration::ZERO), 15_000);
    }
}
