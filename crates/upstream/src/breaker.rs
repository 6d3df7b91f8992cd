//! A circuit breaker: a provider that fails repeatedly is not called for a while, so that callers get their
//! error at once instead of after every timeout. Then a single request probes it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The circuit breaker of one provider.
pub struct Breaker {
    provider: &'static str,
    failures_allowed: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
    /// A request is probing the provider.
    probing: bool,
}

/// Permission for one request, whose result is reported by [`Ticket::settle`]. Dropped unsettled, it
/// changes nothing.
pub struct Ticket<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub fn new(provider: &'static str, failures_allowed: u32, pause: Duration) -> Self {
        Self {
            provider,
            failures_allowed,
            pause,
            state: Mutex::default(),
        }
    }

    /// # Errors
    /// How long the circuit stays open, at least a second.
    pub fn admit(&self) -> Result<Ticket<'_>, Duration> {
        let mut state = self.lock();
        let Some(open_until) = state.open_until else {
            return Ok(self.ticket(false));
        };
        let left = open_until.saturating_duration_since(Instant::now());
        if state.probing || !left.is_zero() {
            return Err(left.max(Duration::from_secs(1)));
        }
        state.probing = true;
        Ok(self.ticket(true))
    }

    fn ticket(&self, probe: bool) -> Ticket<'_> {
        Ticket {
            breaker: self,
            probe,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Reports whether the provider worked; a refusal of the request counts as working.
    pub fn settle(self, worked: bool) {
        let mut state = self.breaker.lock();
        if worked {
            *state = State::default();
        } else {
            state.failures = state.failures.saturating_add(1);
            if self.probe || state.failures >= self.breaker.failures_allowed {
                state.open_until = Some(Instant::now() + self.breaker.pause);
            }
        }
        metrics::gauge!("circuit_open", "provider" => self.breaker.provider)
            .set(f64::from(u8::from(state.open_until.is_some())));
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.admit().expect("closed").settle(false);
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let breaker = Breaker::new("test", 3, Duration::from_secs(60));
        fail(&breaker, 2);
        breaker.admit().expect("closed").settle(true);
        fail(&breaker, 3);
        assert!(breaker.admit().is_err());
    }

    #[test]
    fn one_probe_at_a_time_closes_it_or_opens_it_again() {
        let breaker = Breaker::new("test", 1, Duration::ZERO);
        fail(&breaker, 1);
        let probe = breaker.admit().expect("a probe");
        assert!(breaker.admit().is_err());
        // A probe that was given up lets the next one try.
        drop(probe);
        breaker.admit().expect("a probe").settle(false);
        breaker.admit().expect("a probe").settle(true);
        let _one = breaker.admit().expect("closed");
        let _two = breaker.admit().expect("closed");
    }
}
