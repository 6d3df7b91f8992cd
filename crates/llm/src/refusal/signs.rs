//! Words by which providers, gateways and servers of one's own say what is wrong, lower case.

pub(super) const LOADING: &[&str] = &[
    "loading model",
    "loading the model",
    "currently loading",
    "model is loading",
    "model is being loaded",
];
pub(super) const INVALID_JSON: &[&str] = &[
    "json_validate_failed",
    "failed to generate json",
    "failed to validate json",
    "tool_use_failed",
    "output_parse_failed",
];
pub(super) const CONTENT_FILTER: &[&str] = &[
    "content_filter",
    "content management policy",
    "responsibleaipolicyviolation",
    "data_inspection_failed",
    "content_policy",
    "content policy",
    "inappropriate content",
    "input was flagged",
    "flagged_input",
];
/// With 429: a limit that passes, whatever is said of quotas and of where to buy more.
pub(super) const RATE: &[&str] = &[
    "rate_limit",
    "rate limit",
    "rate-limited",
    "per minute",
    "per min",
    "per second",
    "retry in",
    "try again in",
];
pub(super) const LARGER_THAN_LIMIT: &[&str] = &["request too large"];
/// No money, or nothing left until tomorrow.
pub(super) const EXHAUSTED: &[&str] = &[
    "insufficient_quota",
    "insufficient balance",
    "insufficient_balance",
    "insufficient credit",
    "credit balance",
    "budget_exceeded",
    "budget has been exceeded",
    "over budget",
    "usage limits",
    "requestsperday",
    "余额不足",
    "欠费",
];
pub(super) const NO_CREDIT: &[&str] = &[
    "exceeded your current quota",
    "credits",
    "billing",
    "payment required",
    "spending limit",
    "spend limit",
    "out of credit",
    "recharge",
    "arrearage",
];
pub(super) const BAD_KEY: &[&str] = &[
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
    "invalid authentication",
    "expired_api_key",
    "missing api key",
];
/// What a server says with 500 although it is no failure of its own (gateways).
pub(super) const FOR_SURE: &[&str] = &["model_not_found", "invalid_api_key", "insufficient_quota"];
/// No model, without a word about models.
pub(super) const NO_MODEL: &[&str] = &[
    "no endpoints found for",
    "no allowed providers",
    "no models loaded",
    "no model loaded",
    "模型不存在",
];
pub(super) const TOO_LONG: &[&str] = &[
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
    "input is too large to process",
    "when context the overflows",
    "reduce the length of the",
    "`inputs` tokens + ",
];
/// With a word about a model or a deployment.
pub(super) const UNKNOWN: &[&str] = &[
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
    "not supported by any provider",
    "model_not_supported",
    "have access to",
    "unable to access",
    "not available",
    "try pulling it",
];
/// Failures of a local server that no waiting mends.
pub(super) const NEVER: &[&str] = &[
    "requires more system memory",
    "insufficient memory",
    "unable to allocate",
    "unable to load model",
    "does not support chat",
    "unexpected endpoint",
];
