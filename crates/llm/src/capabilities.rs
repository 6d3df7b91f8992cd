//! What a server and model can do, learnt from what they refuse, and forgotten after a while.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::config::Effort;
use crate::refusal::Refusal;
use crate::{LlmConfig, LlmError, LlmProvider, Permanent};

/// How long a refusal is remembered: servers are updated, gateways change their models.
const LIFETIME: Duration = Duration::from_secs(6 * 3_600);
/// Tokens added when an answer ended at its limit without a word, and again.
const GROWTH: [u32; 3] = [0, 4_096, 16_384];
/// What a model that thinks needs beside its answer when nobody can tell it how much to think.
const THINKING_ROOM: u32 = 2_048;

/// Not a field, but as optional: the version in the path, where the base address has no path of its own.
pub(crate) const V1: &str = "v1";

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
    /// What it calls the limit of tokens, the best guess first.
    limits: Vec<&'static str>,
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
        let limits = match config.provider {
            LlmProvider::Anthropic => vec!["max_tokens"],
            LlmProvider::OpenAi if at_openai => vec!["max_completion_tokens", "max_tokens"],
            LlmProvider::OpenAi => vec!["max_tokens", "max_completion_tokens"],
        };
        Self {
            provider: config.provider,
            structured: Structured::Schema,
            refused_keywords: refused_keywords(config.provider, host),
            refused_fields: match config.base_url.path() {
                "/" => BTreeSet::new(),
                _ => BTreeSet::from([V1]),
            },
            limits,
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

    /// What the limit of tokens is called; `None` when the server takes none.
    pub(crate) fn limit_name(&self) -> Option<&'static str> {
        self.limits.iter().copied().find(|name| self.takes(name))
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

    /// Learns from the refusal of `sent`, a request that was made with `used`.
    pub(crate) fn learn(&self, refusal: &Refusal, used: &Capabilities, sent: &Value) {
        let Some(lesson) = lesson(refusal, used, sent) else {
            return;
        };
        tracing::info!(
            ?lesson,
            status = refusal.status,
            "the model's server refuses it"
        );
        lesson.apply(&mut self.lock().0);
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
const OPTIONAL: [&str; 5] = [
    "stream_options",
    "temperature",
    "chat_template_kwargs",
    "cache_control",
    "thinking",
];
const STRUCTURE: [&str; 11] = [
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
    "schema",
];
const EFFORT: [&str; 5] = ["effort", "reasoning", "thinking", "think value", "budget 0"];
/// The server streams to nobody, or not to this account.
const STREAM: [&str; 4] = [
    "to stream this model",
    "does not support stream",
    "streaming is not supported",
    "stream is not supported",
];
/// How templates of models without a place for instructions say so.
const SYSTEM: [&str; 9] = [
    "system role",
    "system message",
    "system instruction",
    "developer instruction",
    "role 'system'",
    "role: system",
    "does not support 'system'",
    "roles must alternate user/assistant",
    "only user and assistant roles",
];

/// What a refusal teaches about something that was sent, if anything.
fn lesson(refusal: &Refusal, used: &Capabilities, sent: &Value) -> Option<Lesson> {
    if !may_teach(refusal) {
        return None;
    }
    if used.takes(V1) && matches!(refusal.status, 404 | 405) && !refusal.is_about_model() {
        return Some(Lesson::Field(V1));
    }
    // A model's name may hold the name of a field; one of a few letters is a part of many words.
    let model = sent["model"].as_str().unwrap_or_default().to_lowercase();
    let words = refusal.words();
    let words = match model.len() {
        0..6 => words,
        _ => words.replace(&model, ""),
    };
    let names = |word: &&'static str| words.contains(&word.to_lowercase());
    let has = |field: &&'static str| sent.get(*field).is_some();
    let limit = used.limit_name().filter(has);
    if limit.is_some()
        && let Some(most) = output_limit(&words)
    {
        return used
            .most_output
            .is_none_or(|known| most < known)
            .then_some(Lesson::MostOutput(most));
    }
    if let Some(limit) = limit
        && used.limits.len() > 1
        && is_named_first(limit, used, &words)
    {
        return Some(Lesson::Field(limit));
    }
    let optional = |field: &&'static str| {
        let cached = *field == "cache_control" && used.takes(field);
        names(field) && (has(field) || cached)
    };
    if let Some(field) = OPTIONAL.into_iter().find(optional) {
        return Some(Lesson::Field(field));
    }
    if has(&"reasoning_effort") && EFFORT.iter().any(names) {
        return Some(refused_efforts(&words, used));
    }
    let in_front = sent["messages"][0]["role"] == "system";
    if in_front && SYSTEM.iter().any(names) {
        return Some(Lesson::SystemMessage);
    }
    if sent["stream"] == true && STREAM.iter().any(names) {
        return Some(Lesson::Field("stream"));
    }
    if !["response_format", "output_config", "tools"]
        .iter()
        .any(has)
    {
        return None;
    }
    if used.structured == Structured::Schema {
        let keyword = KEYWORDS
            .into_iter()
            .find(|keyword| names(keyword) && !used.refused_keywords.contains(keyword));
        if let Some(keyword) = keyword {
            return Some(Lesson::Keyword(keyword));
        }
    }
    let structure = STRUCTURE.iter().any(names);
    let next = used.structured.next(used.provider).filter(|_| structure);
    next.map(Lesson::Structured)
}

/// Whether a refusal is about what was asked for, rather than about who asked, when, and how much.
fn may_teach(refusal: &Refusal) -> bool {
    if matches!(
        refusal.status,
        401 | 402 | 403 | 408 | 413 | 429 | 503 | 504 | 529
    ) {
        return false;
    }
    let elsewhere = [
        Permanent::ContextExceeded,
        Permanent::CreditExhausted,
        Permanent::KeyRejected,
    ];
    match refusal.meaning(&[], None) {
        LlmError::Permanent { kind, .. } => !elsewhere.contains(&kind),
        LlmError::Failed { .. } => true,
        _ => false,
    }
}

/// Whether the refused name of the limit is `limit`: both may be named, the refused one first.
fn is_named_first(limit: &str, used: &Capabilities, words: &str) -> bool {
    // Also as `MaxTokens`.
    let at = |name: &str| {
        words
            .find(name)
            .or_else(|| words.find(&name.replace('_', "")))
    };
    at(limit).is_some_and(|at_limit| {
        let mut others = used.limits.iter().filter(|name| **name != limit);
        others.all(|other| at(other).is_none_or(|at_other| at_other >= at_limit))
    })
}

/// A limit of output tokens that is too high: the highest that the sentence names.
fn output_limit(words: &str) -> Option<u32> {
    const ABOUT: [&str; 6] = [
        "max_tokens",
        "max_completion_tokens",
        "maxoutputtokens",
        "completion tokens",
        "output tokens",
        "max_new_tokens",
    ];
    const TOO_HIGH: [&str; 10] = [
        "at most",
        "less than or equal",
        "too large",
        "must be <=",
        "maximum allowed",
        "> ",
        "up to",
        "range",
        "cannot exceed",
        "less than",
    ];
    let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    if !says(&ABOUT) || !says(&TOO_HIGH) || says(&["context length", "context window"]) {
        return None;
    }
    // Both what was asked for and what is allowed are named: the lower one is allowed.
    let numbers = words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u32>().ok());
    let least = numbers.filter(|number| *number >= 64).min()?;
    Some(least - u32::from(says(&["exclusive"])))
}

/// The efforts that are refused: all but those that the sentence lists, or the one that was asked for.
fn refused_efforts(words: &str, used: &Capabilities) -> Lesson {
    let lists = [
        "supported values",
        "must be one of",
        "expected one of",
        "input should be",
        "must be \"",
    ];
    let listed = lists.iter().find_map(|mark| words.split_once(mark));
    // What was sent may follow what could have been.
    let listed = listed.map(|(_, list)| list.split("input").next().unwrap_or(list));
    let off = [
        "mandatory",
        "cannot be disabled",
        "can't be disabled",
        "only works in thinking",
        "budget 0",
    ];
    if off.iter().any(|sign| words.contains(sign)) && !used.refused_efforts.contains(&Effort::None)
    {
        return Lesson::Efforts(vec![Effort::None]);
    }
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
mod tests;
