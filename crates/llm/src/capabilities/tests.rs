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

/// Everything that may be refused.
fn sent() -> Value {
    json!({"model": "m", "messages": [{"role": "system", "content": "x"}], "stream": true,
        "max_tokens": 500, "max_completion_tokens": 500, "temperature": 0.0, "reasoning_effort": "none",
        "stream_options": {}, "response_format": {}})
}

fn refused_with(learned: &Learned, status: u16, body: &Value, sent: &Value) -> bool {
    let refusal = Refusal::of_response(status, &HeaderMap::new(), &body.to_string());
    let used = learned.get();
    learned.learn(&refusal, &used, sent);
    format!("{:?}", learned.get()) != format!("{used:?}")
}

fn refused(learned: &Learned, status: u16, message: &str) -> bool {
    refused_with(
        learned,
        status,
        &json!({"error": {"message": message}}),
        &sent(),
    )
}

#[test]
fn the_name_of_the_limit_is_learnt_either_way() {
    let gateway = learned("http://gateway/v1", "my-deployment");
    assert_eq!(gateway.get().limit_name(), Some("max_tokens"));
    assert!(refused(
        &gateway,
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    ));
    assert_eq!(gateway.get().limit_name(), Some("max_completion_tokens"));
    assert!(refused(
        &gateway,
        400,
        "Unknown parameter: max_completion_tokens"
    ));
    assert_eq!(gateway.get().limit_name(), None, "neither is tried again");
    let strict = learned("https://api.openai.com/v1", "gpt-5-mini");
    assert!(refused(
        &strict,
        422,
        "Extra inputs are not permitted: max_completion_tokens"
    ));
    assert_eq!(strict.get().limit_name(), Some("max_tokens"));
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
