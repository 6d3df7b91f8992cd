//! Language models over HTTP: OpenAI's chat completions and Anthropic's messages, and servers compatible with either.
//!
//! Two wire formats stand behind one trait; nothing else knows which provider is spoken to. Every request streams, so
//! that timeouts watch for signs of life; what a server refuses is learnt and not asked for again; failures are told
//! apart, retried with backoff where they may pass, and counted by a circuit breaker; requests queue fairly for a
//! bounded number of permits. Neither prompts nor answers nor keys get into logs or errors.

mod attempt;
mod capabilities;
mod config;
mod endpoint;
mod error;
mod models;
mod queue;
mod refusal;
mod retry;
mod schema;
mod standing;
mod thought;
mod trace;
mod usage;
mod wire;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use upstream::breaker::Breaker;

pub use capabilities::{Capabilities, Structured};
pub use config::{DEFAULT_CONTEXT_TOKENS, Effort, LlmConfig, LlmProvider, ModelConfig, is_local};
pub use error::{LlmError, Permanent};
pub use models::{ModelInfo, list as list_models, preferred as preferred_model};
pub use queue::Lane;
pub use usage::Usage;

use capabilities::Learned;
use endpoint::Endpoint;
use queue::Queue;
use standing::Standing;
use wire::Wire;

/// Who speaks in a request's conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
}

/// What a model is asked.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Instructions; everything else is data to the model.
    pub system: String,
    /// Ends with a message of the user.
    pub messages: Vec<(Role, String)>,
    /// Name and JSON Schema that the answer must follow; plain text without one.
    pub schema: Option<(&'static str, Value)>,
    /// Tokens of the answer; thinking has its own.
    pub max_tokens: u32,
    /// 0 for the same answer each time; the model's own when there is none, or when it takes none.
    pub temperature: Option<f32>,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub usage: Usage,
    /// The text may lack its end: the limit was reached, or the server did not say that it had finished.
    pub cut: bool,
}

/// Whether a reader wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    On,
    /// What was read is a whole answer; the rest is not waited for.
    Enough,
}

/// Reads an answer while it is made.
pub trait Reader: Send {
    /// The next piece of text.
    ///
    /// # Errors
    /// Why the rest is not wanted: the request ends with [`LlmError::Unwanted`] and is not tried again.
    fn read(&mut self, text: &str) -> Result<Read, String>;

    /// The attempt failed after text was read: the next one begins anew.
    fn restart(&mut self);
}

/// Reads nothing on the way.
pub struct Unread;

impl Reader for Unread {
    fn read(&mut self, _: &str) -> Result<Read, String> {
        Ok(Read::On)
    }

    fn restart(&mut self) {}
}

/// One provider and model.
pub struct Llm {
    http: reqwest::Client,
    endpoint: Endpoint,
    wire: &'static dyn Wire,
    model: String,
    name: String,
    effort: Option<Effort>,
    learned: Arc<Learned>,
    standing: Arc<Standing>,
    config: Arc<LlmConfig>,
    shared: Arc<Shared>,
}

/// What requests to one provider share, whatever the model.
struct Shared {
    queue: Queue,
    breaker: Breaker,
}

fn http(config: &LlmConfig) -> reqwest::Result<reqwest::Client> {
    upstream::streaming_client(config.connect_timeout)
}

