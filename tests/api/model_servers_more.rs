//! More model servers as they were reported to behave: errors wrapped by gateways, limits that pass and limits that
//! do not, fields refused in other words, and bytes as unusual as HTTP and events allow.

use llm::LlmProvider::{Anthropic, OpenAi};
use serde_json::{Value, json};

use crate::model_servers::{PAUSE, all, modes, refused_unless};
use crate::support::model_modes::Ends::{Fails, Works};
use crate::support::model_modes::*;

const GEMINI_MINUTE: &str =
    "You exceeded your current quota, please check your plan and billing details.";
const PLAIN: &str = "content-type: text/plain\r\n";

/// As LiteLLM hands its provider's error on.
fn litellm(status: u16, kind: &str, inner: &Value) -> Played {
    refusal(
        status,
        &json!({"error": {"message": format!("litellm.{kind}: OpenAIException - {inner}. Received Model Group=gpt-x\nAvailable Model Group Fallbacks=None"),
            "type": null, "param": null, "code": status.to_string()}}),
    )
}

/// As OpenRouter hands its provider's error on.
fn openrouter(status: u16, inner: &Value) -> Value {
    json!({"error": {"code": status, "message": "Provider returned error",
        "metadata": {"raw": inner.to_string(), "provider_name": "Other"}}, "user_id": "user_1"})
}

/// As pydantic refuses a field at Mistral's.
fn forbidden(path: &[&str]) -> Value {
    json!({"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": path,
        "msg": "Extra inputs are not permitted", "input": true}]}, "type": "invalid_request_error", "param": null, "code": null})
}

