//! Which model, where, and for how long it is waited for.

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

/// The language model behind interviewer and coach.
#[derive(Clone, Debug)]
pub struct LlmConfig {
    pub provider: LlmProvider,
    pub model: String,
    /// The coach's model; the interviewer's when it is not set apart.
    pub coach_model: String,
    /// Ends in a slash; paths such as `chat/completions` or `messages` are added.
    pub base_url: Url,
    pub api_key: Option<SecretString>,
    /// Tokens that fit into the model's window, the answer included.
    pub context_tokens: u32,
    pub connect_timeout: Duration,
    /// From the request to the first token.
    pub first_token_timeout: Duration,
    /// From one token to the next.
    pub token_timeout: Duration,
    /// One request as a whole, with its retries.
    pub timeout: Duration,
    pub max_retries: u32,
    /// Requests under way at once; the coach may use half of them.
    pub max_concurrency: usize,
    /// Failures in a row after which the provider is left alone for a while.
    pub breaker_failures: u32,
    pub breaker_pause: Duration,
}
