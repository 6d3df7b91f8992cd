//! Failures of speech tasks.

use std::sync::Arc;

use speech::audio::AudioError;
use speech::{LiveError, ProviderError};
use upstream::meter::OverBudget;

use crate::places::Full;
use crate::supabase::postgrest::RestError;

#[derive(Clone, Debug, thiserror::Error)]
pub enum SpeechError {
    /// No provider is configured for this.
    #[error("there is no speech provider")]
    Unavailable,
    #[error("too many live transcriptions or uploads at once")]
    Busy,
    #[error("too many live transcriptions or uploads of one client at once")]
    TooManyAtOnce,
    /// The named session does not exist for the caller.
    #[error("no such session")]
    NoSuchSession,
    #[error("no such task")]
    NoSuchTask,
    /// Guests may not use the providers here.
    #[error("speech is for signed-in users")]
    ForUsers,
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    #[error("the access token is about to expire")]
    TokenExpiring,
    #[error("this format can't be joined from several requests")]
    NotJoinable,
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error("the recording is too long")]
    TooLong,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error("the client disconnected")]
    ListenerGone,
    #[error("the database: {0}")]
    Rest(Arc<RestError>),
    #[error("internal: {0}")]
    Internal(Arc<std::io::Error>),
}

impl From<RestError> for SpeechError {
    fn from(error: RestError) -> Self {
        Self::Rest(Arc::new(error))
    }
}

impl From<Full> for SpeechError {
    fn from(full: Full) -> Self {
        match full {
            Full::Everybody => Self::Busy,
            Full::Client => Self::TooManyAtOnce,
        }
    }
}

impl From<std::io::Error> for SpeechError {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(Arc::new(error))
    }
}

impl From<LiveError> for SpeechError {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Audio(error) => Self::Audio(error),
            LiveError::Provider(error) => Self::Provider(error),
            LiveError::OverBudget(over) => Self::OverBudget(over),
            LiveError::Internal(error) => Self::Internal(error),
        }
    }
}

impl SpeechError {
    /// A sentence for people, for the task and the client; nothing internal.
    pub(super) fn public_message(&self) -> &'static str {
        match self {
            Self::Provider(ProviderError::Refused(_)) => "The speech provider refused the request.",
            Self::Provider(
                ProviderError::RateLimited { .. } | ProviderError::CircuitOpen { .. },
            ) => "The speech provider is busy. Try again in a moment.",
            Self::Provider(ProviderError::KeyRefused | ProviderError::NoCredit) => {
                "The speech provider does not serve this service at the moment."
            }
            Self::Provider(_) => "The speech provider failed. Try again.",
            Self::ListenerGone => "The listener went away before the end.",
            Self::Audio(_) => "The recording can't be read.",
            _ => "Something went wrong on our side. Try again.",
        }
    }
}
