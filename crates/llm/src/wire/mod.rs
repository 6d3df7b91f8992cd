//! The two wire formats behind one trait. Nothing else knows which provider is spoken to.

mod anthropic;
mod openai;

use serde_json::{Value, json};

use crate::capabilities::Capabilities;
use crate::config::Effort;
use crate::{LlmProvider, Prompt, Role, Usage};

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// By itself.
    Stop,
    /// At its limit of tokens, or of the window.
    Length,
    /// The model, or a filter, refused.
    Refused,
    /// The server gave up.
    Failed,
}

/// What one message of the server adds to the answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Delta {
    pub(crate) text: String,
    /// The model thinks.
    pub(crate) thought: bool,
    pub(crate) finish: Option<Finish>,
    pub(crate) usage: Usage,
}

/// A request for one answer.
pub(crate) struct Ask<'a> {
    pub(crate) model: &'a str,
    pub(crate) prompt: &'a Prompt,
    pub(crate) known: &'a Capabilities,
    /// How much the model shall think; `None`: it is not told.
    pub(crate) effort: Option<Effort>,
    /// Tokens that the answer may have, thinking included.
    pub(crate) limit: u32,
    /// The server is one's own: it may know what hosted ones refuse.
    pub(crate) local: bool,
}

pub(crate) trait Wire: Send + Sync {
    /// The path below the base address.
    fn path(&self) -> &'static str;

    /// The request's body.
    fn body(&self, ask: &Ask<'_>) -> Value;

    /// Reads one message of the stream, or the whole answer of a server that does not stream.
    fn read(&self, message: &Value) -> Delta;
}

pub(crate) fn of(provider: LlmProvider) -> &'static dyn Wire {
    match provider {
        LlmProvider::OpenAi => &openai::ChatCompletions,
        LlmProvider::Anthropic => &anthropic::Messages,
    }
}

/// The messages of the conversation, which both formats write alike.
fn conversation(prompt: &Prompt) -> Vec<Value> {
    let message = |(role, text): &(Role, String)| match role {
        Role::User => json!({"role": "user", "content": text}),
        Role::Assistant => json!({"role": "assistant", "content": text}),
    };
    prompt.messages.iter().map(message).collect()
}

/// A count, also as text or with a fraction.
fn count(value: &Value) -> u64 {
    match value {
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.as_f64().map(|number| number.max(0.0) as u64))
            .unwrap_or(0),
        Value::String(text) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

/// A text, or the texts of a list of parts, and whether a part was thinking.
fn content(value: &Value) -> (String, bool) {
    match value {
        Value::String(text) => (text.clone(), false),
        Value::Array(parts) => {
            let is_thought = |part: &Value| {
                let kind = part["type"].as_str().unwrap_or_default();
                kind.contains("thinking") || kind.contains("reasoning")
            };
            let text = parts.iter().filter(|part| !is_thought(part));
            let text = text.filter_map(|part| part["text"].as_str().or_else(|| part.as_str()));
            (text.collect(), parts.iter().any(is_thought))
        }
        _ => (String::new(), false),
    }
}

/// What the word of a server for the end means; `None` for an empty one.
fn finish(reason: &Value) -> Option<Finish> {
    let reason = reason.as_str()?.to_lowercase();
    Some(match reason.as_str() {
        "" | "null" => return None,
        "length"
        | "max_tokens"
        | "model_length"
        | "max_output_tokens"
        | "max_new_tokens"
        | "max_completion_tokens"
        | "max_length"
        | "token_limit"
        | "truncated"
        | "context_length_exceeded"
        | "model_context_window_exceeded" => Finish::Length,
        "content_filter"
        | "content_filtered"
        | "guardrail_intervened"
        | "spii"
        | "refusal"
        | "safety"
        | "recitation"
        | "prohibited_content"
        | "blocklist"
        | "sensitive" => Finish::Refused,
        filtered if filtered.starts_with("content_filter:") => Finish::Refused,
        "error"
        | "abort"
        | "aborted"
        | "cancelled"
        | "insufficient_system_resource"
        | "network_error"
        | "load"
        | "timeout" => Finish::Failed,
        _ => Finish::Stop,
    })
}
