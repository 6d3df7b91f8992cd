use reqwest::header::HeaderValue;
use serde_json::json;

use super::*;

mod classes;

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
    use Permanent::{ContextExceeded, CreditExhausted, KeyRejected, ModelNotFound, RequestRefused};
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
    assert_eq!(status(json!({"error": {}, "choices": []})), None);
    assert_eq!(status(json!({"error": "", "choices": []})), None);
    assert_eq!(
        status(json!({"choices": [{"error": {"code": 429}}]})),
        Some(429)
    );
    assert_eq!(status(json!([{"error": {"code": 404}}])), Some(404));
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

#[test]
fn the_prompt_is_not_told_in_any_script() {
    let told = |message: &str| {
        let body = json!({"error": {"message": message}}).to_string();
        let refusal = Refusal::of_response(400, &HeaderMap::new(), &body);
        refusal
            .meaning(&["我在上一家公司负责支付系统的迁移。"], None)
            .to_string()
    };
    assert!(!told("Bad input: 负责支付系统的迁移").contains("支付"));
    assert!(!told(r"Bad input: \u8d1f\u8d23\u652f\u4ed8\u7cfb\u7edf").contains("8d23"));
    assert!(told("模型不存在").contains("模型不存在"));
}

#[test]
fn waits_are_read_from_words_and_details() {
    let wait =
        |body: Value| Refusal::of_response(429, &HeaderMap::new(), &body.to_string()).retry_after;
    let said = |message: &str| wait(json!({"error": {"message": message}}));
    assert_eq!(
        said("Please try again in 7m12.5s. Need more?"),
        Some(Duration::from_millis(432_500))
    );
    assert_eq!(
        said("Please try again in 6ms."),
        Some(Duration::from_millis(6))
    );
    assert_eq!(
        said("Please retry in 1h2m."),
        Some(Duration::from_secs(3_720))
    );
    for (message, seconds) in [
        ("Please retry after 6 seconds.", 6),
        ("Try again in 5 minutes, or upgrade.", 300),
        ("Please try again in 1 day.", 86_400),
    ] {
        assert_eq!(
            said(message),
            Some(Duration::from_secs(seconds)),
            "{message}"
        );
    }
    assert_eq!(said("Please try again in a while."), None);
    assert_eq!(
        wait(json!([{"error": {"details": [{"retryDelay": "33s"}]}}])),
        Some(Duration::from_secs(33))
    );
}

#[test]
fn windows_are_read_from_refusals() {
    let window = |message: &str| {
        let body = json!({"error": message}).to_string();
        Refusal::of_response(400, &HeaderMap::new(), &body).context_tokens()
    };
    for (message, tokens) in [
        (
            "This model's maximum context length is 8192 tokens. However, you requested 9000",
            Some(8_192),
        ),
        (
            "prompt is too long: 210000 tokens > 200000 maximum",
            Some(200_000),
        ),
        (
            "the request exceeds the available context size (4096 tokens)",
            Some(4_096),
        ),
        (
            "However, the model is loaded with context length of only 4096 tokens",
            Some(4_096),
        ),
        ("the context window of the model is full", None),
        (
            "input length and `max_tokens` exceed context limit: 199700 + 500 > 200000, decrease input length",
            Some(200_000),
        ),
        (
            "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3900 `inputs` tokens",
            Some(4_096),
        ),
        (
            "Request body too large for gpt-4o model. Max size: 8000 tokens.",
            Some(8_000),
        ),
        (
            "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
            Some(131_072),
        ),
        ("Body too large. Max size: 50KB", None),
    ] {
        assert_eq!(window(message), tokens, "{message}");
    }
}

#[test]
fn what_the_window_leaves_is_read_where_the_limit_does_not_fit() {
    let left = |message: &str| {
        let body = json!({"error": message}).to_string();
        Refusal::of_response(400, &HeaderMap::new(), &body).left(500)
    };
    for (message, tokens) in [
        (
            "This model's maximum context length is 4096 tokens. However, you requested 4500 tokens (4000 in the messages, 500 in the completion).",
            Some(96),
        ),
        (
            "This model's maximum context length is 4,096 tokens and your request has 3,900 input tokens (500 > 4096 - 3900).",
            Some(196),
        ),
        (
            "You passed 3900 input tokens and requested 500 output tokens. However, the model's context length is only 4096 tokens, resulting in a maximum input length of 3596 tokens.",
            Some(196),
        ),
        (
            "input length and `max_tokens` exceed context limit: 199700 + 500 > 200000",
            Some(300),
        ),
        // The prompt alone is too long, or leaves next to nothing.
        (
            "This model's maximum context length is 4096 tokens. However, you requested 5500 tokens (5000 in the messages, 500 in the completion).",
            None,
        ),
        (
            "This model's maximum context length is 4096 tokens. However, you requested 4590 tokens (4090 in the messages, 500 in the completion).",
            None,
        ),
        // No interview fits into it.
        (
            "This model's maximum context length is 512 tokens and your request has 400 input tokens (500 > 512 - 400).",
            None,
        ),
        (
            "max_tokens is too large: 500. At most 400 are supported.",
            None,
        ),
    ] {
        assert_eq!(left(message), tokens, "{message}");
    }
}

#[test]
fn an_error_without_its_name_is_one_where_no_answer_is() {
    let told = |message: Value| {
        let refusal = Refusal::of_message(&message)?;
        Some(refusal.meaning(&[], None).name())
    };
    for (message, class) in [
        (
            json!({"choices": null, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
            Some("model_credit_exhausted"),
        ),
        (
            json!({"code": "InvalidApiKey", "message": "Invalid API-key provided."}),
            Some("model_key_rejected"),
        ),
        (
            json!({"error_code": 110, "error_msg": "Access token invalid or no longer valid"}),
            Some("model_key_rejected"),
        ),
        (json!({"choices": [], "message": "hello"}), None),
        (
            json!({"usage": {}, "base_resp": {"status_code": 0, "status_msg": "success"}}),
            None,
        ),
        (
            json!({"model": "m", "message": {"role": "assistant", "content": "Why?"}, "done": false}),
            None,
        ),
        (
            json!({"type": "message_start", "message": {"id": "m"}}),
            None,
        ),
        (json!({"id": "c", "usage": {"prompt_tokens": 1}}), None),
    ] {
        assert_eq!(told(message.clone()), class, "{message}");
    }
}

#[test]
fn no_body_makes_it_fail() {
    for body in [
        "",
        "{",
        "null",
        "[]",
        "[[]]",
        "7",
        "\"x\"",
        "{\"error\": [1, {\"message\": {}}]}",
        "data: {",
        "<title>",
        "\u{feff}{}",
    ] {
        let refusal = Refusal::of_response(400, &HeaderMap::new(), body);
        assert_eq!(
            refusal.meaning(&[], None).name(),
            "model_refused_request",
            "{body}"
        );
    }
}