impl Llm {
    /// As [`Llm::pair`], with the server asked for its models when one is not named or its window is not known.
    ///
    /// # Errors
    /// The TLS backend can't be initialised; the key can't stand in a header.
    pub async fn connect(config: &LlmConfig) -> anyhow::Result<(Self, Self)> {
        let is_known = config.interviewer.name.is_some() && config.context_tokens.is_some();
        let listed = if is_known {
            Vec::new()
        } else {
            list_models(config).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the model's server did not list its models");
                Vec::new()
            })
        };
        Self::pair(config, &listed)
    }

    /// The interviewer's model and the coach's, which share the provider's permits and its breaker; `listed` is
    /// what the server has.
    ///
    /// # Errors
    /// The TLS backend can't be initialised; the key can't stand in a header.
    pub fn pair(config: &LlmConfig, listed: &[ModelInfo]) -> anyhow::Result<(Self, Self)> {
        let name = config.interviewer.name.clone().unwrap_or_else(|| {
            let name = preferred_model(config.provider, listed);
            tracing::info!(model = name, "no LLM_MODEL is set; this one is taken");
            name
        });
        let coach = config.coach.name.clone().unwrap_or_else(|| name.clone());
        let shared = Arc::new(Shared {
            queue: Queue::new(config.max_concurrency),
            breaker: Breaker::new("llm", config.breaker_failures, config.breaker_pause),
        });
        let (http, endpoint) = (http(config)?, Endpoint::new(config)?);
        let config = Arc::new(config.clone());
        let learned = |model: &str| {
            let mut assumed = Capabilities::assumed(&config, model);
            let told = listed.iter().find(|listed| listed.id == model);
            assumed.context_tokens = told.and_then(|listed| listed.context_tokens);
            (Arc::new(Learned::new(assumed)), Arc::default())
        };
        let of_interviewer = learned(&name);
        let of_coach = if coach == name {
            of_interviewer.clone()
        } else {
            learned(&coach)
        };
        let llm = |model: String, effort, (learned, standing)| Self {
            http: http.clone(),
            endpoint: endpoint.clone(),
            wire: wire::of(config.provider),
            name: format!("{}/{model}", config.provider.name()),
            model,
            effort,
            learned,
            standing,
            config: Arc::clone(&config),
            shared: Arc::clone(&shared),
        };
        Ok((
            llm(name, config.interviewer.effort, of_interviewer),
            llm(coach, config.coach.effort, of_coach),
        ))
    }

    /// `provider/model`, as it is stored with what the model said.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is known of the server and the model.
    pub fn capabilities(&self) -> Capabilities {
        self.learned.get()
    }

    /// Tokens that a prompt may fill when `answer` tokens are kept free.
    pub fn room(&self, answer: u32) -> usize {
        let known = self.learned.get();
        let told = known.context_tokens.unwrap_or(u32::MAX);
        let configured = self.config.context_tokens.unwrap_or(DEFAULT_CONTEXT_TOKENS);
        let left = told.min(configured).saturating_sub(answer + known.extra());
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    /// How much the model is told to think: as configured; else the least for the interviewer and a little for the
    /// coach, if it is known to think at all.
    fn effort(&self, lane: Lane, known: &Capabilities) -> Option<Effort> {
        let wanted = match (self.effort, lane) {
            (Some(effort), _) => effort,
            (None, _) if !known.reasons => return None,
            (None, Lane::Interviewer) => Effort::None,
            (None, Lane::Coach) => Effort::Low,
        };
        known
            .effort(wanted)
            .filter(|_| known.takes("reasoning_effort"))
    }

    /// Asks for the coach again although the model refused every request a short while ago.
    pub fn try_again(&self) {
        self.standing.forget();
    }

    /// When an answer that is begun now must be there, with all its attempts.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.config.timeout
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;

    pub(crate) fn config(provider: LlmProvider, base: &str) -> LlmConfig {
        LlmConfig {
            provider,
            interviewer: ModelConfig::default(),
            coach: ModelConfig::default(),
            base_url: base.parse().expect("a URL"),
            api_key: Some("sk-secret".into()),
            context_tokens: None,
            connect_timeout: Duration::from_secs(1),
            first_token_timeout: Duration::from_secs(1),
            token_timeout: Duration::from_secs(1),
            timeout: Duration::from_secs(2),
            max_retries: 1,
            max_concurrency: 2,
            breaker_failures: 5,
            breaker_pause: Duration::from_secs(1),
        }
    }
}
