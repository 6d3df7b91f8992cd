//! Hosted model servers and gateways as their users reported them. What a mode names in brackets is the server and,
//! where it is known, the report (`repository#number`).

use std::time::Duration;

use llm::LlmProvider::{Anthropic, OpenAi};
use serde_json::{Value, json};

use crate::model_servers::{PAUSE, all, modes, refused_unless};
use crate::support::model_modes::Ends::{Fails, Works};
use crate::support::model_modes::*;

const PAGE: &str = "content-type: text/html\r\n";

fn thinking() -> String {
    chunk(&json!({"reasoning_content": "I wonder."}), None)
}

fn answered(a: &Asked) -> Played {
    events(&openai(&a.answer))
}

/// This once, then the answer.
fn once(a: &Asked, failure: Played) -> Played {
    if a.before == 1 { failure } else { answered(a) }
}

fn page(status: u16, title: &str) -> Played {
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body></html>"
    );
    at_once(response("1.1", status, PAGE, body.as_bytes()))
}

fn event(value: &Value) -> Played {
    events(&format!("data: {value}\n\n"))
}

/// Ends without a word.
fn wordless(finish: &str) -> Played {
    events(&openai_ending("", finish))
}

/// As Anthropic answers, or refuses.
fn anthropic_unless(fine: bool, message: &str, answer: &str) -> Played {
    if fine {
        events(&anthropic("", answer, "end_turn"))
    } else {
        anthropic_error(400, "invalid_request_error", message)
    }
}

