//! What a refusal teaches of one server and model.

use serde_json::Value;

use super::{Capabilities, EFFORT_FIELD, Structured, V1};
use crate::config::Effort;
use crate::refusal::Refusal;
use crate::{LlmError, Permanent};

/// One thing that a server does not take.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    Field(&'static str),
    Keyword(&'static str),
    Efforts(Vec<Effort>),
    Structured(Structured),
    MostOutput(u32),
    SystemMessage,
    AdaptiveThinking,
}

impl Lesson {
    pub(super) fn apply(self, known: &mut Capabilities) {
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
            Self::AdaptiveThinking => known.adaptive_thinking = true,
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
const STRUCTURE: [&str; 12] = [
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
    "requested parameters",
];
const EFFORT: [&str; 5] = ["effort", "reasoning", "thinking", "think value", "budget 0"];
/// Cache marks want a list of parts where some servers know a text only.
const AS_TEXT: [&str; 3] = ["valid string", "expected a string", "must be a string"];
/// What a refusal that names nothing of the request would name if it were about the conversation.
const CONVERSATION: [&str; 3] = ["message", "role", "prompt"];
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
pub(super) fn of(refusal: &Refusal, used: &Capabilities, sent: &Value) -> Option<Lesson> {
    if !may_teach(refusal) {
        return None;
    }
    if used.takes(V1) && matches!(refusal.status, 404 | 405) && !refusal.is_about_model() {
        return Some(Lesson::Field(V1));
    }
    // A model's name may hold the name of a field; one of a few letters is a part of many words.
    let model = sent["model"].as_str().unwrap_or_default().to_lowercase();
    let without_model = |words: String| match model.len() {
        0..6 => words,
        _ => words.replace(&model, ""),
    };
    let words = without_model(refusal.words());
    let names = |word: &&'static str| words.contains(&word.to_lowercase());
    let has = |field: &&'static str| sent.get(*field).is_some();
    let limit = used.limit_name().filter(has);
    if limit.is_some()
        && let Some(most) = output_limit(&words, &without_model(refusal.sentence.to_lowercase()))
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
    let told_to_think = &sent["thinking"]["type"];
    if told_to_think == "enabled" && names(&"adaptive") {
        return Some(Lesson::AdaptiveThinking);
    }
    if !sent["output_config"]["effort"].is_null() && names(&"effort") {
        return Some(Lesson::Field(EFFORT_FIELD));
    }
    let optional = |field: &&'static str| {
        let cached = *field == "cache_control" && used.takes(field);
        let as_list = cached && sent["system"].is_array() && AS_TEXT.iter().any(names);
        as_list || (names(field) && (has(field) || cached))
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
    let structured = ["response_format", "output_config", "tools"]
        .into_iter()
        .find(has);
    let plain = words.replace(['\'', '"', '`'], "");
    // Structure that is not streamed is given up, rather than the stream of all that is said.
    let streams = sent["stream"] == true && !structured.is_some_and(|field| names(&field));
    if streams && STREAM.iter().any(|sign| plain.contains(sign)) {
        return Some(Lesson::Field("stream"));
    }
    structured?;
    if used.structured == Structured::Schema {
        let keyword = KEYWORDS
            .into_iter()
            .find(|keyword| names(keyword) && !used.refused_keywords.contains(keyword));
        if let Some(keyword) = keyword {
            return Some(Lesson::Keyword(keyword));
        }
    }
    // A refusal that explains nothing is tried on what a line of plain text goes without.
    let unexplained = matches!(refusal.status, 400 | 422) && !CONVERSATION.iter().any(names);
    let structure = STRUCTURE.iter().any(names) || unexplained;
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

/// A limit of output tokens that is too high: the highest that the sentence names. Codes may be numbers, too, and name
/// none.
fn output_limit(words: &str, sentence: &str) -> Option<u32> {
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
    let numbers = sentence
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
        "allowed values",
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
