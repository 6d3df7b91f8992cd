//! What can go wrong with a provider, without a word of prompt, answer or key.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// 429.
    #[error("the provider limits the rate (429)")]
    RateLimited { retry_after: Option<Duration> },
    /// 5xx, 529 ("overloaded") among them, or an error in the stream.
    #[error("the provider failed ({status})")]
    Failed {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// 401 or 403.
    #[error("the provider refuses the API key ({0})")]
    KeyRefused(u16),
    /// Any other 4xx: the request, the model's name, or the address is wrong.
    #[error("the provider refuses the request ({0})")]
    Rejected(u16),
    #[error("the provider can't be reached")]
    Unreachable,
    #[error("timed out waiting for {0}")]
    TimedOut(&'static str),
    /// The stream ended in the middle.
    #[error("the answer was cut off")]
    Cut,
    /// What came is not the provider's format.
    #[error("the provider's answer can't be read")]
    Unreadable,
    #[error("the model refused to answer")]
    Refused,
    #[error("the model answered nothing")]
    Empty,
    /// The reader did not want the answer.
    #[error("the answer is of no use: {0}")]
    Unwanted(String),
    /// The breaker is open.
    #[error("the provider failed repeatedly and is left alone for {} s", retry_after.as_secs())]
    CircuitOpen { retry_after: Duration },
}

impl LlmError {
    /// Whether the same request may well succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Failed { .. }
                | Self::Unreachable
                | Self::TimedOut(_)
                | Self::Cut
                | Self::Unreadable
        )
    }

    /// Whether it speaks against the provider as a whole. A rate limit does not: it is the provider's
    /// way of working.
    pub(super) fn is_outage(&self) -> bool {
        self.is_transient() && !matches!(self, Self::RateLimited { .. })
    }

    /// Whether the model did answer, only with nothing that can be used.
    pub fn is_about_the_answer(&self) -> bool {
        matches!(self, Self::Refused | Self::Empty | Self::Unwanted(_))
    }

    /// When the provider wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Failed { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// For metrics.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Failed { .. } => "failed",
            Self::KeyRefused(_) => "key_refused",
            Self::Rejected(_) => "rejected",
            Self::Unreachable => "unreachable",
            Self::TimedOut(_) => "timed_out",
            Self::Cut => "cut",
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::Empty => "empty",
            Self::Unwanted(_) => "unwanted",
            Self::CircuitOpen { .. } => "circuit_open",
        }
    }

    fn of_status(status: StatusCode, headers: Option<&HeaderMap>) -> Self {
        let retry_after = headers.and_then(retry_after);
        match status.as_u16() {
            429 => Self::RateLimited { retry_after },
            401 | 403 => Self::KeyRefused(status.as_u16()),
            // 408 and 409 are retried by the providers' own clients.
            status @ (408 | 409 | 500..) => Self::Failed {
                status,
                retry_after,
            },
            status => Self::Rejected(status),
        }
    }
}

/// `genai`'s errors hold bodies, which may echo the prompt: only their kind is kept.
impl From<genai::Error> for LlmError {
    fn from(error: genai::Error) -> Self {
        if let Some(status) = error.status() {
            return Self::of_status(status, error.headers());
        }
        match error {
            genai::Error::WebStream { error, .. } => match error.downcast::<genai::Error>() {
                Ok(inner) => Self::from(*inner),
                Err(other) => match other.downcast_ref::<reqwest::Error>() {
                    Some(error) if error.is_timeout() => Self::TimedOut("the connection"),
                    Some(error) if error.is_connect() || error.is_request() => Self::Unreachable,
                    _ => Self::Cut,
                },
            },
            genai::Error::ChatResponse { body, .. } => Self::in_stream(&body),
            genai::Error::WebModelCall { .. } | genai::Error::WebAdapterCall { .. } => {
                Self::Unreachable
            }
            _ => Self::Unreadable,
        }
    }
}

impl LlmError {
    /// An error event within a stream; both providers name its kind in `type`.
    fn in_stream(body: &serde_json::Value) -> Self {
        let kind = body
            .pointer("/error/type")
            .or_else(|| body.get("type"))
            .and_then(|kind| kind.as_str())
            .unwrap_or_default();
        match kind {
            "rate_limit_error" | "rate_limit_exceeded" => Self::RateLimited { retry_after: None },
            "authentication_error" | "permission_error" => Self::KeyRefused(401),
            "invalid_request_error" | "not_found_error" => Self::Rejected(400),
            "overloaded_error" => Self::Failed {
                status: 529,
                retry_after: None,
            },
            _ => Self::Failed {
                status: 500,
                retry_after: None,
            },
        }
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; `retry-after-ms` is more exact.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = date
        .as_second()
        .saturating_sub(Timestamp::now().as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        headers
    }

    #[test]
    fn retry_after_is_seconds_milliseconds_or_a_date() {
        let of = |name, value| retry_after(&headers(name, value));
        assert_eq!(of("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(
            of("retry-after-ms", "250"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(of("retry-after", "soon"), None);
        assert_eq!(of("retry-after", "-3"), None);
        assert_eq!(
            of("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn statuses_are_told_apart() {
        let of = |status: u16| {
            LlmError::of_status(StatusCode::from_u16(status).expect("a status"), None)
        };
        assert!(of(429).is_transient() && !of(429).is_outage());
        assert!(of(500).is_outage() && of(529).is_outage());
        assert_eq!(of(401), LlmError::KeyRefused(401));
        assert!(!of(400).is_transient());
    }
}
