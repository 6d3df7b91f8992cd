//! What a provider says when it gives no answer: its status, code and sentence, and what they mean.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::error::{LlmError, Permanent};

mod signs;

use signs::*;

/// Longest sentence that is kept, in characters.
const LONGEST_SENTENCE: usize = 300;
/// Longest sentence that is looked at, in characters: a body may be megabytes.
const LONGEST_READ: usize = 4_000;
/// So many characters in a row that stand in the prompt as well are the prompt's.
const ECHO: usize = 24;
/// The same in a script that says more with each letter, such as Chinese.
const DENSE_ECHO: usize = 6;
/// No interview fits into a smaller window, and no answer into fewer tokens.
const LEAST_WINDOW: u32 = 2_048;
const LEAST_ANSWER: u32 = 64;

/// A provider's error, in whichever of the usual shapes it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Neither the response nor the body named a status.
    guessed: bool,
    /// `error.code`, `error.type` and `error.status`, lower case.
    codes: String,
    /// What it says, with the name of the parameter at fault.
    pub(crate) sentence: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn of_response(status: u16, headers: &HeaderMap, body: &str) -> Self {
        let mut refusal = match parsed(body) {
            Some(body) => Self::of_body(&body),
            // A page of a proxy: its title says enough.
            None => Self {
                sentence: title(body),
                ..Self::default()
            },
        };
        (refusal.status, refusal.guessed) = (status, false);
        refusal.retry_after = retry_after(headers).or(refusal.retry_after);
        refusal
    }

    /// An error within an answer whose status was fine; `None` when `message` is none.
    pub(crate) fn of_message(message: &Value) -> Option<Self> {
        // A list around it (Gemini), or within the choice (OpenRouter).
        let message = message
            .as_array()
            .and_then(|all| all.first())
            .unwrap_or(message);
        let is_error = |error: &Value| match error {
            Value::Null => false,
            Value::Bool(failed) => *failed,
            Value::String(text) => !text.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        };
        let choice = &message["choices"][0];
        if is_error(&choice["error"]) {
            return Some(Self::of_body(choice));
        }
        let says_so = message["object"] == "error" || message["type"] == "error";
        let found = is_error(&message["error"]) || (message["error"].is_null() && says_so);
        if found {
            return Some(Self::of_body(message));
        }
        let is_part = !(message["choices"].is_null() && message["type"].is_null());
        if is_part {
            return None;
        }
        // No part of an answer, and yet a sentence.
        Some(Self::of_body(message)).filter(|told| !told.sentence.is_empty())
    }

    fn of_body(body: &Value) -> Self {
        let body = body.as_array().and_then(|all| all.first()).unwrap_or(body);
        let error = if body["error"].is_object() {
            &body["error"]
        } else {
            body
        };
        let mut told = Told::default();
        told.take(body);
        told.sentences.retain(|sentence| !sentence.is_empty());
        told.sentences.dedup();
        let sentence: String = told
            .sentences
            .join(" ")
            .chars()
            .take(LONGEST_READ)
            .collect();
        let codes = told.codes.join(" ").to_lowercase();
        let named = ["code", "status", "http_code", "http_status_code"]
            .into_iter()
            .find_map(|name| status_like(&error[name]))
            .or_else(|| status_of(&codes));
        Self {
            status: named.unwrap_or(500),
            guessed: named.is_none(),
            retry_after: told.retry_after.or_else(|| wait_in(&sentence)),
            sentence,
            codes,
        }
    }

    /// Everything it says, lower case.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.codes, self.sentence.to_lowercase())
    }

    pub(crate) fn is_about_model(&self) -> bool {
        let kind = self.meaning(&[], None).permanent();
        kind == Some(Permanent::ModelNotFound)
    }

    /// The model's window, when the refusal names it.
    pub(crate) fn context_tokens(&self) -> Option<u32> {
        let words = self.sentence.to_lowercase();
        if let Some((_, after)) = words.split_once("tokens > ") {
            return window(after, 0);
        }
        let marks = [
            ("context length", 24),
            ("context size", 24),
            ("context window", 24),
            ("context_length", 24),
            ("exceed context limit", 24),
            ("prompt length", 24),
            ("model token limit", 4),
            ("max size", 4),
            ("`inputs` tokens + `max_new_tokens` must be <= ", 0),
        ];
        let after = |(mark, within)| words.split_once(mark).map(|(_, after)| (after, within));
        let (after, within) = marks.into_iter().find_map(after)?;
        // "178959 + 64000 > 200000": the window is behind what does not fit.
        let behind = after.split_once(" > ").filter(|(sum, _)| sum.contains('+'));
        window(behind.map_or(after, |(_, window)| window), within)
    }

    /// Tokens that the window leaves beside the prompt, when it is the limit of `asked` tokens that does not fit.
    pub(crate) fn left(&self, asked: u32) -> Option<u32> {
        let window = self.context_tokens().filter(|size| *size >= LEAST_WINDOW)?;
        let sentence = self.sentence.replace(',', "");
        let numbers = sentence
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse::<u32>().ok());
        // The prompt's length is named, as may be the most that it could have been.
        let is_prompt = |number: &u32| {
            let fits_alone = *number < window && *number != window.saturating_sub(asked);
            fits_alone && *number != asked && number.saturating_add(asked) > window
        };
        let left = window - numbers.filter(is_prompt).max()?;
        Some(left).filter(|left| *left >= LEAST_ANSWER)
    }

    /// What it means for the request. `prompt` and `key` are kept out of what is told.
    pub(crate) fn meaning(&self, prompt: &[&str], key: Option<&str>) -> LlmError {
        // What repeats the request says nothing by its words.
        let words = if repeats(&self.sentence, prompt) {
            self.codes.clone()
        } else {
            self.words()
        };
        let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
        let detail = self.detail(prompt, key);
        let status = self.status;
        let permanent = |kind| LlmError::Permanent {
            kind,
            status,
            detail: detail.clone(),
        };
        let failed = || LlmError::Failed {
            status,
            retry_after: self.retry_after,
            detail: detail.clone(),
        };
        if says(LOADING) && matches!(status, 429 | 500..) {
            return LlmError::Loading { detail };
        }
        if says(INVALID_JSON) {
            return LlmError::Unwanted("it is not the JSON object that was asked for".into());
        }
        if says(PASSES) {
            return failed();
        }
        let too_long = status == 413 || says(TOO_LONG);
        // A server's own failure passes, unless it says what it can't mean to be passing.
        let of_server = status >= 500 && !self.guessed && !says(FOR_SURE);
        if says(NEVER) || status == 501 {
            return permanent(Permanent::RequestRefused);
        }
        if of_server && !(status == 500 && too_long) {
            return failed();
        }
        if says(CONTENT_FILTER) {
            return LlmError::Refused;
        }
        let limits_rate = status == 429 && (self.retry_after.is_some() || says(RATE));
        if status == 402 || says(EXHAUSTED) || (says(NO_CREDIT) && !limits_rate) {
            return permanent(Permanent::CreditExhausted);
        }
        if status == 401 || says(BAD_KEY) {
            return permanent(Permanent::KeyRejected);
        }
        // One request that is larger than what a minute allows will never pass.
        if status == 429 && !says(LARGER_THAN_LIMIT) {
            return LlmError::RateLimited {
                retry_after: self.retry_after,
                detail,
            };
        }
        if too_long {
            return permanent(Permanent::ContextExceeded);
        }
        let of_model = words.contains("model") || words.contains("deployment");
        if says(NO_MODEL) || (of_model && (status == 404 || says(UNKNOWN))) {
            return permanent(Permanent::ModelNotFound);
        }
        match status {
            403 => permanent(Permanent::KeyRejected),
            // Timeouts, conflicts and cancelled requests are retried by the providers' own clients.
            408 | 409 | 425 | 498 | 499 | 500.. => failed(),
            _ => permanent(Permanent::RequestRefused),
        }
    }

    /// The sentence for the operator.
    fn detail(&self, prompt: &[&str], key: Option<&str>) -> String {
        let sentence = self.sentence.trim();
        if sentence.is_empty() {
            return "no explanation was given".to_owned();
        }
        if repeats(sentence, prompt) {
            return "the explanation repeats the request and is not shown".to_owned();
        }
        let words: Vec<&str> = sentence
            .split_whitespace()
            .map(|word| if is_secret(word, key) { "[key]" } else { word })
            .collect();
        words.join(" ").chars().take(LONGEST_SENTENCE).collect()
    }
}

