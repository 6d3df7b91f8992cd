//! Language models over HTTP: OpenAI's chat completions (<https://platform.openai.com/docs/api-reference/chat>),
//! Anthropic's messages (<https://docs.anthropic.com/en/api/messages>), and servers compatible with either.
//!
//! The wire formats are `genai`'s. What is here is what a service needs around them: every request streams,
//! so that time-outs watch each phase; failures are classified, retried with backoff, and counted by a
//! circuit breaker; requests queue fairly for a bounded number of permits. Neither prompts nor answers nor
//! keys get into logs or errors.

mod attempt;
mod config;
mod error;
mod queue;
mod schema;
mod usage;

use std::sync::Arc;
use std::time::{Duration, Instant};

use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, JsonSpec};
use genai::resolver::{AuthData, Endpoint};
use genai::{ModelIden, ServiceTarget};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use upstream::backoff;
use upstream::breaker::Breaker;

pub use config::{LlmConfig, LlmProvider};
pub use error::LlmError;
pub use queue::Lane;
pub use usage::Usage;

use queue::Queue;

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
    pub max_tokens: u32,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub usage: Usage,
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
    client: genai::Client,
    target: ServiceTarget,
    name: String,
    config: LlmConfig,
    shared: Arc<Shared>,
}

/// What requests to one provider share, whatever the model.
struct Shared {
    queue: Queue,
    breaker: Breaker,
}

impl Llm {
    /// The interviewer's model and the coach's, which share the provider's permits and its breaker.
    ///
    /// # Errors
    /// The TLS backend can't be initialised.
    pub fn pair(config: &LlmConfig) -> anyhow::Result<(Self, Self)> {
        let http = upstream::streaming_client(config.connect_timeout)?;
        let client = genai::Client::builder().with_reqwest(http).build()?;
        let shared = Arc::new(Shared {
            queue: Queue::new(config.max_concurrency),
            breaker: Breaker::new("llm", config.breaker_failures, config.breaker_pause),
        });
        let model = |model: &str| Self {
            client: client.clone(),
            target: target(config, model),
            name: format!("{}/{model}", config.provider.name()),
            config: config.clone(),
            shared: Arc::clone(&shared),
        };
        Ok((model(&config.model), model(&config.coach_model)))
    }

    /// `provider/model`, as it is stored with what the model said.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tokens that a prompt may fill when `answer` tokens are kept free.
    pub fn room(&self, answer: u32) -> usize {
        usize::try_from(self.config.context_tokens.saturating_sub(answer)).unwrap_or(usize::MAX)
    }

    /// When an answer that is begun now must be there, with all its attempts.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.config.timeout
    }

    /// Asks the model; `reader` gets the answer as it comes.
    ///
    /// # Errors
    /// The last attempt's, when no attempt gave a whole answer within the time there is.
    pub async fn ask(
        &self,
        lane: Lane,
        prompt: &Prompt,
        reader: &mut dyn Reader,
        deadline: Instant,
    ) -> Result<Completion, LlmError> {
        let mut failures = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let started = Instant::now();
            let result = match tokio::time::timeout(left, self.attempt(lane, prompt, reader)).await
            {
                Ok(result) => result,
                Err(_) => Err(LlmError::TimedOut("the whole answer")),
            };
            self.note(lane, started.elapsed(), &result);
            let error = match result {
                Ok(completion) => return Ok(completion),
                Err(error) => error,
            };
            reader.restart();
            let wait = backoff::wait(failures, error.retry_after());
            let left = deadline.saturating_duration_since(Instant::now());
            failures += 1;
            if !error.is_transient() || failures > self.config.max_retries || wait >= left {
                return Err(error);
            }
            tracing::info!(lane = lane.name(), %error, wait_ms = wait.as_millis(), "asking the model again");
            metrics::counter!("llm_retries_total").increment(1);
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        lane: Lane,
        prompt: &Prompt,
        reader: &mut dyn Reader,
    ) -> Result<Completion, LlmError> {
        let queued = Instant::now();
        let _permit = self.shared.queue.acquire(lane).await;
        metrics::histogram!("llm_queue_seconds").record(queued.elapsed().as_secs_f64());
        let ticket = self
            .shared
            .breaker
            .admit()
            .map_err(|retry_after| LlmError::CircuitOpen { retry_after })?;
        let result = attempt::run(self, prompt, reader).await;
        ticket.settle(result.as_ref().err().is_none_or(|error| !error.is_outage()));
        result
    }

    fn note(&self, lane: Lane, took: Duration, result: &Result<Completion, LlmError>) {
        let outcome = result.as_ref().err().map_or("ok", LlmError::name);
        metrics::counter!("llm_requests_total", "lane" => lane.name(), "outcome" => outcome)
            .increment(1);
        metrics::histogram!("llm_seconds", "lane" => lane.name()).record(took.as_secs_f64());
        if let Ok(completion) = result {
            for (direction, tokens) in [
                ("input", completion.usage.input_tokens),
                ("output", completion.usage.output_tokens),
            ] {
                metrics::counter!("llm_tokens_total", "lane" => lane.name(), "direction" => direction)
                    .increment(tokens);
            }
        }
    }
}

fn target(config: &LlmConfig, model: &str) -> ServiceTarget {
    let adapter = match config.provider {
        LlmProvider::OpenAi => AdapterKind::OpenAI,
        LlmProvider::Anthropic => AdapterKind::Anthropic,
    };
    // Servers without keys ignore the header.
    let key = config
        .api_key
        .as_ref()
        .map_or("none", |key| key.expose_secret());
    ServiceTarget {
        endpoint: Endpoint::from_owned(config.base_url.as_str()),
        auth: AuthData::from_single(key),
        model: ModelIden::new(adapter, model.to_owned()),
    }
}

fn request(prompt: &Prompt) -> ChatRequest {
    let messages = prompt.messages.iter().map(|(role, text)| match role {
        Role::User => ChatMessage::user(text.clone()),
        Role::Assistant => ChatMessage::assistant(text.clone()),
    });
    ChatRequest::new(messages.collect()).with_system(prompt.system.clone())
}

fn options(prompt: &Prompt, config: &LlmConfig) -> ChatOptions {
    let options = ChatOptions::default()
        .with_max_tokens(prompt.max_tokens)
        .with_capture_usage(true);
    match &prompt.schema {
        Some((name, schema)) => {
            let schema = schema::fitted(schema, config);
            options.with_response_format(JsonSpec::new(*name, schema))
        }
        None => options,
    }
}
