//! What a server and model can do, learnt from what they refuse, and forgotten after a while.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Effort;
use crate::refusal::Refusal;
use crate::{LlmConfig, LlmProvider};

/// How long a refusal is remembered: servers are updated, gateways change their models.
const LIFETIME: Duration = Duration::from_secs(6 * 3_600);
/// Tokens added when an answer ended at its limit without a word, and again.
const GROWTH: [u32; 3] = [0, 4_096, 16_384];
/// What a model that thinks needs beside its answer when nobody can tell it how much to think.
const THINKING_ROOM: u32 = 2_048;

/// How an answer is made to be JSON, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Structured {
    /// The schema is enforced by the server.
    Schema,
    /// The answer is the argument of a tool that must be called.
    Tool,
    /// The server makes sure of JSON, the prompt of its shape.
    JsonObject,
    /// The prompt alone.
    Prompt,
}

impl Structured {
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "json_schema",
            Self::Tool => "tool",
            Self::JsonObject => "json_object",
            Self::Prompt => "prompt",
        }
    }

    fn next(self, provider: LlmProvider) -> Option<Self> {
        match (self, provider) {
            (Self::Schema, LlmProvider::OpenAi) => Some(Self::JsonObject),
            (Self::Schema, LlmProvider::Anthropic) => Some(Self::Tool),
            (Self::Tool | Self::JsonObject, _) => Some(Self::Prompt),
            (Self::Prompt, _) => None,
        }
    }
}

/// What is known of one server and model.
#[derive(Clone, Debug)]
pub struct Capabilities {
    provider: LlmProvider,
    pub structured: Structured,
    /// Keywords of JSON Schema that it refuses.
    pub(crate) refused_keywords: BTreeSet<&'static str>,
    /// Fields of a request that it refuses.
    pub(crate) refused_fields: BTreeSet<&'static str>,
    refused_efforts: BTreeSet<Effort>,
    /// It was seen to think.
    pub reasons: bool,
    /// Its texts begin in thought, without a tag.
    pub(crate) opens_in_thought: bool,
    /// It takes no system message.
    pub(crate) system_in_user: bool,
    /// How often its answers ended at their limit.
    growth: usize,
    /// The most tokens it takes as a limit.
    most_output: Option<u32>,
    /// Its window in tokens, as the server tells.
    pub context_tokens: Option<u32>,
}

impl Capabilities {
    pub(crate) fn assumed(config: &LlmConfig, model: &str) -> Self {
        let host = config.base_url.host_str().unwrap_or_default();
        let at_openai = host == "api.openai.com" || host.ends_with(".azure.com");
        let refused_fields = match config.provider {
            LlmProvider::OpenAi if at_openai => BTreeSet::from(["max_tokens"]),
            _ => BTreeSet::from(["max_completion_tokens"]),
        };
        Self {
            provider: config.provider,
            structured: Structured::Schema,
            refused_keywords: refused_keywords(config.provider, host),
            refused_fields,
            refused_efforts: BTreeSet::new(),
            reasons: at_openai && is_openai_reasoning(model),
            opens_in_thought: false,
            system_in_user: false,
            growth: 0,
            most_output: None,
            context_tokens: None,
        }
    }

    pub(crate) fn takes(&self, field: &str) -> bool {
        !self.refused_fields.contains(field)
    }

    /// The effort to ask for: the nearest to `wanted` that was not refused, more rather than less.
    pub(crate) fn effort(&self, wanted: Effort) -> Option<Effort> {
        let takes = |effort: &Effort| !self.refused_efforts.contains(effort);
        let more = Effort::ALL.into_iter().filter(|effort| *effort >= wanted);
        let less = Effort::ALL
            .into_iter()
            .rev()
            .filter(|effort| *effort < wanted);
        more.chain(less).find(takes)
    }

    /// The limit of tokens to ask for, so that an answer of `answer` tokens is left when the model has thought.
    pub(crate) fn limit(&self, answer: u32, effort: Option<Effort>) -> u32 {
        let room = match effort {
            Some(effort) => effort.room(),
            None if self.reasons => THINKING_ROOM,
            None => 0,
        };
        let limit = answer.saturating_add(room).saturating_add(self.extra());
        self.most_output.map_or(limit, |most| limit.min(most))
    }