/// What an error tells, wherever providers and gateways put it; `input`, which echoes the request, is not read.
#[derive(Default)]
struct Told {
    codes: Vec<String>,
    sentences: Vec<String>,
    retry_after: Option<Duration>,
}

impl Told {
    fn take(&mut self, value: &Value) {
        match value {
            // An error within the text of an error: a gateway hands its provider's on.
            Value::String(text) => match parsed(text).filter(|inner| !inner.is_number()) {
                Some(inner) => self.take(&inner),
                None => self.sentences.push(text.trim().to_owned()),
            },
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            Value::Object(members) => members
                .iter()
                .for_each(|(name, value)| self.member(name, value)),
            _ => {}
        }
    }

    fn member(&mut self, name: &str, value: &Value) {
        match (name, value) {
            (
                "code" | "type" | "status" | "param" | "reason" | "quotaId" | "error_type",
                Value::String(code),
            ) => {
                self.codes.push(code.clone());
            }
            ("code" | "status", Value::Number(code)) => self.codes.push(code.to_string()),
            // One of FastAPI's errors says where.
            ("loc", Value::Array(path)) => {
                let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                self.sentences.push(path.join("."));
            }
            ("retryDelay", Value::String(delay)) => self.retry_after = duration(delay),
            ("n_ctx", Value::Number(size)) => self.sentences.push(format!("context size {size}")),
            // MiniMax says in each message how it went.
            ("base_resp", told) if told["status_code"] == 0 => {}
            (
                "error" | "errors" | "error_msg" | "message" | "msg" | "status_msg" | "detail"
                | "details" | "error_description" | "base_resp" | "metadata" | "raw" | "innererror"
                | "violations",
                value,
            ) => self.take(value),
            _ => {}
        }
    }
}

