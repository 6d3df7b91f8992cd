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
fn a_refusal_without_an_explanation_is_tried_on_the_structure() {
    for message in [
        "type: Input should be 'text'",
        "API 调用参数有误，请检查文档。",
        "",
    ] {
        let server = learned("http://gateway/v1", "m");
        assert!(refused(&server, 400, message), "{message}");
        assert_eq!(server.get().structured, Structured::JsonObject, "{message}");
        let line = json!({"model": "m", "stream": true, "max_tokens": 500});
        let body = json!({"error": {"message": message}});
        assert!(!refused_with(&server, 400, &body, &line), "{message}");
        assert!(!refused(&server, 500, message), "{message}");
    }
}

#[test]
fn structure_is_given_up_rather_than_the_stream() {
    let server = learned("http://gateway/v1", "m");
    let message = "response_format `json_schema` does not support streaming";
    assert!(refused(&server, 400, message));
    assert!(server.get().takes("stream"));
    assert_eq!(server.get().structured, Structured::JsonObject);
    assert!(refused(&server, 400, "'stream' is not supported"));
    assert!(!server.get().takes("stream"));
}

#[test]
fn anthropics_thinking_is_learnt_to_be_adaptive() {
    let server = Learned::new(Capabilities::assumed(
        &config(LlmProvider::Anthropic, "http://gateway/v1"),
        "m",
    ));
    let refuses = |message: &str, sent: &Value| {
        refused_with(&server, 400, &json!({"error": {"message": message}}), sent)
    };
    let enabled = json!({"model": "m", "max_tokens": 2_548, "thinking": {"type": "enabled", "budget_tokens": 2_048}});
    let adaptive = json!({"model": "m", "max_tokens": 2_548, "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}});
    assert!(refuses(
        "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
        &enabled
    ));
    assert!(server.get().adaptive_thinking && server.get().takes("thinking"));
    assert!(refuses(
        "This model does not support the effort parameter.",
        &adaptive
    ));
    assert!(server.get().takes("thinking") && !server.get().takes(EFFORT_FIELD));
    assert_eq!(server.get().structured, Structured::Schema);
    let bare = json!({"model": "m", "max_tokens": 2_548, "thinking": {"type": "adaptive"}});
    assert!(refuses(
        "adaptive thinking is not supported on this model",
        &bare
    ));
    assert!(!server.get().takes("thinking"));
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

#[test]
fn only_what_was_sent_can_be_refused() {
    let server = learned("http://gateway/v1", "m");
    let line =
        json!({"model": "qwen3-thinking-tools", "messages": [{"role": "user", "content": "x"}]});
    for message in [
        "max_tokens is not supported",
        "reasoning_effort is not supported",
        "response_format json_schema is not supported",
        "temperature is not supported",
        "System role not supported",
        "Your organization must be verified to stream this model",
        "The model qwen3-thinking-tools does not exist",
    ] {
        let body = json!({"error": {"message": message}});
        assert!(!refused_with(&server, 400, &body, &line), "{message}");
    }
}

#[test]
fn what_is_about_something_else_teaches_nothing() {
    for (status, message) in [
        (
            402,
            "This request requires more credits, or fewer max_tokens.",
        ),
        (413, "Request too large: reduce max_tokens"),
        (
            429,
            "Rate limit reached: max_tokens counts towards tokens per minute. Please try again in 2s.",
        ),
        (
            500,
            "This model's maximum context length is 512 tokens; reduce max_tokens",
        ),
        (503, "The tools are overloaded"),
        (529, "temperature"),
        (
            400,
            "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 512 tokens (500 > 512 - 400).",
        ),
        (
            400,
            "prompt is too long: 210000 tokens > 200000 maximum; max_tokens is 500",
        ),
        (400, "Your credit balance is too low for reasoning"),
        (400, "json_validate_failed: response_format"),
    ] {
        let server = learned("http://gateway/v1", "m");
        assert!(!refused(&server, status, message), "{message}");
    }
}

#[test]
fn limits_are_read_in_every_wording() {
    for message in [
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
        "max_tokens: 20000 > 8192, which is the maximum allowed number of output tokens for claude-x-20240307",
        "maxOutputTokens value of 20000 but the supported range is from 1 (inclusive) to 8193 (exclusive).",
        "max_tokens cannot exceed 8192",
    ] {
        for error in [
            json!({"message": message}),
            // (vLLM, OpenRouter, Gemini)
            json!({"message": message, "code": 400, "status": "INVALID_ARGUMENT"}),
        ] {
            let server = learned("http://gateway/v1", "m");
            assert!(
                refused_with(&server, 400, &json!({"error": error}), &sent()),
                "{message}"
            );
            assert_eq!(server.get().limit(30_000, None), 8_192, "{message}");
        }
    }
}

#[test]
fn efforts_are_refused_in_many_words() {
    for (message, next) in [
        (
            "Reasoning is mandatory for this endpoint and cannot be disabled.",
            Some(Effort::Minimal),
        ),
        (
            "Budget 0 is invalid. This model only works in thinking mode.",
            Some(Effort::Minimal),
        ),
        (
            "[{'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'none'}]",
            Some(Effort::Low),
        ),
        (
            "invalid reasoning value: 'none' (must be \"high\", \"medium\", or \"low\")",
            Some(Effort::Low),
        ),
        (
            "`reasoning_effort` must be one of `low`, `medium`, or `high`",
            Some(Effort::Low),
        ),
        (
            "'reasoning_effort' : value is not one of the allowed values ['default','low','medium','high']",
            Some(Effort::Low),
        ),
        ("\"llama3.2\" does not support thinking", None),
        (
            "Model grok-4 does not support parameter reasoningEffort.",
            None,
        ),
        (
            "Unknown name \"reasoning_effort\": Cannot find field.",
            None,
        ),
    ] {
        let server = learned("http://gateway/v1", "m");
        assert!(refused(&server, 400, message), "{message}");
        let known = server.get();
        let effort = known
            .effort(Effort::None)
            .filter(|_| known.takes("reasoning_effort"));
        assert_eq!(effort, next, "{message}");
    }
}
