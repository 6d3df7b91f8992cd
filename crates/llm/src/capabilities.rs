//! What a server and model can do, learnt from what they refuse, and forgotten after a while.

mod lesson;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::config::Effort;
use crate::refusal::Refusal;
use crate::{LlmConfig, LlmProvider};

/// How long a refusal is remembered: servers are updated, gateways change their models.
const LIFETIME: Duration = Duration::from_secs(6 * 3_600);
/// Tokens added when an answer ended at its limit without a word, and again.
const GROWTH: [u32; 3] = [0, 4_096, 16_384];
/// So many answers in a row that are no object show that the way of asking for one is ignored.
const PROSE: u8 = 2;
/// What a model that thinks needs beside its answer when nobody can tell it how much to think.
const THINKING_ROOM: u32 = 2_048;

/// Not a field, but as optional: the version in the path, where the base address has no path of its own.
pub(crate) const V1: &str = "v1";
/// Anthropic's effort, a member of `output_config`.
pub(crate) const EFFORT_FIELD: &str = "effort";

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
    /// Answers in a row that were no object although one was asked for.
    prose: u8,
    /// It decides by itself how long it thinks (Anthropic's newer models).
    pub(crate) adaptive_thinking: bool,
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
            prose: 0,
            adaptive_thinking: false,
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

    /// Told to think so much, it said nothing else: one that was told not to think is told to, and the other way.
    pub(crate) fn is_lost_in_thought(&self, told: Effort) {
        self.note(|known| {
            if told == Effort::None {
                known.refused_efforts.insert(told);
            } else if !known.refused_efforts.contains(&Effort::None) {
                known.refused_efforts.extend(&Effort::ALL[1..]);
            }
        });
    }

    /// Whether what was asked for in the way of `used` came as an object. A server that takes it without a word and
    /// does not do it, twice in a row, is asked in the next way from now on: `true`.
    pub(crate) fn note_object(&self, used: Structured, came: bool) -> bool {
        let known = &mut self.lock().0;
        // What was asked for before the last step says nothing of the new way.
        if known.structured != used {
            return false;
        }
        known.prose = if came { 0 } else { known.prose + 1 };
        if known.prose < PROSE {
            return false;
        }
        known.prose = 0;
        let Some(next) = used.next(known.provider) else {
            return false;
        };
        tracing::info!(
            ignored = used.name(),
            next = next.name(),
            "the model's server ignores it"
        );
        known.structured = next;
        true
    }

    /// Learns from the refusal of `sent`, a request that was made with `used`.
    pub(crate) fn learn(&self, refusal: &Refusal, used: &Capabilities, sent: &Value) {
        let Some(lesson) = lesson::of(refusal, used, sent) else {
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

#[cfg(test)]
mod tests;
