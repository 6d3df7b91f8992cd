//! Which model, where, and for how long it is waited for.

use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// Which API a language model is spoken to by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlmProvider {
    /// OpenAI's chat completions, and every server compatible with them.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

impl LlmProvider {
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }
}

/// How much a model thinks before it answers, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
}

impl Effort {
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Minimal,
        Self::Low,
        Self::Medium,
        Self::High,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Tokens that thinking may take beside the answer.
    pub(crate) fn room(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Minimal => 1_024,
            Self::Low => 2_048,
            Self::Medium => 8_192,
            Self::High => 24_576,
        }
    }
}

impl FromStr for Effort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|effort| effort.name() == text)
            .ok_or(())
    }
}

/// One model and how much it shall think.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelConfig {
    /// As the provider calls it; it is sent as it stands here. `None`: chosen from what the server lists.
    pub name: Option<String>,
    /// `None`: as little as the model allows for the interviewer, a little for the coach.
    pub effort: Option<Effort>,
}

/// The language model behind interviewer and coach.
#[derive(Clone, Debug)]
pub struct LlmConfig {
    pub provider: LlmProvider,
    pub interviewer: ModelConfig,
    /// The coach's model; the interviewer's when it has no name of its own.
    pub coach: ModelConfig,
    /// Paths such as `chat/completions` or `messages` are added; a query stays.
    pub base_url: Url,
    pub api_key: Option<SecretString>,
    /// Tokens that fit into the model's window, the answer included. `None`: what the server tells of the model,
    /// at most [`DEFAULT_CONTEXT_TOKENS`].
    pub context_tokens: Option<u32>,
    pub connect_timeout: Duration,
    /// Without a sign of life before the first word. As long as the whole answer's by default: a local server may
    /// be loading its model.
    pub first_token_timeout: Duration,
    /// Without a sign of life after the first word.
    pub token_timeout: Duration,
    /// One answer as a whole, with its retries.
    pub timeout: Duration,
    pub max_retries: u32,
    /// Requests in flight at once; the coach may use half of them. With 1 the coach yields to the interviewer.
    pub max_concurrency: usize,
    /// Failures in a row after which the provider is left alone for a while.
    pub breaker_failures: u32,
    pub breaker_pause: Duration,
}

/// Prompts are made for no larger window, whatever the model has: more costs time and money, and no interview
/// needs it.
pub const DEFAULT_CONTEXT_TOKENS: u32 = 32_000;

impl LlmConfig {
    /// Whether the server is on this machine or in this network, and so most likely runs one model on one machine.
    pub fn is_local(&self) -> bool {
        is_local(&self.base_url)
    }
}

/// Loopback, private networks, and names without a dot or known to mean the machine itself.
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        Some(url::Host::Domain(name)) => {
            !name.contains('.')
                || [".local", ".internal", ".localhost", ".lan"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        None => false,
    }
}