    /// Tokens that answers get beyond their own budget since they ended at their limit.
    pub(crate) fn extra(&self) -> u32 {
        GROWTH[self.growth.min(GROWTH.len() - 1)]
    }
}

/// Bounds that are refused, or not known, by whom. They only keep answers short; what must hold is checked when
/// the answer is read.
/// - Anthropic: <https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs>
/// - OpenAI: <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>; gateways and hosted
///   servers follow it more or less. A server of one's own (llama.cpp, vLLM) knows all of them.
fn refused_keywords(provider: LlmProvider, host: &str) -> BTreeSet<&'static str> {
    let hosted = host.contains('.') && host.parse::<std::net::IpAddr>().is_err();
    if provider == LlmProvider::Anthropic || hosted {
        BTreeSet::from(["maxLength", "maxItems"])
    } else {
        BTreeSet::new()
    }
}

/// Models of OpenAI's that think, by the beginning of their names.
fn is_openai_reasoning(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let chat = name.contains("-chat");
    let families = ["o1", "o3", "o4", "gpt-5", "gpt-6"];
    !chat && families.iter().any(|family| name.starts_with(family))
}

/// What is learnt of one server and model by all requests to it.
pub(crate) struct Learned {
    assumed: Capabilities,
    now: Mutex<(Capabilities, Instant)>,
}

impl Learned {
    pub(crate) fn new(assumed: Capabilities) -> Self {
        Self {
            now: Mutex::new((assumed.clone(), Instant::now())),
            assumed,
        }
    }

    pub(crate) fn get(&self) -> Capabilities {
        let mut now = self.lock();
        if now.1.elapsed() > LIFETIME {
            let context_tokens = now.0.context_tokens;
            *now = (self.assumed.clone(), Instant::now());
            now.0.context_tokens = context_tokens;
        }
        now.0.clone()
    }

    pub(crate) fn note(&self, change: impl FnOnce(&mut Capabilities)) {
        change(&mut self.lock().0);
    }

    /// The answer ended at its limit: the next has more room. `false` when it has the most already. Requests that
    /// were made with `seen` tokens more than their own learn it once together.
    pub(crate) fn grow(&self, seen: u32) -> bool {
        let mut now = self.lock();
        let known = &mut now.0;
        let limited = known
            .most_output
            .is_some_and(|most| most <= known.limit(0, None));
        if known.extra() == seen && known.growth + 1 < GROWTH.len() && !limited {
            known.growth += 1;
        }
        known.extra() > seen
    }

    /// Learns from a refusal of a request that was made with `used`; whether a request made now differs from it.
    pub(crate) fn learn(&self, refusal: &Refusal, used: &Capabilities) -> bool {
        if matches!(refusal.status, 401 | 402 | 403 | 408 | 413 | 429) {
            return false;
        }
        let Some(lesson) = lesson(refusal, used) else {
            return false;
        };
        tracing::info!(
            ?lesson,
            status = refusal.status,
            "the model's server refuses it"
        );
        let mut now = self.lock();
        lesson.apply(&mut now.0);
        true
    }

