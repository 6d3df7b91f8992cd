//! The project's public signing keys (RFC 7517).

use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use reqwest::header::{CACHE_CONTROL, HeaderMap};
use serde::Deserialize;
use serde_json::Value;

/// Keys are cached for so long when GoTrue does not say.
const DEFAULT_MAX_AGE: u64 = 600;

/// Public keys, and for how long they may be cached.
#[derive(Debug)]
pub struct KeySet {
    pub keys: Vec<Jwk>,
    pub max_age: Duration,
}

#[derive(Deserialize)]
pub(super) struct Body {
    keys: Vec<Value>,
}

/// Leaves out keys of a kind that is not known here: they must not hide the others.
pub(super) fn usable_keys(body: Body) -> Vec<Jwk> {
    body.keys
        .into_iter()
        .filter_map(|key| serde_json::from_value(key).ok())
        .collect()
}

/// `max-age` of `Cache-Control`.
pub(super) fn max_age(headers: &HeaderMap) -> Duration {
    let seconds = headers
        .get(CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split("max-age=").nth(1)?.split(',').next())
        .and_then(|seconds| seconds.trim().parse().ok())
        .unwrap_or(DEFAULT_MAX_AGE);
    Duration::from_secs(seconds)
}
