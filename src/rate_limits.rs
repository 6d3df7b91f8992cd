//! Request limits per client: token buckets in memory, one set per instance.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::LimitConfig;

/// A refusal; try again after so many whole seconds.
#[derive(Debug, PartialEq, Eq)]
pub struct Limited {
    pub retry_after: u64,
}

pub struct Limits {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    auth_by_address: DefaultKeyedRateLimiter<IpAddr>,
    /// Guesses at one account count wherever they come from.
    auth_by_account: DefaultKeyedRateLimiter<String>,
    speech: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(config: &LimitConfig) -> Self {
        Self {
            requests: RateLimiter::keyed(per_minute(config.requests_per_minute)),
            auth_by_address: RateLimiter::keyed(per_minute(config.auth_per_minute)),
            auth_by_account: RateLimiter::keyed(per_minute(config.auth_per_minute)),
            speech: RateLimiter::keyed(per_minute(config.speech_per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// # Errors
    /// The client has no request left for now.
    pub fn check_request(&self, client: IpAddr) -> Result<(), Limited> {
        self.requests
            .check_key(&client)
            .map_err(|refusal| Self::limited(refusal.wait_time_from(self.clock.now())))
    }

    /// Counts an attempt to sign in, to register or to refresh. `account` is what is being guessed at,
    /// such as the e-mail address.
    ///
    /// # Errors
    /// The client or the account has no attempt left for now.
    pub fn check_auth(&self, client: IpAddr, account: &str) -> Result<(), Limited> {
        self.auth_by_address
            .check_key(&client)
            .map_err(|refusal| Self::limited(refusal.wait_time_from(self.clock.now())))?;
        self.auth_by_account
            .check_key(&account.to_owned())
            .map_err(|refusal| Self::limited(refusal.wait_time_from(self.clock.now())))
    }

    /// Counts a request that a speech provider is paid for.
    ///
    /// # Errors
    /// The client has no such request left for now.
    pub fn check_speech(&self, client: IpAddr) -> Result<(), Limited> {
        self.speech
            .check_key(&client)
            .map_err(|refusal| Self::limited(refusal.wait_time_from(self.clock.now())))
    }

    /// Forgets clients that are back at their full allowance.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.auth_by_address.retain_recent();
        self.auth_by_account.retain_recent();
        self.speech.retain_recent();
    }

    fn limited(wait: std::time::Duration) -> Limited {
        Limited {
            retry_after: wait.as_secs() + 1,
        }
    }
}

fn per_minute(count: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(&LimitConfig {
            requests_per_minute: 2,
            auth_per_minute: 2,
            speech_per_minute: 2,
        })
    }

    #[test]
    fn one_clients_requests_do_not_count_for_another() {
        let limits = limits();
        let (a, b): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        assert!(limits.check_request(a).is_ok());
        assert!(limits.check_request(a).is_ok());
        let refusal = limits.check_request(a).expect_err("the third is refused");
        assert!((1..=60).contains(&refusal.retry_after));
        assert!(limits.check_request(b).is_ok());
    }

    #[test]
    fn an_account_is_guarded_against_guesses_from_many_addresses() {
        let limits = limits();
        for last in 1..=2 {
            assert!(
                limits
                    .check_auth([192, 0, 2, last].into(), "a@example.com")
                    .is_ok()
            );
        }
        assert!(
            limits
                .check_auth([192, 0, 2, 3].into(), "a@example.com")
                .is_err()
        );
        assert!(
            limits
                .check_auth([192, 0, 2, 3].into(), "b@example.com")
                .is_ok()
        );
    }
}
