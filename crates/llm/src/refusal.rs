//! What a provider says when it gives no answer: its status, code and sentence, and what they mean.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::error::{LlmError, Permanent};

/// Longest sentence that is kept, in characters.
const LONGEST_SENTENCE: usize = 300;
/// So many characters in a row that stand in the prompt as well are the prompt's.
const ECHO: usize = 24;

/// A provider's error, in whichever of the usual shapes it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// `error.code`, `error.type` and `error.status`, lower case.
    codes: String,
    /// What it says, with the name of the parameter at fault.
    pub(crate) sentence: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn of_response(status: u16, headers: &HeaderMap, body: &str) -> Self {
        let mut refusal = match serde_json::from_str::<Value>(body) {
            Ok(body) => Self::of_body(&body, status),
            // A page of a proxy: its title says enough.
            Err(_) => Self {
                status,
                sentence: title(body),
                ..Self::default()
            },
        };
        refusal.status = status;
        refusal.retry_after = retry_after(headers);
        refusal
    }

    /// An error within an answer whose status was fine; `None` when `message` is none.
    pub(crate) fn of_message(message: &Value) -> Option<Self> {
        let error = &message["error"];
        let is_error = match error {
            Value::Null => message["object"] == "error" || message["type"] == "error",
            Value::Bool(failed) => *failed,
            _ => true,
        };
        is_error.then(|| Self::of_body(message, 500))
    }

    /// `otherwise`: the status when the body names none.
    fn of_body(body: &Value, otherwise: u16) -> Self {
        // A list around it (Gemini).
        let body = body.as_array().and_then(|all| all.first()).unwrap_or(body);
        let error = if body["error"].is_object() {
            &body["error"]
        } else {
            body
        };
        let word = |name: &str| match &error[name] {
            Value::String(text) => text.to_lowercase(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let codes = ["code", "type", "status", "param"].map(word);
        let status = [&error["code"], &error["status"], &error["http_code"]]
            .into_iter()
            .find_map(status_like)
            .unwrap_or_else(|| status_of(&codes.join(" ")).unwrap_or(otherwise));
        Self {
            status,
            sentence: sentence(body, error),
            codes: codes.join(" "),
            retry_after: None,
        }
    }

    /// Everything it says, lower case.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.codes, self.sentence.to_lowercase())
    }

    /// The model's window, when the refusal names it.
    pub(crate) fn context_tokens(&self) -> Option<u32> {
        let words = self.sentence.to_lowercase();
        let marks = [
            "context length is ",
            "context size (",
            "context window of ",
            "tokens > ",
        ];
        let after = marks.iter().find_map(|mark| words.split_once(mark))?.1;
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|tokens| *tokens >= 256)
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
        if status >= 500 {
            let for_good = status == 501 || says(NEVER);
            return if for_good {
                permanent(Permanent::RequestRefused)
            } else {
                failed()
            };
        }
        if says(CONTENT_FILTER) {
            return LlmError::Refused;
        }
        if status == 402 || says(NO_CREDIT) {
            return permanent(Permanent::CreditExhausted);
        }
        if says(BAD_KEY) {
            return permanent(Permanent::KeyRejected);
        }
        if status == 429 {
            return LlmError::RateLimited {
                retry_after: self.retry_after,
                detail,
            };
        }
        if status == 413 || says(TOO_LONG) {
            return permanent(Permanent::ContextExceeded);
        }
        let of_model = words.contains("model") || words.contains("deployment");
        if of_model && (status == 404 || says(UNKNOWN)) {
            return permanent(Permanent::ModelNotFound);
        }
        match status {
            401 | 403 => permanent(Permanent::KeyRejected),
            // Timeouts, conflicts and cancelled requests are retried by the providers' own clients.
            408 | 409 | 425 | 498 | 499 => failed(),
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

const LOADING: &[&str] = &["loading model", "currently loading", "model is loading"];
const INVALID_JSON: &[&str] = &[
    "json_validate_failed",
    "failed to generate json",
    "failed to validate json",
    "tool_use_failed",
    "output_parse_failed",
];
const CONTENT_FILTER: &[&str] = &[
    "content_filter",
    "content management policy",
    "responsibleaipolicyviolation",
    "data_inspection_failed",
];
const NO_CREDIT: &[&str] = &[
    "insufficient_quota",
    "insufficient balance",
    "insufficient_balance",
    "insufficient credit",
    "exceeded your current quota",
    "credit balance",
    "credits",
    "billing",
    "payment required",
    "spending limit",
    "spend limit",
    "out of credit",
    "arrearage",
];
const BAD_KEY: &[&str] = &[
    "invalid_api_key",
    "invalid api key",
    "incorrect api key",
    "api key not valid",
    "api key not found",
    "api_key_invalid",
    "api key expired",
    "authentication_error",
    "no auth credentials",
    "invalid x-api-key",
];
const TOO_LONG: &[&str] = &[
    "context_length_exceeded",
    "context length",
    "context window",
    "context size",
    "exceed_context_size",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "maximum number of tokens",
    "max_prompt_tokens",
    "request too large",
    "request_too_large",
    "token count",
    "string_above_max_length",
];
/// With a word about a model or a deployment.
const UNKNOWN: &[&str] = &[
    "model_not_found",
    "deploymentnotfound",
    "not_found_error",
    "not found",
    "not_found",
    "does not exist",
    "not exist",
    "is not a valid model",
    "invalid model",
    "unknown model",
    "no such model",
    "unsupported model",
    "model is not supported",
    "decommissioned",
    "deprecated",
    "retired",
    "no longer",
    "no endpoints found",
    "not available",
    "try pulling it",
];
/// Failures of a local server that no waiting mends.
const NEVER: &[&str] = &[
    "requires more system memory",
    "insufficient memory",
    "unable to allocate",
    "unable to load model",
    "does not support chat",
];

/// The name, message, or list of messages that explains an error; `input`, which echoes the request, is not read.
fn sentence(body: &Value, error: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    for text in [
        &error["message"],
        &body["error"],
        &body["message"],
        &body["detail"],
        &error["details"],
        &error["metadata"]["raw"],
    ] {
        match text {
            Value::String(text) => parts.push(text.clone()),
            Value::Array(items) => parts.extend(items.iter().map(located)),
            _ => {}
        }
    }
    parts.dedup();
    parts.join(" ").trim().to_owned()
}

/// One of FastAPI's errors: where, and what.
fn located(item: &Value) -> String {
    let location: Vec<&str> = item["loc"]
        .as_array()
        .map(|loc| loc.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let message = item["msg"].as_str().unwrap_or_default();
    format!("{} {message}", location.join("."))
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

fn repeats(sentence: &str, prompt: &[&str]) -> bool {
    let letters: Vec<char> = sentence.chars().collect();
    let told: Vec<String> = letters
        .windows(ECHO)
        .map(|window| window.iter().collect())
        .collect();
    told.iter()
        .any(|piece| prompt.iter().any(|text| text.contains(piece)))
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
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        headers
    }

    #[test]
    fn retry_after_is_seconds_milliseconds_or_a_date() {
        let of = |name, value| retry_after(&headers(name, value));
        assert_eq!(of("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(
            of("retry-after-ms", "250"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(of("retry-after", "soon"), None);
        assert_eq!(of("retry-after", "-3"), None);
        assert_eq!(
            of("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO)
        );
    }

    fn meaning(status: u16, body: &Value) -> LlmError {
        Refusal::of_response(status, &HeaderMap::new(), &body.to_string()).meaning(&[], None)
    }

    #[test]
    fn permanent_refusals_are_told_apart() {
        use Permanent::{
            ContextExceeded, CreditExhausted, KeyRejected, ModelNotFound, RequestRefused,
        };
        let openai = |code: &str, message: &str| json!({"error": {"message": message, "type": "invalid_request_error", "code": code}});
        let plain = |message: &str| json!({"error": {"message": message}});
        for (status, body, kind) in [
            (
                401,
                openai("invalid_api_key", "Incorrect API key provided"),
                KeyRejected,
            ),
            (
                403,
                json!({"error": {"type": "permission_error"}}),
                KeyRejected,
            ),
            (
                400,
                json!([{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}}]),
                KeyRejected,
            ),
            (
                429,
                openai(
                    "insufficient_quota",
                    "You exceeded your current quota, please check your plan",
                ),
                CreditExhausted,
            ),
            (
                400,
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the Anthropic API."}}),
                CreditExhausted,
            ),
            (
                402,
                json!({"error": {"message": "Insufficient Balance"}}),
                CreditExhausted,
            ),
            (
                404,
                openai(
                    "model_not_found",
                    "The model `x` does not exist or you do not have access to it.",
                ),
                ModelNotFound,
            ),
            (
                404,
                json!({"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}),
                ModelNotFound,
            ),
            (
                404,
                json!({"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}}),
                ModelNotFound,
            ),
            (
                404,
                json!({"error": "model 'x' not found, try pulling it first"}),
                ModelNotFound,
            ),
            (400, plain("Model Not Exist"), ModelNotFound),
            (
                400,
                openai(
                    "model_decommissioned",
                    "The model `x` has been decommissioned",
                ),
                ModelNotFound,
            ),
            (400, plain("x is not a valid model ID"), ModelNotFound),
            (
                400,
                openai(
                    "context_length_exceeded",
                    "This model's maximum context length is 8192 tokens.",
                ),
                ContextExceeded,
            ),
            (
                400,
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
                ContextExceeded,
            ),
            (
                400,
                json!({"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error"}}),
                ContextExceeded,
            ),
            (413, json!({}), ContextExceeded),
            (400, plain("messages: roles must alternate"), RequestRefused),
            (404, json!({}), RequestRefused),
            (307, json!({}), RequestRefused),
            (
                500,
                plain("model requires more system memory (9 GiB) than is available"),
                RequestRefused,
            ),
        ] {
            match meaning(status, &body) {
                LlmError::Permanent { kind: found, .. } => assert_eq!(found, kind, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
    }

    #[test]
    fn passing_refusals_pass() {
        assert!(matches!(
            meaning(
                429,
                &json!({"error": {"code": "rate_limit_exceeded", "message": "Rate limit reached for model x in organization y on tokens per min"}})
            ),
            LlmError::RateLimited { .. }
        ));
        assert!(matches!(
            meaning(
                503,
                &json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
            ),
            LlmError::Loading { .. }
        ));
        for status in [408, 500, 502, 529] {
            assert!(meaning(status, &json!({})).is_outage(), "{status}");
        }
        assert!(matches!(
            meaning(400, &json!({"error": {"code": "json_validate_failed"}})),
            LlmError::Unwanted(_)
        ));
        assert_eq!(
            meaning(400, &json!({"error": {"code": "content_filter"}})),
            LlmError::Refused
        );
    }

    #[test]
    fn errors_within_an_answer_have_the_status_they_name() {
        let status = |message: Value| Refusal::of_message(&message).map(|refusal| refusal.status);
        assert_eq!(status(json!({"error": null, "choices": []})), None);
        assert_eq!(status(json!({"choices": []})), None);
        assert_eq!(status(json!({"error": {"code": 429}})), Some(429));
        assert_eq!(status(json!({"error": {"code": "502"}})), Some(502));
        assert_eq!(
            status(json!({"type": "error", "error": {"type": "overloaded_error"}})),
            Some(529)
        );
        assert_eq!(status(json!({"object": "error", "code": 400})), Some(400));
        assert_eq!(status(json!({"error": "it broke"})), Some(500));
    }

    #[test]
    fn neither_keys_nor_the_prompt_are_told() {
        let refusal = |message: &str| {
            let body = json!({"error": {"message": message}}).to_string();
            Refusal::of_response(400, &HeaderMap::new(), &body)
        };
        let told = |message: &str| {
            refusal(message)
                .meaning(
                    &["I led the move of our billing to a queue."],
                    Some("topsecret"),
                )
                .to_string()
        };
        assert!(told("The field user is unknown").contains("The field user is unknown"));
        assert!(!told("Bad input: I led the move of our billing").contains("billing"));
        for key in ["sk-live-123", "abc****xyz", "topsecret"] {
            assert!(!told(&format!("The key {key} is wrong")).contains(key));
        }
    }
}
