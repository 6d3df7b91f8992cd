use serde_json::json;

use super::*;

/// What providers and gateways really answer, by status: the code, or how it passes.
#[test]
fn real_answers_are_classed() {
    let litellm = |kind: &str, inner: &str| json!({"error": {"message": format!("litellm.{kind}: {inner}. Received Model Group=gpt-x\nAvailable Model Group Fallbacks=None"), "type": null, "param": null, "code": "400"}});
    let raw = |inner: Value| json!({"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": inner.to_string(), "provider_name": "x"}}});
    let anthropic = |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"});
    let said = |message: &str| json!({"error": {"message": message}});
    for (status, body, class) in [
        (
            400,
            litellm(
                "ContextWindowExceededError",
                r#"AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
            ),
            "model_context_exceeded",
        ),
        (
            400,
            litellm(
                "BadRequestError",
                r#"AnthropicException - {"type":"error","error":{"message":"Your credit balance is too low"}}"#,
            ),
            "model_credit_exhausted",
        ),
        (
            404,
            litellm(
                "NotFoundError",
                "OpenAIException - The model `x` does not exist",
            ),
            "model_not_found",
        ),
        (
            500,
            litellm("InternalServerError", "AnthropicException - Overloaded"),
            "failed",
        ),
        (
            503,
            litellm(
                "ServiceUnavailableError",
                "No deployments available for selected model, Try again in 5 seconds",
            ),
            "failed",
        ),
        (
            400,
            raw(json!({"error": {"code": "context_length_exceeded", "message": "too many"}})),
            "model_context_exceeded",
        ),
        (
            400,
            raw(json!({"error": {"status": "INVALID_ARGUMENT", "message": "API key not valid"}})),
            "model_key_rejected",
        ),
        (
            429,
            raw(
                json!({"error": "x is temporarily rate-limited upstream. Please retry shortly, or add your own key with credits"}),
            ),
            "rate_limited",
        ),
        (
            429,
            said(
                "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
            ),
            "model_credit_exhausted",
        ),
        (
            429,
            said(
                "Rate limit reached for gpt-x on tokens per min. Limit: 10000 / min. Please try again in 6ms. Visit https://platform.openai.com/account/billing to add a payment method.",
            ),
            "rate_limited",
        ),
        (
            429,
            json!([{"error": {"message": "You exceeded your current quota, please check your plan and billing details.", "details": [{"retryDelay": "33s"}]}}]),
            "rate_limited",
        ),
        (
            403,
            json!({"error": {"code": 403, "message": "x requires moderation on y. Your input was flagged", "metadata": {"reasons": ["violence"], "flagged_input": "no"}}}),
            "refused",
        ),
        (
            400,
            json!({"error": {"code": "content_filter", "message": "The response was filtered", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}),
            "refused",
        ),
        (
            401,
            json!({"error": {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint."}}),
            "model_key_rejected",
        ),
        (401, json!({"detail": "Unauthorized"}), "model_key_rejected"),
        (
            401,
            anthropic("authentication_error", "invalid x-api-key"),
            "model_key_rejected",
        ),
        (
            403,
            anthropic("permission_error", "no permission"),
            "model_key_rejected",
        ),
        (
            404,
            anthropic("not_found_error", "model: gone"),
            "model_not_found",
        ),
        (
            413,
            anthropic("request_too_large", "Request exceeds the maximum size"),
            "model_context_exceeded",
        ),
        (
            429,
            anthropic(
                "rate_limit_error",
                "This request would exceed your organization's rate limit of 50,000 input tokens per minute.",
            ),
            "rate_limited",
        ),
        (
            500,
            anthropic("api_error", "Internal server error"),
            "failed",
        ),
        (529, anthropic("overloaded_error", "Overloaded"), "failed"),
        (
            422,
            json!({"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 512. Given: 600", "error_type": "validation"}),
            "model_context_exceeded",
        ),
        (
            410,
            said("The model x was retired and is no longer available."),
            "model_not_found",
        ),
        (
            503,
            said("The model is overloaded. Please try again later."),
            "failed",
        ),
        (
            503,
            json!({"error": "Model x is currently loading", "estimated_time": 20.0}),
            "loading",
        ),
        (
            500,
            said("the model is not available at the moment"),
            "failed",
        ),
        (
            500,
            json!({"error": {"code": 500, "message": "input is too large to process. increase the physical batch size", "type": "server_error"}}),
            "model_context_exceeded",
        ),
        (524, said(""), "failed"),
    ] {
        assert_eq!(meaning(status, &body).name(), class, "{status} {body}");
    }
}