/// Whether the messages are as the strictest servers want them: alternating, the first and the last the user's,
/// none blank, none that ends in white space.
fn is_strict(a: &Asked) -> bool {
    let messages = a.body["messages"].as_array().expect("messages");
    let mut said = messages.iter().filter(|one| one["role"] != "system");
    let roles = ["user", "assistant"].iter().cycle();
    let text = |one: &Value| match &one["content"] {
        Value::String(text) => text.clone(),
        parts => parts[0]["text"].as_str().unwrap_or_default().to_owned(),
    };
    messages.last().is_some_and(|last| last["role"] == "user")
        && said.clone().all(|one| !text(one).trim().is_empty())
        && said.all(|one| one["role"] != "assistant" || text(one) == text(one).trim_end())
        && messages
            .iter()
            .filter(|one| one["role"] != "system")
            .zip(roles)
            .all(|(one, role)| one["role"] == *role)
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn works() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "a prompt flagged by mistake, once (openai/codex#38849)" => Works, |a| once(a, error(400, "invalid_prompt", "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting"));
        OpenAi "a refusal instead of content, once" => Works, |a| once(a, events(&(chunk(&json!({"refusal": "I'm sorry, I can't help with that."}), None) + &chunk(&json!({}), Some("stop")))));
        OpenAi "only a medium effort (gpt-5.x-chat)" => Works, |a| if a.has("reasoning_effort") && a.body["reasoning_effort"] != "medium" {
            error(400, "unsupported_value", "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'medium'.")
        } else { events(&(thinking() + &openai(&a.answer))) };
        OpenAi "503: slow down" => Works, |a| once(a, error(503, "slow_down", "The server is currently overloaded with other requests. Sorry about that!"));
        OpenAi "response_format needs the word (OpenAI, DashScope)" => Works, |a| match a.body["response_format"]["type"].as_str() {
            Some("json_schema") => error(400, "invalid_request_error", "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."),
            Some(_) if !a.text().to_lowercase().contains("json") => error(400, "invalid_request_error", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."),
            _ => answered(a),
        };
        Anthropic "thinking can only be adaptive, and no temperature (Opus 4.7)" => Works, |a| if a.body["thinking"]["type"] == "enabled" {
            anthropic_error(400, "invalid_request_error", "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.")
        } else { anthropic_unless(!a.has("temperature"), "`temperature` is deprecated for this model.", &a.answer) };
        Anthropic "less room left than asked for (docker/docker-agent#569)" => Works, |a| anthropic_unless(a.limit() <= 300, &format!("input length and `max_tokens` exceed context limit: 199700 + {} > 200000, decrease input length or `max_tokens` and try again", a.limit()), &a.answer);
        Anthropic "an error after half of the words" => Works, |a| if a.before == 1 {
            let half = anthropic("", "Hello, and", "end_turn").split("event: content_block_stop").next().unwrap_or_default().to_owned();
            events(&(half + "event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"api_error\", \"message\": \"Internal server error\"}}\n\n"))
        } else { events(&anthropic("", &a.answer, "end_turn")) };
        Anthropic "a refusal, once" => Works, |a| events(&if a.before == 1 { anthropic("", "", "refusal") } else { anthropic("", &a.answer, "end_turn") });
        Anthropic "pause_turn" => Works, |a| events(&anthropic("", &a.answer, "pause_turn"));
        Anthropic "a system prompt only as text (compatible servers)" => Works, |a| anthropic_unless(a.body["system"].is_string(), "system: Input should be a valid string", &a.answer);
        Anthropic "messages only as text (compatible servers)" => Works, |a| anthropic_unless(a.body["messages"].as_array().is_some_and(|all| all.iter().all(|one| one["content"].is_string())), "messages.1.content: Input should be a valid string", &a.answer);
        Anthropic "no prefill, no blank message, four cache marks" => Works, |a| {
            let marks = a.body.to_string().matches("cache_control").count();
            anthropic_unless(is_strict(a) && marks <= 4, "This model does not support assistant message prefill. The conversation must end with a user message.", &a.answer)
        };
        Anthropic "500 with api_error, 504 with a page" => Works, |a| match a.before {
            1 => anthropic_error(500, "api_error", "Internal server error"),
            3 => page(504, "504 Gateway Time-out"),
            _ => events(&anthropic("", &a.answer, "end_turn")),
        };
        OpenAi "overloaded, in a list (Gemini)" => Works, |a| once(a, refusal(503, &json!([{"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}])));
        OpenAi "no choices at all (BerriAI/litellm#36881)" => Works, |a| once(a, events("data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 4241, \"completion_tokens\": 0}}\n\ndata: [DONE]\n\n"));
        OpenAi "a stop without a word (Gemini)" => Works, |a| if a.before == 1 { wordless("stop") } else { answered(a) };
        OpenAi "MALFORMED_FUNCTION_CALL (Gemini)" => Works, |a| if a.before == 1 { wordless("MALFORMED_FUNCTION_CALL") } else { answered(a) };
        OpenAi "MAX_TOKENS spent on thought (Gemini)" => Works, |a| if a.limit() < 1_100 { wordless("MAX_TOKENS") } else { answered(a) };
        OpenAi "content_filter: PROHIBITED_CONTENT, once (Gemini)" => Works, |a| if a.before == 1 { events(&openai_ending("I wonder", "content_filter: PROHIBITED_CONTENT")) } else { answered(a) };
        OpenAi "a thinking budget within a range (Gemini)" => Works, |a| if a.body["reasoning_effort"] == "none" {
            refusal(400, &json!([{"error": {"code": 400, "message": "The thinking budget 0 is invalid. Please choose a value between 128 and 32768.", "status": "INVALID_ARGUMENT"}}]))
        } else { events(&(thinking() + &openai(&a.answer))) };
        OpenAi "thought in tags of its own (Gemini)" => Works, |a| events(&openai(&format!("<thought>\nI wonder.\n</thought>{}", a.answer)));
        OpenAi "efforts listed as allowed values (earendil-works/pi#3764)" => Works, |a| match a.body["reasoning_effort"].as_str() {
            Some("none" | "minimal") => error(400, "", "'reasoning_effort' : value is not one of the allowed values ['default','low','medium','high']"),
            _ => events(&(thinking() + &openai(&a.answer))),
        };
        OpenAi "failed_generation (Groq)" => Works, |a| once(a, refusal(400, &json!({"error": {"message": "Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.", "type": "invalid_request_error", "code": "json_validate_failed", "failed_generation": "{\"action\": "}})));
        OpenAi "tool_use_failed (Groq)" => Works, |a| once(a, error(400, "tool_use_failed", "Failed to call a function. Please adjust your prompt."));
        OpenAi "498: no capacity (Groq)" => Works, |a| once(a, error(498, "capacity_exceeded", "Flex tier capacity exceeded. Please try again later."));
        OpenAi "JSON mode that does not stream (Groq)" => Works, |a| refused_unless(!(a.has("response_format") && a.body["stream"] == true), "response_format `json_schema` does not support streaming", &a.answer);
        OpenAi "a tier's capacity (continuedev/continue#6185)" => Works, |a| once(a, refusal(429, &json!({"object": "error", "message": "Service tier capacity exceeded for this model.", "type": "invalid_request_error", "param": null, "code": null})));
        OpenAi "roles that alternate (perplexityai/api-discussion#265)" => Works, |a| refused_unless(is_strict(a), "After the (optional) system message(s), user and assistant roles should be alternating.", &a.answer);
        OpenAi "the whole text so far beside each piece (Perplexity)" => Works, |a| {
            let so_far = json!({"choices": [{"index": 0, "finish_reason": null, "message": {"role": "assistant", "content": a.answer}, "delta": {"role": "assistant", "content": ""}}]});
            events(&format!("data: {so_far}\n\n{}", openai(&a.answer)))
        };
        OpenAi "blank lines while it works, then a body (DeepSeek)" => Works, |a| {
            let mut played = at_once(response("1.1", 200, "content-type: application/json\r\n", b""));
            played.extend((0..3).map(|_| (PAUSE, b"\n".to_vec())));
            played.push((Duration::ZERO, openai_body(&a.answer)));
            played
        };
        OpenAi "nothing but white space in JSON mode (DeepSeek)" => Works, |a| if a.has("response_format") { events(&openai_ending(&" \n".repeat(200), "stop")) } else { answered(a) };
        OpenAi "an error after half of the words (OpenRouter)" => Works, |a| once(a, events(&format!("{}data: {}\n\n", said("I wonder"), json!({"id": "c", "object": "chat.completion.chunk", "provider": "other", "error": {"code": "server_error", "message": "Provider disconnected unexpectedly"}, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]}))));
        OpenAi "a benign end that was none (hax#15, OpenRouter)" => Works, |a| once(a, event(&json!({"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop", "native_finish_reason": "network_error"}]})));
        OpenAi "half a line and a benign end that was none (OpenRouter)" => Works, |a| once(a, event(&json!({"choices": [{"index": 0, "delta": {"content": "I wonder whether"}, "finish_reason": "stop", "native_finish_reason": "network_error"}]})));
        OpenAi "nobody can do what is asked for (OpenRouter)" => Works, |a| if a.has("response_format") {
            error(404, "404", "No endpoints found that can handle the requested parameters. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing")
        } else { answered(a) };
        OpenAi "a wait in whole words (Azure)" => Works, |a| once(a, error(429, "429", "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 1 second. Please contact Azure support service."));
        OpenAi "filters behind the end (Azure)" => Works, |a| events(&openai(&a.answer).replace("data: [DONE]", "data: {\"choices\": [{\"index\": 0, \"finish_reason\": null, \"content_filter_results\": {}, \"content_filter_offsets\": {\"check_offset\": 1}}]}\n\ndata: [DONE]"));
        OpenAi "a prompt filtered by mistake, once (browser-use#4783, Azure)" => Works, |a| once(a, refusal(400, &json!({"error": {"message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", "type": null, "param": "prompt", "code": "content_filter", "status": 400, "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"jailbreak": {"filtered": true, "detected": true}}}}})));
        OpenAi "parameters to drop (LiteLLM)" => Works, |a| refused_unless(!a.has("response_format") && !a.has("stream_options"), &format!("litellm.UnsupportedParamsError: x does not support parameters: ['{}'], for model=y. To drop these, set `litellm.drop_params=True`", if a.has("stream_options") { "stream_options" } else { "response_format" }), &a.answer);
        OpenAi "an error of the gateway in the stream (preloop#117, LiteLLM)" => Works, |a| once(a, events(&format!("{}data: {}\n\ndata: [DONE]\n\n", said("I wonder"), json!({"error": {"message": "litellm.MidStreamFallbackError: litellm.APIConnectionError: DeepseekException - peer closed connection", "type": null, "param": null, "code": "500"}}))));
        OpenAi "408 of the gateway (LiteLLM)" => Works, |a| once(a, error(408, "408", "litellm.Timeout: APITimeoutError - Request timed out."));
        OpenAi "pages of the proxy: 502, 520, 524" => Works, |a| match a.before {
            1 => page(502, "502 Bad Gateway"), 3 => page(520, "api.example | 520: Web server is returning an unknown error"), 5 => page(524, "524: A timeout occurred"), _ => answered(a),
        };
        OpenAi "unsupported fields of the schema (claude-code-router#708, Cerebras)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" {
            refusal(400, &json!({"message": "Unsupported JSON schema fields: {'minItems', 'items'}", "type": "invalid_request_error", "param": "response_format", "code": "wrong_api_format"}))
        } else { answered(a) };
        OpenAi "a schema refused without its name (llm-cerebras#6)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" {
            refusal(400, &json!({"message": "type: Input should be 'text'", "type": "invalid_request_error", "param": "validation_error", "code": "wrong_api_format"}))
        } else { answered(a) };
        OpenAi "a bad parameter without its name (GLM 1210)" => Works, |a| if a.has("response_format") { refusal(400, &json!({"error": {"code": "1210", "message": "API 调用参数有误，请检查文档。"}})) } else { answered(a) };
        OpenAi "a limit refused in Chinese (lobehub#1398, GLM 1214)" => Works, |a| if a.has("max_tokens") { refusal(400, &json!({"error": {"code": "1214", "message": "max_tokens参数非法。请检查文档。"}})) } else { answered(a) };
        OpenAi "an overloaded engine (Moonshot)" => Works, |a| once(a, refusal(429, &json!({"error": {"message": "The engine is currently overloaded, please try again later", "type": "engine_overloaded_error"}})));
        OpenAi "a number of success in each chunk (MiniMax)" => Works, |a| events(&openai(&a.answer).replace("\"choices\":", "\"base_resp\": {\"status_code\": 0, \"status_msg\": \"\"}, \"choices\":"));
        OpenAi "too many tokens a minute (Bedrock)" => Works, |a| once(a, refusal(429, &json!({"message": "ThrottlingException: Too many tokens, please wait before trying again."})));
        OpenAi "events wrapped twice (gateways)" => Works, |a| events(&openai(&a.answer).replace("data: ", "data: data: "));
        OpenAi "words as heartbeats (gateways)" => Works, |a| slow_events(&["data: ping\n\n", "data: ping\n\n", &openai(&a.answer)], PAUSE);
        OpenAi "a body that was never ended (proxies)" => Works, |a| {
            let stream = openai(&a.answer);
            let mut bytes = response("1.1", 200, "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n", b"");
            bytes.extend_from_slice(format!("{:x}\r\n{stream}\r\n", stream.len()).as_bytes());
            at_once(bytes)
        };
        OpenAi "only one temperature (VideoAdGuard#34, Kimi)" => Works, |a| refused_unless(!a.has("temperature"), "invalid temperature: only 1 is allowed for this model", &a.answer);
        OpenAi "only the default temperature (gpt-5)" => Works, |a| refused_unless(!a.has("temperature"), "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.", &a.answer);
        Anthropic "no temperature beside adaptive thinking (modelparams.dev#214)" => Works, |a| anthropic_unless(!a.has("temperature"), "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.", &a.answer);
        Anthropic "no forced tool beside its thinking (compatible servers)" => Works, |a| if a.has("tool_choice") {
            anthropic_error(400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use.")
        } else { anthropic_unless(!a.has("output_config"), "output_config: Extra inputs are not permitted", &a.answer) };
        OpenAi "a schema with too many states (Gemini)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" {
            refusal(400, &json!([{"error": {"code": 400, "message": "The specified schema produces a constraint that has too many states for serving.", "status": "INVALID_ARGUMENT"}}]))
        } else { answered(a) };
        OpenAi "200 without a byte, once" => Works, |a| once(a, at_once(response("1.1", 200, "content-length: 0\r\n", b"")));
        OpenAi "429 as a page" => Works, |a| once(a, page(429, "429 Too Many Requests"));
        OpenAi "an object in a fence of tildes, with a comment" => Works, |a| events(&openai(&if a.is_object() { format!("~~~json\n{}\n~~~", a.answer.replacen('{', "{ // the next line\n", 1)) } else { a.answer.clone() }));
    };
    modes.into()
}

fn fails() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "no credit since the account is not active" => Fails("model_credit_exhausted"), |_| error(429, "billing_not_active", "Your account is not active, please check your billing details on our website.");
        OpenAi "a country that is not served (OpenAI)" => Fails("model_refused_request"), |_| refusal(403, &json!({"error": {"code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported", "param": null, "type": "request_forbidden"}}));
        OpenAi "a country that is not served (Gemini)" => Fails("model_refused_request"), |_| refusal(400, &json!([{"error": {"code": 400, "message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION"}}]));
        OpenAi "a model of another API (chatwise#1256)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": {"message": "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?", "type": "invalid_request_error", "param": "model", "code": null}}));
        OpenAi "a model of the other API (docker-agent#313)" => Fails("model_not_found"), |_| error(404, "", "This model is only supported in v1/responses and not in v1/chat/completions.");
        OpenAi "a model of the other API, 400 (copilot-api#102)" => Fails("model_not_found"), |_| error(400, "unsupported_api_for_model", "model gpt-5.3-codex is not accessible via the /chat/completions endpoint");
        OpenAi "a model of another API (Azure)" => Fails("model_not_found"), |_| refusal(400, &json!({"error": {"code": "OperationNotSupported", "message": "The chatCompletion operation does not work with the specified model, gpt-5-codex. Please choose different model and try again."}}));
        OpenAi "the wrong audience (Azure)" => Fails("model_key_rejected"), |_| refusal(401, &json!({"error": {"code": "401", "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."}}));
        OpenAi "a version that is not supported (aider-desk#460, Azure)" => Fails("model_refused_request"), |_| refusal(400, &json!({"error": {"code": "BadRequest", "message": "API version not supported"}}));
        OpenAi "a subscription that has ended (Mistral)" => Fails("model_credit_exhausted"), |_| refusal(401, &json!({"message": "Inactive subscription or usage limit reached"}));
        OpenAi "a data policy (OpenRouter)" => Fails("model_not_found"), |_| error(404, "404", "No endpoints available matching your guardrail restrictions and data policy. Configure: https://openrouter.ai/settings/privacy");
        OpenAi "free requests until tomorrow (OpenRouter)" => Fails("model_credit_exhausted"), |_| refusal(429, &json!({"error": {"message": "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day", "code": 429, "metadata": {"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0"}}}}));
        OpenAi "a key's own limit (OpenRouter)" => Fails("model_credit_exhausted"), |_| error(403, "403", "Key limit exceeded (monthly limit). Manage it using https://openrouter.ai/settings/keys");
        OpenAi "no channel for the model (new-api#6310)" => Fails("model_not_found"), |_| refusal(503, &json!({"error": {"message": "No available channel for model gone under group default (distributor)", "type": "new_api_error", "code": "model_not_found"}}));
        OpenAi "no channel for the model, in Chinese (one-api#2340)" => Fails("model_not_found"), |_| refusal(503, &json!({"error": {"message": "当前分组 default 下对于模型 gone 无可用渠道", "type": "one_api_error"}}));
        OpenAi "a model's name unknown to the gateway (LiteLLM)" => Fails("model_not_found"), |_| error(400, "400", "/chat/completions: Invalid model name passed in model=gone. Call `/v1/models` to view available models for your key.");
        OpenAi "an unknown model (GitHub Models)" => Fails("model_not_found"), |_| refusal(400, &json!({"error": {"code": "unknown_model", "message": "Unknown model: gone", "details": "Unknown model: gone"}}));
        OpenAi "too long (cline#2115, GitHub Models)" => Fails("model_context_exceeded"), |_| error(413, "tokens_limit_reached", "Request body too large for gpt-4o model. Max size: 8000 tokens.");
        OpenAi "too long (cline#3120, xAI)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"code": "Client specified an invalid argument", "error": "This model's maximum prompt length is 131072 but the request contains 136973 tokens."}));
        OpenAi "too long (hermes-agent#1877, GLM 1261)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"error": {"code": "1261", "message": "Prompt exceeds max length"}}));
        OpenAi "too long (Moonshot)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"error": {"message": "Invalid request: Your request exceeded model token limit: 8192", "type": "invalid_request_error"}}));
        OpenAi "no credit (xAI)" => Fails("model_credit_exhausted"), |_| refusal(403, &json!({"code": "The caller does not have permission to execute the specified operation", "error": "Your team x has either used all available credits or reached its monthly spending limit."}));
        OpenAi "no credit (Hugging Face)" => Fails("model_credit_exhausted"), |_| refusal(402, &json!({"error": "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."}));
        OpenAi "no credit, 412 (Fireworks)" => Fails("model_credit_exhausted"), |_| refusal(412, &json!({"error": {"object": "error", "type": "invalid_request_error", "message": "Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices."}}));
        OpenAi "no credit, as 500 (MiniMax-M2#62)" => Fails("model_credit_exhausted"), |_| anthropic_error(500, "api_error", "insufficient balance (1008)");
        OpenAi "no credit, with 200 (MiniMax)" => Fails("model_credit_exhausted"), |_| refusal(200, &json!({"id": "c", "choices": null, "created": 0, "model": "", "object": "", "usage": null, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}));
        OpenAi "a bad key, with 200 (MiniMax)" => Fails("model_key_rejected"), |_| refusal(200, &json!({"base_resp": {"status_code": 1004, "status_msg": "login fail: Please carry the API secret key in the 'Authorization' field of the request header"}}));
        OpenAi "a bad key, with 200 (Baidu)" => Fails("model_key_rejected"), |_| refusal(200, &json!({"error_code": 110, "error_msg": "Access token invalid or no longer valid"}));
        OpenAi "a bad key, with 200 (DashScope)" => Fails("model_key_rejected"), |_| refusal(200, &json!({"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "x"}));
        OpenAi "a month's calls (Cohere)" => Fails("model_credit_exhausted"), |_| refusal(429, &json!({"id": "x", "message": "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key for free or upgrade to a Production key."}));
        OpenAi "a model that is not deployed (Together)" => Fails("model_not_found"), |_| error(400, "model_not_available", "Unable to access non-serverless model gone. Please visit https://api.together.ai/models/gone to create and start a new dedicated endpoint for the model.");
        OpenAi "a model that is not deployed (Fireworks)" => Fails("model_not_found"), |_| error(404, "NOT_FOUND", "Model not found, inaccessible, and/or not deployed");
        OpenAi "a function that is not there (free-claude-code#1021, NIM)" => Fails("model_not_found"), |_| refusal(404, &json!({"status": 404, "title": "Not Found", "detail": "Function '23d4': Not found for account 'Qawm'"}));
        OpenAi "a provider that has not the model (Hugging Face)" => Fails("model_not_found"), |_| error(400, "model_not_supported", "The requested model 'gone' is not supported by any provider you have enabled.");
        OpenAi "a model only by a profile (Bedrock)" => Fails("model_not_found"), |_| refusal(400, &json!({"detail": "An error occurred (ValidationException) when calling the ConverseStream operation: Invocation of model ID x with on-demand throughput isn\u{2019}t supported. Retry your request with the ID or ARN of an inference profile that contains this model."}));
        OpenAi "a model that is not published (Vertex)" => Fails("model_not_found"), |_| refusal(404, &json!([{"error": {"code": 404, "message": "Publisher Model `projects/x/models/gone` was not found or your project does not have access to it.", "status": "NOT_FOUND"}}]));
        OpenAi "a subscription is needed (Ollama's cloud)" => Fails("model_credit_exhausted"), |_| refusal(403, &json!({"error": "this model requires a subscription, upgrade for access: https://ollama.com/upgrade"}));
        Anthropic "no credit, as 500 (hermes-agent#16680, MiniMax)" => Fails("model_credit_exhausted"), |_| anthropic_error(500, "api_error", "insufficient balance (1008)");
        Anthropic "a model that is not there (Azure Foundry)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}}));
    };
    modes.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn hosted_servers_that_can_hold_an_interview() {
    all(works()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn hosted_servers_that_can_not_say_why_after_one_request() {
    all(fails()).await;
}