/// The JSON in a body, also of one event.
fn parsed(body: &str) -> Option<Value> {
    let json = |text: &str| serde_json::from_str(text.trim().trim_start_matches('\u{feff}')).ok();
    let event = || {
        body.lines()
            .find_map(|line| json(line.strip_prefix("data:")?))
    };
    json(body).or_else(event)
}

/// The number that begins within so many characters.
fn window(text: &str, within: usize) -> Option<u32> {
    let at = text
        .find(|c: char| c.is_ascii_digit())
        .filter(|at| *at <= within)?;
    let digits = text[at..]
        .chars()
        .filter(|c| *c != ',')
        .take_while(char::is_ascii_digit);
    digits
        .collect::<String>()
        .parse()
        .ok()
        .filter(|tokens| *tokens >= 256)
}

/// "Please try again in 7m12s.", "Please retry after 6 seconds."
fn wait_in(sentence: &str) -> Option<Duration> {
    const MARKS: [&str; 4] = [
        "try again in ",
        "retry in ",
        "retry after ",
        "try again after ",
    ];
    let words = sentence.to_lowercase();
    let after = MARKS.iter().find_map(|mark| words.split_once(mark))?.1;
    let mut words = after
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',']));
    let first = words.next()?;
    let with_unit = || {
        let unit = match words.next()? {
            unit if unit.starts_with("milli") => "ms",
            unit => unit.get(..1)?,
        };
        duration(&format!("{first}{unit}"))
    };
    duration(first).or_else(with_unit)
}

/// A length of time such as `7m12.5s` or `6ms`.
fn duration(text: &str) -> Option<Duration> {
    let (mut seconds, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let unit = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let number: f64 = rest[..unit].parse().ok()?;
        rest = &rest[unit..];
        let units = [
            ("ms", 0.001),
            ("s", 1.0),
            ("m", 60.0),
            ("h", 3_600.0),
            ("d", 86_400.0),
        ];
        let (name, factor) = units.into_iter().find(|(name, _)| rest.starts_with(name))?;
        seconds += number * factor;
        rest = &rest[name.len()..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// The title of an HTML page, or the first line of a text.
fn title(body: &str) -> String {
    let from_title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title);
    let first = || {
        let line = body.trim().lines().next().unwrap_or_default();
        (!line.starts_with('<')).then_some(line)
    };
    let said = from_title.or_else(first).unwrap_or_default();
    said.trim().chars().take(LONGEST_SENTENCE).collect()
}

/// A number that may be an HTTP status, also as text.
fn status_like(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let status = u16::try_from(number).ok()?;
    (400..600).contains(&status).then_some(status)
}

/// The status that an error's type stands for, as both providers name them.
fn status_of(codes: &str) -> Option<u16> {
    const TYPES: [(&str, u16); 12] = [
        ("rate_limit", 429),
        ("too_many_requests", 429),
        ("resource_exhausted", 429),
        ("insufficient_quota", 429),
        ("authentication", 401),
        ("unauthenticated", 401),
        ("permission", 403),
        ("not_found", 404),
        ("invalid_request", 400),
        ("invalid_argument", 400),
        ("overloaded", 529),
        ("unavailable", 503),
    ];
    let found = TYPES.iter().find(|(name, _)| codes.contains(name));
    found.map(|(_, status)| *status)
}

/// Whether a run of letters of the sentence stands in the prompt as well, or may: escaped twice, it can't be told.
fn repeats(sentence: &str, prompt: &[&str]) -> bool {
    let letters: Vec<char> = sentence.chars().collect();
    let stands = |run: &[char]| {
        let run: String = run.iter().collect();
        prompt.iter().any(|text| text.contains(&run))
    };
    let is_dense = |run: &&[char]| run.iter().all(|letter| !letter.is_ascii());
    sentence.matches("\\u").count() > 3
        || letters.windows(ECHO).any(stands)
        || letters.windows(DENSE_ECHO).filter(is_dense).any(stands)
}

/// The key, or what looks like one, also when the provider starred most of it out.
fn is_secret(word: &str, key: Option<&str>) -> bool {
    let known = key.is_some_and(|key| key.len() >= 6 && word.contains(key));
    known || word.contains("sk-") || word.contains("****")
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date; `retry-after-ms` is more exact.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = date
        .as_second()
        .saturating_sub(Timestamp::now().as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests;