/// A body of chunks whose sizes have nothing to do with characters or events.
fn chunked(text: &str, size: usize) -> Played {
    let headers = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n";
    let mut bytes = response("1.1", 200, headers, b"");
    for (at, piece) in text.as_bytes().chunks(size).enumerate() {
        let extension = if at == 0 { ";a=b" } else { "" };
        bytes.extend_from_slice(format!("{:x}{extension}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    at_once(bytes)
}

fn encoded(name: &str, body: &[u8]) -> Played {
    let headers = format!("content-type: text/event-stream\r\ncontent-encoding: {name}\r\n");
    at_once(response("1.1", 200, &headers, body))
}

fn thinking() -> String {
    chunk(&json!({"reasoning": "I wonder."}), None)
}

/// Anthropic's answer, or a refusal of what is asked for.
fn anthropic_unless(fine: bool, message: &str, answer: &str) -> Played {
    if fine {
        events(&anthropic("", answer, "end_turn"))
    } else {
        anthropic_error(400, "invalid_request_error", message)
    }
}

fn works() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "a field refused within an object (Mistral)" => Works, |a| if a.has("stream_options") { refusal(422, &forbidden(&["body", "stream_options", "include_usage"])) } else { events(&openai(&a.answer)) };
        OpenAi "a field refused within a text (Mistral, 2024)" => Works, |a| if a.has("response_format") {
            refusal(422, &json!({"object": "error", "message": forbidden(&["body", "response_format"])["message"].to_string(), "code": "1000"}))
        } else { events(&openai(&a.answer)) };
        OpenAi "a field refused through LiteLLM" => Works, |a| if a.has("max_tokens") {
            litellm(400, "BadRequestError", &json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "code": "unsupported_parameter"}}))
        } else { events(&openai(&a.answer)) };
        OpenAi "json_schema refused through OpenRouter" => Works, |a| if a.has("response_format") {
            refusal(400, &openrouter(400, &json!({"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."}})))
        } else { events(&openai(&a.answer)) };
        OpenAi "json_schema refused in the stream" => Works, |a| if a.has("response_format") {
            events(&format!("data: {}\n\n", json!({"error": {"message": "response_format is not supported", "type": "invalid_request_error"}})))
        } else { events(&openai(&a.answer)) };
        OpenAi "json_schema unavailable (DeepSeek, 422)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" {
            at_once(response("1.1", 422, PLAIN, b"Failed to deserialize the JSON body into the target type: response_format: response_format.type `json_schema` is unavailable now at line 1 column 1193"))
        } else { events(&openai(&a.answer)) };
        OpenAi "only json_schema and text (LM Studio)" => Works, |a| if a.body["response_format"]["type"] == "json_object" {
            refusal(400, &json!({"error": "'response_format.type' must be 'json_schema' or 'text'"}))
        } else { events(&openai(&a.answer)) };
        OpenAi "a grammar that can not be made (llama.cpp)" => Works, |a| if a.has("response_format") {
            refusal(400, &json!({"error": {"code": 400, "message": "Failed to initialize samplers: failed to parse grammar", "type": "invalid_request_error"}}))
        } else { events(&openai(&a.answer)) };
        OpenAi "additionalProperties unknown (Gemini)" => Works, |a| if a.body.to_string().contains("additionalProperties") {
            refusal(400, &json!([{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'generation_config.response_schema': Cannot find field.", "status": "INVALID_ARGUMENT"}}]))
        } else { events(&openai(&a.answer)) };
        OpenAi "streams only to verified organisations" => Works, |a| if a.body["stream"] == true {
            refusal(400, &json!({"error": {"message": "Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general", "type": "invalid_request_error", "param": "stream", "code": "unsupported_value"}}))
        } else if a.has("stream_options") {
            error(400, "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
        } else { at_once(response("1.1", 200, "content-type: application/json\r\n", &openai_body(&a.answer))) };
        OpenAi "a limit in a range (DeepSeek)" => Works, |a| refused_unless(a.limit() <= 400, "Invalid max_tokens value, the valid range of max_tokens is [1, 400]", &a.answer);
        OpenAi "a limit below the window (Groq)" => Works, |a| refused_unless(a.limit() <= 400, "`max_tokens` must be less than or equal to `400`, the maximum value for `max_tokens` is less than the `context_window` for this model", &a.answer);
        OpenAi "neither name of the limit" => Works, |a| if a.has("max_tokens") { error(400, "", "Unknown parameter: max_tokens") } else { refused_unless(!a.has("max_completion_tokens"), "Unknown parameter: max_completion_tokens", &a.answer) };
        OpenAi "no system message: roles alternate (a template)" => Works, |a| refused_unless(a.body["messages"][0]["role"] != "system", "Conversation roles must alternate user/assistant/user/assistant/...", &a.answer);
        OpenAi "no system message (o1)" => Works, |a| refused_unless(a.body["messages"][0]["role"] != "system", "Unsupported value: 'messages[0].role' does not support 'system' with this model.", &a.answer);
        OpenAi "thinking can't be turned off (OpenRouter)" => Works, |a| if a.body["reasoning_effort"] == "none" {
            error(400, "400", "Reasoning is mandatory for this endpoint and cannot be disabled.")
        } else { events(&(thinking() + &openai(&a.answer))) };
        OpenAi "thinking can't be turned off (Gemini)" => Works, |a| if a.body["reasoning_effort"] == "none" {
            refusal(400, &json!([{"error": {"code": 400, "message": "Budget 0 is invalid. This model only works in thinking mode.", "status": "INVALID_ARGUMENT"}}]))
        } else { events(&(thinking() + &openai(&a.answer))) };
        OpenAi "an effort of three (vLLM)" => Works, |a| if a.body["reasoning_effort"] == "none" || a.body["reasoning_effort"] == "minimal" {
            error(400, "400", "[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'none'}]")
        } else { events(&(thinking() + &openai(&a.answer))) };
        OpenAi "a wait of a second, told with words about billing" => Works, |a| if a.before == 1 {
            error(429, "rate_limit_exceeded", "Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000, Used 5900, Requested 500. Please try again in 150ms. Need more tokens? Upgrade at https://console.groq.com/settings/billing")
        } else { events(&openai(&a.answer)) };
        OpenAi "a quota of a minute (Gemini)" => Works, |a| if a.before == 1 {
            refusal(429, &json!([{"error": {"code": 429, "message": GEMINI_MINUTE, "status": "RESOURCE_EXHAUSTED", "details": [
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.2s"}]}}]))
        } else { events(&openai(&a.answer)) };
        OpenAi "an error within the choice (OpenRouter)" => Works, |a| if a.before == 1 {
            events(&format!("data: {}\n\n", json!({"choices": [{"delta": {"content": ""}, "finish_reason": "error", "error": {"code": 502, "message": "Upstream error"}}]})))
        } else { events(&openai(&a.answer)) };
        OpenAi "an event named error" => Works, |a| if a.before == 1 { events("event: error\ndata: {\"message\": \"Internal error\"}\n\n") } else { events(&openai(&a.answer)) };
        OpenAi "filters in a first chunk without choices (Azure)" => Works, |a| events(&format!("data: {}\n\n{}", json!({"choices": [], "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]}), openai(&a.answer)));
        OpenAi "choices: null, delta: null" => Works, |a| events(&format!("data: {{\"choices\": null}}\n\ndata: {{\"choices\": [{{\"index\": 0, \"delta\": null}}]}}\n\n{}", openai(&a.answer)));
        OpenAi "it stays open behind its end, with heartbeats" => Works, |a| {
            let mut played = events(&openai(&a.answer).replace("data: [DONE]\n\n", ""));
            played.extend((0..12).map(|_| (PAUSE, b": heartbeat\n\n".to_vec())));
            played
        };
        OpenAi "chunks that cut characters" => Works, |a| chunked(&openai(&a.answer.replace("did you", "did you – “naïve” 🙂 –")), 3);
        OpenAi "deflate" => Works, |a| encoded("deflate", &zlib(openai(&a.answer).as_bytes()));
        OpenAi "lines that end in CR" => Works, |a| events(&openai(&a.answer).replace('\n', "\r"));
        OpenAi "an event of several data lines, with names and ids" => Works, |a| events(&openai(&a.answer).replace("data: {", "id: 7\nretry: 10\nevent: message\ndata: {\ndata: "));
        OpenAi "one JSON object a line" => Works, |a| at_once(response("1.1", 200, "content-type: application/x-ndjson\r\n", openai(&a.answer).replace("data: [DONE]", "").replace("data: ", "").replace("\n\n", "\n").as_bytes()));
        OpenAi "a list of chunks" => Works, |a| at_once(response("1.1", 200, "content-type: application/json\r\n", format!("[{}]", openai(&a.answer).replace("data: [DONE]", "").replace("data: ", "").trim().replace("\n\n", ",")).as_bytes()));
        OpenAi "a tool's call written as text (Hermes)" => Works, |a| events(&openai(&if a.is_object() { format!("<tool_call>\n{{\"name\": \"next_line\", \"arguments\": {}}}\n</tool_call>", a.answer) } else { a.answer.clone() }));
        OpenAi "an object with Python's words" => Works, |a| events(&openai(&if a.is_decision() { "{'action': 'new_question', 'line': 'How did you decide?', 'topic': None}".to_owned() } else { a.answer.clone() }));
        OpenAi "names without quotes" => Works, |a| events(&openai(&a.answer.replace("\"action\":", "action:").replace("\"line\":", "line: ")));
        OpenAi "an object also where a line is asked for" => Works, |a| events(&openai(&if a.is_object() { a.answer.clone() } else { json!({"line": a.answer}).to_string() }));
        OpenAi "an answer in tags behind its thinking" => Works, |a| events(&openai(&format!("<think>I wonder.</think>\n<answer>\n{}\n</answer>", a.answer)));
        OpenAi "it goes on with the candidate's turn" => Works, |a| events(&openai(&format!("{}<|im_end|>\n<|im_start|>user\nI wonder.", a.answer)));
        OpenAi "thinking of two kinds at once" => Works, |a| events(&format!("{}{}", chunk(&json!({"reasoning_content": "I wonder.", "reasoning_details": []}), None), openai(&format!("<think>I wonder.</think>{}", a.answer))));
        Anthropic "no temperature, no thinking, no cache, one after the other" => Works, |a| anthropic_unless(!a.body.to_string().contains("cache_control"), "cache_control: Extra inputs are not permitted", &a.answer);
        Anthropic "a grammar that is too large" => Works, |a| anthropic_unless(!a.has("output_config"), "The compiled grammar is too large, which would cause performance issues.", &a.answer);
        Anthropic "neither structured outputs nor a forced tool" => Works, |a| if a.has("tool_choice") { anthropic_error(400, "invalid_request_error", "tool_choice forces tool use is not compatible with this model") } else { anthropic_unless(!a.has("output_config"), "output_config.format: Extra inputs are not permitted", &a.answer) };
        Anthropic "a redacted thought and unknown events" => Works, |a| events(&anthropic("event: content_block_start\ndata: {\"type\": \"content_block_start\", \"index\": 0, \"content_block\": {\"type\": \"redacted_thinking\", \"data\": \"wonder\"}}\n\nevent: new_kind\ndata: {\"type\": \"new_kind\"}\n\n", &a.answer, "end_turn"));
        Anthropic "it stays open behind its end" => Works, |a| { let mut played = events(&anthropic("", &a.answer, "end_turn")); played.push((PAUSE * 20, Vec::new())); played };
        Anthropic "529 once" => Works, |a| if a.before == 1 { anthropic_error(529, "overloaded_error", "Overloaded") } else { events(&anthropic("", &a.answer, "end_turn")) };
    };
    modes.into()
}

fn fails() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "a key refused through LiteLLM" => Fails("model_key_rejected"), |_| litellm(401, "AuthenticationError", &json!({"error": {"message": "Incorrect API key provided: sk-the-****-key.", "code": "invalid_api_key"}}));
        OpenAi "a quota through LiteLLM" => Fails("model_credit_exhausted"), |_| litellm(429, "RateLimitError", &json!({"error": {"message": "You exceeded your current quota, please check your plan and billing details.", "code": "insufficient_quota"}}));
        OpenAi "a budget (LiteLLM)" => Fails("model_credit_exhausted"), |_| refusal(400, &json!({"error": {"message": "Budget has been exceeded! Current cost: 10.1, Max budget: 10.0", "type": "budget_exceeded", "param": null, "code": "400"}}));
        OpenAi "too long through LiteLLM, as 500" => Fails("model_context_exceeded"), |_| litellm(500, "APIConnectionError", &json!({"error": {"message": "This model's maximum context length is 512 tokens.", "code": "context_length_exceeded"}}));
        OpenAi "an unknown model through OpenRouter" => Fails("model_not_found"), |_| refusal(404, &openrouter(404, &json!({"error": {"message": "The model `gone` does not exist"}})));
        OpenAi "no endpoint (OpenRouter)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": {"code": 404, "message": "No endpoints found for some/thing."}}));
        OpenAi "402 in a stream (OpenRouter)" => Fails("model_credit_exhausted"), |_| events(&format!("data: {}\n\n", json!({"error": {"code": 402, "message": "This request requires more credits, or fewer max_tokens. You requested up to 500 tokens, but can only afford 12."}})));
        OpenAi "402 that names max_tokens (OpenRouter)" => Fails("model_credit_exhausted"), |_| refusal(402, &json!({"error": {"code": 402, "message": "This request requires more credits, or fewer max_tokens. You requested up to 500 tokens, but can only afford 120."}}));
        OpenAi "a quota of a day (Gemini)" => Fails("model_credit_exhausted"), |_| refusal(429, &json!([{"error": {"code": 429, "message": GEMINI_MINUTE, "status": "RESOURCE_EXHAUSTED", "details": [
            {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}, {"retryDelay": "33s"}]}}]));
        OpenAi "a bad key in a list (Gemini)" => Fails("model_key_rejected"), |_| refusal(400, &json!([{"error": {"code": 400, "message": "Please pass a valid key.", "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}]));
        OpenAi "an error in a list with 200" => Fails("model_not_found"), |_| refusal(200, &json!([{"error": {"code": 404, "message": "models/gone is not found for API version v1main, or is not supported for generateContent."}}]));
        OpenAi "a bad key, 400 (xAI)" => Fails("model_key_rejected"), |_| refusal(400, &json!({"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xa***ey. You can obtain an API key from https://console.x.ai."}));
        OpenAi "an unknown model (xAI)" => Fails("model_not_found"), |_| refusal(404, &json!({"code": "Some requested entity was not found", "error": "The model gone does not exist or your team does not have access to it."}));
        OpenAi "an unknown model (Mistral)" => Fails("model_not_found"), |_| refusal(400, &json!({"object": "error", "message": "Invalid model: gone", "type": "invalid_model", "param": null, "code": "1500"}));
        OpenAi "no access to a model, 403" => Fails("model_not_found"), |_| error(403, "model_not_found", "Project `proj_x` does not have access to model `gpt-x`");
        OpenAi "a model's name that holds a field's" => Fails("model_not_found"), |_| error(404, "model_not_found", "The model `qwen3-thinking` with reasoning and temperature does not exist.");
        OpenAi "no model is loaded (LM Studio)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": {"message": "No models loaded. Please load a model in the developer page or use the `lms load` command.", "type": "invalid_request_error"}}));
        OpenAi "another path, with 200 (LM Studio)" => Fails("model_refused_request"), |_| refusal(200, &json!({"error": "Unexpected endpoint or method. (POST /v1/v1/chat/completions)"}));
        OpenAi "a page with 200" => Fails("model_refused_request"), |_| at_once(response("1.1", 200, "content-type: text/html\r\n", b"<!doctype html><title>Open WebUI</title>"));
        OpenAi "another path (Ollama)" => Fails("model_refused_request"), |_| at_once(response("1.1", 404, PLAIN, b"404 page not found"));
        OpenAi "too long (LM Studio)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"error": "Trying to keep the first 4513 tokens when context the overflows. However, the model is loaded with context length of only 512 tokens, which is not enough."}));
        OpenAi "too long (vLLM), with the name of the limit" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"object": "error", "message": "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 512 tokens and your request has 400 input tokens (500 > 512 - 400).", "type": "BadRequestError", "code": 400}));
        OpenAi "too long in a stream (LM Studio)" => Fails("model_context_exceeded"), |_| events("event: error\ndata: {\"error\": {\"message\": \"Reached context length of 512 tokens with this model.\"}}\n\n");
        OpenAi "too long (Groq, 413)" => Fails("model_context_exceeded"), |_| error(413, "rate_limit_exceeded", "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.");
        OpenAi "larger than a minute's limit (OpenAI, 429)" => Fails("model_context_exceeded"), |_| error(429, "rate_limit_exceeded", "Request too large for gpt-x in organization org-x on tokens per min (TPM): Limit 3000, Requested 4000.");
        OpenAi "no money, in Chinese" => Fails("model_credit_exhausted"), |_| refusal(429, &json!({"error": {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}}));
        OpenAi "an error as an event with its status" => Fails("model_key_rejected"), |_| at_once(response("1.1", 401, "content-type: text/event-stream\r\n", b"data: {\"error\": {\"message\": \"Unauthorized\"}}\n\n"));
        OpenAi "422 about the messages" => Fails("model_refused_request"), |_| refusal(422, &json!({"detail": [{"type": "missing", "loc": ["body", "prompt"], "msg": "Field required", "input": {"temperature": 1, "response_format": 2}}]}));
        Anthropic "the limit of a month" => Fails("model_credit_exhausted"), |_| anthropic_error(400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.");
        Anthropic "permission_error" => Fails("model_key_rejected"), |_| anthropic_error(403, "permission_error", "Your API key does not have permission to use the specified resource.");
        Anthropic "billing_error" => Fails("model_credit_exhausted"), |_| anthropic_error(402, "billing_error", "Please check your payment method.");
        Anthropic "request_too_large" => Fails("model_context_exceeded"), |_| anthropic_error(413, "request_too_large", "Request exceeds the maximum size");
        Anthropic "401 in a stream, by Anthropic's API" => Fails("model_key_rejected"), |_| events("event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"authentication_error\", \"message\": \"invalid x-api-key\"}}\n\n");
    };
    modes.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn more_servers_that_can_hold_an_interview() {
    all(works()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn more_that_can_not_work_says_why_after_one_request() {
    all(fails()).await;
}
