//! What can go wrong with a provider.

use std::sync::Arc;
use std::time::Duration;

use upstream::meter::OverBudget;

use crate::audio::AudioError;

/// A failure of the provider. Its own words stay out: they may hold what was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    #[error("the provider refuses the API key")]
    KeyRefused,
    #[error("the provider's rate limit was reached")]
    RateLimited { retry_after: Option<Duration> },
    #[error("the account with the provider has no credit left")]
    NoCredit,
    /// 400 or 422: a voice, model or language that it does not know, or audio that it can't read.
    #[error("the provider refuses the request ({0})")]
    Refused(u16),
    #[error("the provider answered {0}")]
    Status(u16),
    #[error("the provider can't be reached")]
    Unreachable,
    #[error("the provider took too long for {0}")]
    TimedOut(&'static str),
    #[error("the provider's response broke off")]
    Cut,
    #[error("the provider's response can't be read")]
    Unreadable,
    #[error("the provider failed repeatedly; its circuit breaker is open")]
    CircuitOpen { retry_after: Duration },
}

impl ProviderError {
    /// The same request may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Unreachable
            | Self::TimedOut(_)
            | Self::Cut
            | Self::Unreadable
            | Self::CircuitOpen { .. } => true,
            Self::Status(status) => *status >= 500 || *status == 408,
            Self::KeyRefused | Self::NoCredit | Self::Refused(_) => false,
        }
    }

    /// It says something about the provider's health.
    pub fn is_outage(&self) -> bool {
        self.is_transient() && !matches!(self, Self::RateLimited { .. } | Self::CircuitOpen { .. })
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            Self::CircuitOpen { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Short, stable: for metrics and tasks.
    pub fn name(&self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::RateLimited { .. } => "rate_limited",
            Self::NoCredit => "no_credit",
            Self::Refused(_) => "refused",
            Self::Status(_) => "status",
            Self::Unreachable => "unreachable",
            Self::TimedOut(_) => "timed_out",
            Self::Cut => "cut",
            Self::Unreadable => "unreadable",
            Self::CircuitOpen { .. } => "circuit_open",
        }
    }
}

/// Why a live transcription ended before its audio did.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LiveError {
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    #[error("internal: {0}")]
    Internal(Arc<std::io::Error>),
}

impl From<std::io::Error> for LiveError {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(Arc::new(error))
    }
}