    fn lock(&self) -> MutexGuard<'_, (Capabilities, Instant)> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thing that a server does not take.
#[derive(Debug, PartialEq, Eq)]
enum Lesson {
    Field(&'static str),
    Keyword(&'static str),
    Efforts(Vec<Effort>),
    Structured(Structured),
    MostOutput(u32),
    SystemMessage,
}

impl Lesson {
    fn apply(self, known: &mut Capabilities) {
        match self {
            Self::Field("max_tokens") if !known.takes("max_completion_tokens") => {
                known.refused_fields.remove("max_completion_tokens");
                known.refused_fields.insert("max_tokens");
            }
            Self::Field("max_completion_tokens") if !known.takes("max_tokens") => {
                known.refused_fields.remove("max_tokens");
                known.refused_fields.insert("max_completion_tokens");
            }
            Self::Field(field) => {
                known.refused_fields.insert(field);
            }
            Self::Keyword(keyword) => {
                known.refused_keywords.insert(keyword);
            }
            Self::Efforts(efforts) => known.refused_efforts.extend(efforts),
            Self::Structured(next) => known.structured = known.structured.max(next),
            Self::MostOutput(most) => known.most_output = Some(most),
            Self::SystemMessage => known.system_in_user = true,
        }
    }
}

const KEYWORDS: [&str; 4] = ["maxLength", "maxItems", "additionalProperties", "enum"];
/// Fields that an answer can do without.
const OPTIONAL: [&str; 6] = [
    "stream_options",
    "temperature",
    "chat_template_kwargs",
    "cache_control",
    "thinking",
    "reasoning_effort",
];
const STRUCTURE: [&str; 10] = [
    "response_format",
    "output_config",
    "output_format",
    "json_schema",
    "json_object",
    "json mode",
    "structured output",
    "tool_choice",
    "tools",
    "grammar",
];

fn lesson(refusal: &Refusal, used: &Capabilities) -> Option<Lesson> {
    let words = refusal.words();
    let names = |word: &&'static str| words.contains(&word.to_lowercase());
    if let Some(most) = output_limit(&words) {
        return used
            .most_output
            .is_none_or(|known| most < known)
            .then_some(Lesson::MostOutput(most));
    }
    // Both fields may be named, the refused one first.
    let limits = ["max_completion_tokens", "max_tokens"];
    let refused = limits.into_iter().find(|field| {
        used.takes(field)
            && words.find(field).is_some_and(|at| {
                limits
                    .iter()
                    .all(|other| words.find(other).is_none_or(|o| o >= at))
            })
    });
    if let Some(field) = refused
        && !is_about_length(&words)
    {
        return Some(Lesson::Field(field));
    }
    let effort = [
        "reasoning_effort",
        "reasoning effort",
        "reasoning.effort",
        "effort",
    ];
    if effort.iter().any(names) && used.takes("reasoning_effort") {
        return Some(refused_efforts(&words, used));
    }
    let wanted = |field: &&'static str| used.takes(field) && names(field);
    if let Some(field) = OPTIONAL.into_iter().find(wanted) {
        return Some(Lesson::Field(field));
    }
    let system = [
        "system role",
        "system message",
        "system instruction",
        "developer instruction",
        "role 'system'",
        "role: system",
    ];
    if !used.system_in_user && system.iter().any(names) {
        return Some(Lesson::SystemMessage);
    }
    if used.structured == Structured::Schema {
        let keyword = KEYWORDS
            .into_iter()
            .find(|keyword| names(keyword) && !used.refused_keywords.contains(keyword));
        if let Some(keyword) = keyword {
            return Some(Lesson::Keyword(keyword));
        }
    }
    if STRUCTURE.iter().any(names) || words.contains("schema") {
        return used.structured.next(used.provider).map(Lesson::Structured);
    }
    None
}

/// A limit of output tokens that is too high: the highest that the sentence names.
fn output_limit(words: &str) -> Option<u32> {
    let about_output = [
        "max_tokens",
        "max_completion_tokens",
        "completion tokens",
        "output tokens",
    ]
    .iter()
    .any(|name| words.contains(name));
    let too_high = [
        "at most",
        "less than or equal",
        "too large",
        "must be <=",
        "maximum allowed",
        "> ",
        "up to",
    ]
    .iter()
    .any(|sign| words.contains(sign));
    if !about_output || !too_high || words.contains("context") {
        return None;
    }
    // Both what was asked for and what is allowed are named: the lower one is allowed.
    let numbers = words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u32>().ok());
    numbers.filter(|number| *number >= 64).min()
}

fn is_about_length(words: &str) -> bool {
    [
        "context length",
        "context window",
        "context size",
        "prompt is too long",
    ]
    .iter()
    .any(|sign| words.contains(sign))
}

/// The efforts that are refused: all but those that the sentence lists, or the one that was asked for.
fn refused_efforts(words: &str, used: &Capabilities) -> Lesson {
    let listed = words
        .split_once("supported values")
        .or_else(|| words.split_once("must be one of"))
        .or_else(|| words.split_once("expected one of"))
        .map(|(_, list)| list);
    let refused: Vec<Effort> = match listed {
        Some(list) => {
            let names: Vec<&str> = list.split(|c: char| !c.is_alphabetic()).collect();
            Effort::ALL
                .into_iter()
                .filter(|effort| !names.contains(&effort.name()))
                .collect()
        }
        // Asked from the least upwards, so what was refused is the least that is left.
        None => {
            let value = |effort: &Effort| {
                words.contains(&format!("'{}'", effort.name()))
                    || words.contains(&format!("\"{}\"", effort.name()))
                    || words.contains(&format!("`{}`", effort.name()))
            };
            Effort::ALL.into_iter().filter(value).collect()
        }
    };
    let new = refused
        .iter()
        .any(|effort| !used.refused_efforts.contains(effort));
    if new && refused.len() < Effort::ALL.len() {
        Lesson::Efforts(refused)
    } else {
        Lesson::Field("reasoning_effort")
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::tests::config;

    fn learned(base: &str, model: &str) -> Learned {
        Learned::new(Capabilities::assumed(
            &config(LlmProvider::OpenAi, base),
            model,
        ))
    }

    fn refused(learned: &Learned, status: u16, message: &str) -> bool {
        let body = json!({"error": {"message": message}}).to_string();
        let refusal = Refusal::of_response(status, &HeaderMap::new(), &body);
        let used = learned.get();
        learned.learn(&refusal, &used)
    }

    #[test]
    fn the_name_of_the_limit_is_learnt_either_way() {
        let gateway = learned("http://gateway/v1", "my-deployment");
        assert!(gateway.get().takes("max_tokens"));
        assert!(refused(
            &gateway,
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        ));
        assert!(!gateway.get().takes("max_tokens"));
        assert!(gateway.get().takes("max_completion_tokens"));
        let strict = learned("https://api.openai.com/v1", "gpt-5-mini");
        assert!(refused(
            &strict,
            422,
            "Extra inputs are not permitted: max_completion_tokens"
        ));
        assert!(strict.get().takes("max_tokens"));
    }

    #[test]
    fn structured_output_steps_down_and_no_further() {
        let server = learned("http://127.0.0.1:1/v1", "m");
        assert!(refused(
            &server,
            400,
            "'response_format.type' must be 'json_object' or 'text'"
        ));
        assert_eq!(server.get().structured, Structured::JsonObject);
        assert!(refused(&server, 422, "response_format is not supported"));
        assert_eq!(server.get().structured, Structured::Prompt);
        assert!(!refused(&server, 400, "response_format is not supported"));
        let picky = learned("http://127.0.0.1:1/v1", "m");
        assert!(refused(
            &picky,
            400,
            "Invalid schema for response_format: 'maxLength' is not permitted."
        ));
        assert_eq!(picky.get().structured, Structured::Schema);
        assert!(picky.get().refused_keywords.contains("maxLength"));
    }

    #[test]
    fn the_least_effort_that_is_allowed_is_found() {
        let model = learned("https://api.openai.com/v1", "gpt-5");
        let effort = |wanted| model.get().effort(wanted);
        assert_eq!(effort(Effort::None), Some(Effort::None));
        assert!(refused(
            &model,
            400,
            "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'."
        ));
        assert_eq!(effort(Effort::None), Some(Effort::Minimal));
        assert!(model.get().takes("reasoning_effort"));
        let other = learned("http://gateway/v1", "m");
        assert!(refused(
            &other,
            400,
            "Unrecognized request argument supplied: reasoning_effort"
        ));
        assert!(!other.get().takes("reasoning_effort"));
    }

    #[test]
    fn what_is_no_refusal_of_a_field_teaches_nothing() {
        let server = learned("http://gateway/v1", "m");
        for (status, message) in [
            (401, "max_tokens"),
            (429, "response_format"),
            (
                400,
                "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8500 in the messages, 500 in the completion: max_tokens).",
            ),
            (400, "The messages must alternate."),
        ] {
            assert!(!refused(&server, status, message), "{message}");
        }
        assert!(refused(
            &server,
            400,
            "max_tokens is too large: 4596. This model supports at most 4096 completion tokens."
        ));
        assert_eq!(server.get().limit(9_000, None), 4_096);
    }

    #[test]
    fn limits_grow_when_answers_end_at_them() {
        let server = learned("http://gateway/v1", "m");
        assert_eq!(server.get().limit(500, None), 500);
        assert!(server.grow(0));
        assert!(server.grow(0), "another request has learnt it");
        assert_eq!(server.get().limit(500, None), 500 + GROWTH[1]);
        assert!(server.grow(GROWTH[1]));
        assert!(!server.grow(GROWTH[2]));
    }
}
