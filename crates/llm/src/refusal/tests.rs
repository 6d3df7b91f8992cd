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
