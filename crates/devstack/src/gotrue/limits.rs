//! GoTrue's limits on requests per client address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::GoTrue;
use super::error::AuthError;

#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// `/token`, whatever the grant.
    Token,
    Verify,
    Anonymous,
    /// Requests that send an e-mail: `/signup`, `/recover`, `/resend`, `/otp`.
    Otp,
}

pub(super) struct Limits {
    token: DefaultKeyedRateLimiter<String>,
    verify: DefaultKeyedRateLimiter<String>,
    anonymous: DefaultKeyedRateLimiter<String>,
    otp: DefaultKeyedRateLimiter<String>,
}

impl Limits {
    /// The numbers of a hosted project.
    pub(super) fn new() -> Self {
        const FIVE_MINUTES: Duration = Duration::from_secs(300);
        const HOUR: Duration = Duration::from_secs(3600);
        Self {
            token: limiter(150, FIVE_MINUTES),
            verify: limiter(30, FIVE_MINUTES),
            anonymous: limiter(30, HOUR),
            otp: limiter(30, FIVE_MINUTES),
        }
    }
}

fn limiter(requests: u32, window: Duration) -> DefaultKeyedRateLimiter<String> {
    let quota = Quota::with_period(window / requests).expect("not zero");
    RateLimiter::keyed(quota.allow_burst(NonZeroU32::new(requests).expect("not zero")))
}

/// 429 `over_request_rate_limit` when the client's bucket is empty. The client is the connection's peer, or
/// with the secret key the address in `Sb-Forwarded-For`.
pub(super) fn check(gotrue: &GoTrue, req: &HttpRequest, limit: Limit) -> Result<(), AuthError> {
    let Some(limits) = gotrue.limits() else {
        return Ok(());
    };
    let limiter = match limit {
        Limit::Token => &limits.token,
        Limit::Verify => &limits.verify,
        Limit::Anonymous => &limits.anonymous,
        Limit::Otp => &limits.otp,
    };
    limiter.check_key(&client(gotrue, req)).map_err(|_| {
        AuthError::rate_limited("over_request_rate_limit", "Request rate limit reached")
    })
}

fn client(gotrue: &GoTrue, req: &HttpRequest) -> String {
    let forwarded = req
        .headers()
        .get("sb-forwarded-for")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    match forwarded.filter(|_| super::caller::holds_secret_key(gotrue, req)) {
        Some(address) => address.to_string(),
        None => req
            .peer_addr()
            .map_or_else(String::new, |peer| peer.ip().to_string()),
    }
}
