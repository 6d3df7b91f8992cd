//! Request limits per client: token buckets in memory, one set per instance.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::LimitConfig;
use crate::network::network;

/// A refusal; try again after so many whole seconds.
#[derive(Debug, PartialEq, Eq)]
pub struct Limited {
    pub retry_after: u64,
}

/// What is tried with an account. Each counts by itself: who asks for a victim's new password, or registers their
/// address, must not lock them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    SignIn,
    Register,
    Recover,
}

/// As many attempts at an account as several addresses may make: one alone can't use up its owner's.
const ACCOUNT_SHARE: u32 = 2;
/// As many refreshes as attempts to sign in: the people behind one address are signed in all day.
const REFRESH_SHARE: u32 = 3;

pub struct Limits {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    auth_by_address: DefaultKeyedRateLimiter<IpAddr>,
    /// Guesses at one account count wherever they come from.
    auth_by_account: DefaultKeyedRateLimiter<(Attempt, String)>,
    refresh: DefaultKeyedRateLimiter<IpAddr>,
    speech: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(config: &LimitConfig) -> Self {
        Self {
            requests: RateLimiter::keyed(per_minute(config.requests_per_minute)),
            auth_by_address: RateLimiter::keyed(per_minute(config.auth_per_minute)),
            auth_by_account: RateLimiter::keyed(per_minute(
                config.auth_per_minute.saturating_mul(ACCOUNT_SHARE),
            )),
            refresh: RateLimiter::keyed(per_minute(
                config.auth_per_minute.saturating_mul(REFRESH_SHARE),
            )),
            speech: RateLimiter::keyed(per_minute(config.speech_per_minute)),
            clock: DefaultClock::default(),
        }
    }

    /// # Errors
    /// The client has no request left for now.
    pub fn check_request(&self, client: IpAddr) -> Result<(), Limited> {
        self.check(&self.requests, &network(client))
    }

    /// Counts an attempt. `account` is what is being guessed at, such as the e-mail address.
    ///
    /// # Errors
    /// The client or the account has no attempt left for now.
    pub fn check_auth(
        &self,
        client: IpAddr,
        attempt: Attempt,
        account: &str,
    ) -> Result<(), Limited> {
        self.check(&self.auth_by_address, &network(client))?;
        self.check(&self.auth_by_account, &(attempt, account.to_owned()))
    }

    /// Counts a refresh of tokens.
    ///
    /// # Errors
    /// The client has none left for now.
    pub fn check_refresh(&self, client: IpAddr) -> Result<(), Limited> {
        self.check(&self.refresh, &network(client))
    }

    /// Counts a request that a speech provider is paid for.
    ///
    /// # Errors
    /// The client has no such request left for now.
    pub fn check_speech(&self, client: IpAddr) -> Result<(), Limited> {
        self.check(&self.speech, &network(client))
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Limited> {
        limiter.check_key(key).map_err(|refusal| Limited {
            retry_after: refusal.wait_time_from(self.clock.now()).as_secs() + 1,
        })
    }

    /// Forgets clients that are back at their full allowance.
    pub fn sweep(&self) {
        self.requests.retain_recent();
        self.auth_by_address.retain_recent();
        self.auth_by_account.retain_recent();
        self.refresh.retain_recent();
        self.speech.retain_recent();
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

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn an_account_is_guarded_against_guesses_from_many_addresses() {
        let limits = limits();
        let guess = |last, account| limits.check_auth(address(last), Attempt::SignIn, account);
        let guessed = (1..=100).take_while(|last| guess(*last, "a@example.com").is_ok());
        assert_eq!(guessed.count(), 4);
        assert!(guess(101, "b@example.com").is_ok());
    }

    #[test]
    fn nobody_locks_another_out_alone_or_by_another_way_in() {
        let limits = limits();
        let victim = "a@example.com";
        for last in 1..=100 {
            let _asked = limits.check_auth(address(last), Attempt::Recover, victim);
            let _asked = limits.check_auth(address(last), Attempt::Register, victim);
        }
        for _ in 0..100 {
            let _guessed = limits.check_auth(address(200), Attempt::SignIn, victim);
        }
        assert!(
            limits
                .check_auth(address(201), Attempt::SignIn, victim)
                .is_ok()
        );
    }

    #[test]
    fn refreshes_count_by_themselves_and_a_network_is_one_client() {
        let limits = limits();
        let [here, beside]: [IpAddr; 2] =
            ["2001:db8::1", "2001:db8::2"].map(|text| text.parse().expect("an address"));
        let refreshed = (0..100).take_while(|_| limits.check_refresh(here).is_ok());
        assert_eq!(refreshed.count(), 6);
        assert!(limits.check_refresh(beside).is_err());
        assert!(
            limits
                .check_auth(here, Attempt::SignIn, "a@example.com")
                .is_ok()
        );
    }
}
