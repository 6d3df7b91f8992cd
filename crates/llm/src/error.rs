//! What can go wrong with a provider. A provider's own sentence is kept for the operator, without keys and without
//! a word of prompt or answer.

use std::time::Duration;

use upstream::meter::OverBudget;

/// Why the same request would fail again until somebody changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permanent {
    /// The provider does not know the model, or knows it no more.
    ModelNotFound,
    /// Quota, credit or billing.
    CreditExhausted,
    /// The prompt is longer than the model's window.
    ContextExceeded,
    /// The API key.
    KeyRejected,
    /// Anything else: the address, or what is asked for.
    RequestRefused,
}

impl Permanent {
    /// Stable, for clients.
    pub fn code(self) -> &'static str {
        match self {
            Self::ModelNotFound => "model_not_found",
            Self::CreditExhausted => "model_credit_exhausted",
            Self::ContextExceeded => "model_context_exceeded",
            Self::KeyRejected => "model_key_rejected",
            Self::RequestRefused => "model_refused_request",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// 429.
    #[error("the provider limits the rate: {detail}")]
    RateLimited {
        retry_after: Option<Duration>,
        detail: String,
    },
    /// 5xx, 529 ("overloaded") among them, or an error in the stream.
    #[error("the provider failed ({status}): {detail}")]
    Failed {
        status: u16,
        retry_after: Option<Duration>,
        detail: String,
    },
    /// The server is there and loads the model.
    #[error("the server is loading the model: {detail}")]
    Loading { detail: String },
    #[error("{} ({status}): {detail}", kind.code())]
    Permanent {
        kind: Permanent,
        status: u16,
        detail: String,
    },
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
    /// Whoever pays for the request has used up the day's budget; the provider was not asked.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

impl LlmError {
    /// Whether the same request may well succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Failed { .. }
                | Self::Loading { .. }
                | Self::Unreachable
                | Self::TimedOut(_)
                | Self::Cut
                | Self::Unreadable
        )
    }

    /// Whether it speaks against the provider as a whole. A rate limit does not: it is the provider's way of
    /// working. Nor does a slow start: a local server may be loading its model.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Failed { .. } | Self::Unreachable | Self::Cut | Self::Unreadable
        ) || *self == Self::TimedOut(NEXT_TOKEN)
    }

    /// Whether the model did answer, only with nothing that can be used.
    pub fn is_about_the_answer(&self) -> bool {
        matches!(self, Self::Refused | Self::Empty | Self::Unwanted(_))
    }

    /// The failure that somebody has to do something about.
    pub fn permanent(&self) -> Option<Permanent> {
        match self {
            Self::Permanent { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// When the provider wants to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Failed { retry_after, .. } => {
                *retry_after
            }
            Self::CircuitOpen { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// For metrics.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Failed { .. } => "failed",
            Self::Loading { .. } => "loading",
            Self::Permanent { kind, .. } => kind.code(),
            Self::Unreachable => "unreachable",
            Self::TimedOut(_) => "timed_out",
            Self::Cut => "cut",
            Self::Unreadable => "unreadable",
            Self::Refused => "refused",
            Self::Empty => "empty",
            Self::Unwanted(_) => "unwanted",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::OverBudget(_) => "over_budget",
        }
    }
}

pub(crate) const FIRST_TOKEN: &str = "the first token";
pub(crate) const NEXT_TOKEN: &str = "the next token";
