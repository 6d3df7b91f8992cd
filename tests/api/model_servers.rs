//! Whole interviews against model servers as they were reported to behave: each works, or fails for good with the
//! right code after one request.

use std::time::Duration;

use futures_util::StreamExt as _;
use llm::LlmProvider::{Anthropic, OpenAi};
use llm::{Llm, LlmConfig};
use reqwest::Method;
use serde_json::json;

use crate::support::model_modes::Ends::{Fails, Works};
use crate::support::model_modes::*;
use crate::support::sse::Reading;
use crate::support::{TestApp, app, eventually};

pub(crate) const ANSWER: &str =
    "I led the move of our billing to a queue because the nightly batch failed.";
/// Three of these are longer than the longest silence that is allowed.
pub(crate) const PAUSE: Duration = Duration::from_millis(2_000);

macro_rules! modes {
    ($($provider:ident $name:literal => $ends:expr, $play:expr;)*) => {
        [$(Mode { name: $name, provider: $provider, ends: $ends, play: $play }),*]
    };
}
pub(crate) use modes;

fn fenced(text: &str) -> String {
    if text.starts_with('{') {
        format!("Here is the JSON:\n```json\n{text}\n```\nI hope it helps!")
    } else {
        text.to_owned()
    }
}

pub(crate) fn refused_unless(fine: bool, message: &str, answer: &str) -> Played {
    if fine {
        events(&openai(answer))
    } else {
        error(400, "unsupported_parameter", message)
    }
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn works() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "well-behaved" => Works, |a| events(&openai(&a.answer));
        OpenAi "600 tokens of thinking count as output" => Works, |a| if a.limit() < 1_100 {
            events(&openai_ending("", "length"))
        } else { events(&openai(&a.answer)) };
        OpenAi "max_tokens refused" => Works, |a| refused_unless(!a.has("max_tokens"),
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", &a.answer);
        OpenAi "unknown fields forbidden (FastAPI)" => Works, |a| if a.has("stream_options") {
            refusal(422, &json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted", "input": {"include_usage": true}}]}))
        } else { events(&openai(&a.answer)) };
        OpenAi "json_schema refused, json_object taken (DeepSeek)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" {
            error(400, "invalid_request_error", "This response_format type is unavailable now")
        } else { events(&openai(&a.answer)) };
        OpenAi "no response_format at all" => Works, |a| refused_unless(!a.has("response_format"), "Unrecognized request argument supplied: response_format", &a.answer);
        OpenAi "response_format answered with 404" => Works, |a| if a.has("response_format") {
            error(404, "not_found", "No endpoints found that support response_format")
        } else { events(&openai(&a.answer)) };
        OpenAi "a keyword of the schema refused (Groq)" => Works, |a| refused_unless(!a.body.to_string().contains("maxLength"),
            "invalid JSON schema for response_format: 'next_line': /properties/line: 'maxLength' is not supported", &a.answer);
        OpenAi "response_format ignored: a fence and words around it" => Works, |a| events(&openai(&fenced(&a.answer)));
        OpenAi "an array around the object" => Works, |a| events(&openai(&if a.is_object() { format!("[{}]", a.answer) } else { a.answer.clone() }));
        OpenAi "the object twice" => Works, |a| events(&openai(&if a.is_object() { a.answer.repeat(2) } else { a.answer.clone() }));
        OpenAi "a trailing comma" => Works, |a| events(&openai(&a.answer.replace("\"}", "\",}")));
        OpenAi "a raw line break in a string" => Works, |a| events(&openai(&a.answer.replace("How did", "Well.\nHow did")));
        OpenAi "a byte order mark" => Works, |a| events(&format!("\u{feff}{}", openai(&a.answer)));
        OpenAi "keys in another case" => Works, |a| events(&openai(&a.answer.replace("\"action\"", "\"Action\"").replace("\"line\"", "\"Line\"")));
        OpenAi "the line before the action" => Works, |a| events(&openai(&if a.is_decision() {
            r#"{"line": "How did you decide?", "topic": "decisions", "action": "new_question"}"#.to_owned()
        } else { a.answer.clone() }));
        OpenAi "an answer as arguments of a tool call" => Works, |a| if a.is_object() {
            let call = json!({"content": null, "tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "next_line", "arguments": a.answer}}]});
            events(&(chunk(&call, None) + &chunk(&json!({}), Some("tool_calls")) + "data: [DONE]\n\n"))
        } else { events(&openai(&a.answer)) };
        OpenAi "thinking in tags" => Works, |a| events(&openai(&format!("<think>\nShould I end it? {{\"action\": \"end\"}}\n</think>\n\n{}", a.answer)));
        OpenAi "empty thinking in tags" => Works, |a| events(&openai(&format!("<think>\n\n</think>\n\n{}", a.answer)));
        OpenAi "thinking whose tag the template opened" => Works, |a| events(&openai(&format!("I wonder what to ask. </think>\n{}", a.answer)));
        OpenAi "thinking in square tags (Magistral)" => Works, |a| events(&openai(&format!("[THINK]Hm, I wonder.[/THINK]{}", a.answer)));
        OpenAi "thinking cut off at the limit" => Works, |a| if a.limit() < 1_500 {
            events(&openai_ending("<think>I wonder and wonder", "length"))
        } else { events(&openai(&a.answer)) };
        OpenAi "reasoning_content (DeepSeek)" => Works, |a| events(&(chunk(&json!({"content": null, "reasoning_content": "I wonder."}), None) + &openai(&a.answer)));
        OpenAi "reasoning (OpenRouter, vLLM)" => Works, |a| events(&(chunk(&json!({"content": "", "reasoning": "I wonder."}), None) + &openai(&a.answer)));
        OpenAi "thinking as a part of the content (Mistral)" => Works, |a| {
            let thinking = json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "I wonder."}]}]});
            events(&(chunk(&thinking, None) + &openai(&a.answer)))
        };
        OpenAi "effort refused once it is known to think" => Works, |a| if a.body["reasoning_effort"] == "none" {
            error(400, "unsupported_value", "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'low', 'medium', and 'high'.")
        } else { events(&(chunk(&json!({"reasoning": "I wonder."}), None) + &openai(&a.answer))) };
        OpenAi "comments while it works (OpenRouter)" => Works, |a| slow_events(&[": OPENROUTER PROCESSING\n\n", ": OPENROUTER PROCESSING\n\n", &openai(&a.answer)], PAUSE);
        OpenAi "empty chunks while it works" => Works, |a| {
            let empty = chunk(&json!({"content": ""}), None);
            slow_events(&[&empty, &empty, &openai(&a.answer)], PAUSE)
        };
        OpenAi "no [DONE]" => Works, |a| events(&openai(&a.answer).replace("data: [DONE]\n\n", ""));
        OpenAi "no finish_reason" => Works, |a| events(&(said(&a.answer) + "data: [DONE]\n\n"));
        OpenAi "neither, and no empty line at the end" => Works, |a| events(said(&a.answer).trim_end());
        OpenAi "error: null in each chunk" => Works, |a| events(&openai(&a.answer).replace("{\"id\":\"c\"", "{\"error\":null,\"id\":\"c\""));
        OpenAi "lines that end in CR LF" => Works, |a| events(&openai(&a.answer).replace('\n', "\r\n"));
        OpenAi "data: without a space" => Works, |a| events(&openai(&a.answer).replace("data: ", "data:"));
        OpenAi "a plain JSON body" => Works, |a| at_once(response("1.1", 200, "content-type: application/json\r\n", &openai_body(&a.answer)));
        OpenAi "a JSON body that says it is a stream" => Works, |a| at_once(response("1.1", 200, "content-type: text/event-stream\r\n", &openai_body(&a.answer)));
        OpenAi "a stream that says it is JSON" => Works, |a| at_once(response("1.1", 200, "content-type: application/json\r\n", openai(&a.answer).as_bytes()));
        OpenAi "gzip that nobody asked for" => Works, |a| at_once(response("1.1", 200, "content-type: text/event-stream\r\ncontent-encoding: gzip\r\n", &gzipped(openai(&a.answer).as_bytes())));
        OpenAi "HTTP/1.0" => Works, |a| at_once(response("1.0", 200, "content-type: text/event-stream\r\n", openai(&a.answer).as_bytes()));
        OpenAi "no usage" => Works, |a| events(&openai(&a.answer).replace(&usage(), ""));
        OpenAi "usage: null, counts as text" => Works, |a| events(&openai(&a.answer).replace(&usage(), "data: {\"choices\": [], \"usage\": {\"prompt_tokens\": \"11\", \"completion_tokens\": null}}\n\ndata: {\"choices\": [], \"usage\": null}\n\n"));
        OpenAi "no system message taken" => Works, |a| refused_unless(a.body["messages"][0]["role"] != "system", "System role not supported", &a.answer);
        OpenAi "the limit is too high" => Works, |a| refused_unless(a.limit() <= 400, "max_tokens is too large: 500. This model supports at most 400 completion tokens, whereas you provided 500.", &a.answer);
        OpenAi "json_validate_failed once (Groq)" => Works, |a| if a.before == 1 {
            error(400, "json_validate_failed", "Failed to generate JSON. Please adjust your prompt.")
        } else { events(&openai(&a.answer)) };
        OpenAi "loading the model (llama.cpp)" => Works, |a| if a.before == 0 {
            refusal(503, &json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}))
        } else { events(&openai(&a.answer)) };
        OpenAi "an error with a code in the stream" => Works, |a| if a.before == 1 {
            events("data: {\"error\": {\"code\": 502, \"message\": \"Provider returned error\"}, \"choices\": [{\"delta\": {\"content\": \"\"}, \"finish_reason\": \"error\"}]}\n\n")
        } else { events(&openai(&a.answer)) };
        OpenAi "a line cut at the limit, in its second sentence" => Works, |a| if a.is_object() {
            events(&openai(&a.answer))
        } else { events(&openai_ending(&format!("{} And then I would like to", a.answer), "length")) };
        OpenAi "template marks in the text" => Works, |a| events(&openai(&format!("{}<|im_end|>", a.answer)));
        OpenAi "an unknown end" => Works, |a| events(&openai_ending(&a.answer, "eos_token"));
        Anthropic "well-behaved, by Anthropic's API" => Works, |a| events(&anthropic("", &a.answer, "end_turn"));
        Anthropic "thinking blocks and pings" => Works, |a| {
            let thinking = "event: ping\ndata: {\"type\": \"ping\"}\n\nevent: content_block_start\ndata: {\"type\": \"content_block_start\", \"index\": 0, \"content_block\": {\"type\": \"thinking\", \"thinking\": \"\"}}\n\nevent: content_block_delta\ndata: {\"type\": \"content_block_delta\", \"index\": 0, \"delta\": {\"type\": \"thinking_delta\", \"thinking\": \"I wonder.\"}}\n\n";
            events(&anthropic(thinking, &a.answer, "end_turn"))
        };
        Anthropic "no structured outputs: a forced tool" => Works, |a| if a.has("output_config") {
            anthropic_error(400, "invalid_request_error", "output_config: Extra inputs are not permitted")
        } else if a.has("tool_choice") {
            let start = "event: content_block_start\ndata: {\"type\": \"content_block_start\", \"index\": 0, \"content_block\": {\"type\": \"tool_use\", \"id\": \"t\", \"name\": \"next_line\", \"input\": {}}}\n\n";
            let piece = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": a.answer}});
            events(&anthropic(&format!("{start}event: content_block_delta\ndata: {piece}\n\n"), "", "tool_use"))
        } else { events(&anthropic("", &a.answer, "end_turn")) };
        Anthropic "no cache_control taken" => Works, |a| if a.body.to_string().contains("cache_control") {
            anthropic_error(400, "invalid_request_error", "system.0.cache_control: Extra inputs are not permitted")
        } else { events(&anthropic("", &a.answer, "end_turn")) };
        Anthropic "max_tokens without a word" => Works, |a| if a.limit() < 1_100 {
            events(&anthropic("", "", "max_tokens"))
        } else { events(&anthropic("", &a.answer, "end_turn")) };
        Anthropic "the window is full in the middle of a line" => Works, |a| if a.is_object() {
            events(&anthropic("", &a.answer, "end_turn"))
        } else { events(&anthropic("", &format!("{} And then", a.answer), "model_context_window_exceeded")) };
        Anthropic "overloaded in the stream" => Works, |a| if a.before == 1 {
            events("event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}\n\n")
        } else { events(&anthropic("", &a.answer, "end_turn")) };
        Anthropic "a whole message instead of a stream" => Works, |a| at_once(response("1.1", 200, "content-type: application/json\r\n",
            json!({"type": "message", "content": [{"type": "text", "text": a.answer}], "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}).to_string().as_bytes()));
    };
    modes.into()
}

fn fails() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "401" => Fails("model_key_rejected"), |_| error(401, "invalid_api_key", "Incorrect API key provided: sk-the-****-key.");
        OpenAi "403" => Fails("model_key_rejected"), |_| error(403, "permission_denied", "You are not allowed to do this.");
        OpenAi "402 (DeepSeek)" => Fails("model_credit_exhausted"), |_| error(402, "invalid_request_error", "Insufficient Balance");
        OpenAi "429 that will not pass" => Fails("model_credit_exhausted"), |_| error(429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.");
        OpenAi "an unknown model" => Fails("model_not_found"), |_| error(404, "model_not_found", "The model `gone` does not exist or you do not have access to it.");
        OpenAi "an unknown model (Ollama)" => Fails("model_not_found"), |_| error(404, "", "model \"gone\" not found, try pulling it first");
        OpenAi "a model that was ended (Groq)" => Fails("model_not_found"), |_| error(400, "model_decommissioned", "The model `gone` has been decommissioned and is no longer supported.");
        OpenAi "an unknown deployment (Azure)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}}));
        OpenAi "a prompt that is too long" => Fails("model_context_exceeded"), |_| error(400, "context_length_exceeded", "This model's maximum context length is 512 tokens. However, your messages resulted in 900 tokens.");
        OpenAi "a prompt that is too long (llama.cpp)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"error": {"code": 400, "message": "the request exceeds the available context size (512 tokens)", "type": "exceed_context_size_error", "n_ctx": 512}}));
        OpenAi "a redirect" => Fails("model_refused_request"), |_| at_once(response("1.1", 308, "location: /elsewhere\r\n", b""));
        OpenAi "a page that is not there" => Fails("model_refused_request"), |_| at_once(response("1.1", 404, "content-type: text/html\r\n", b"<html><title>404 Not Found</title></html>"));
        OpenAi "400 for an unknown reason" => Fails("model_refused_request"), |_| error(400, "bad", "Something is wrong.");
        OpenAi "too little memory (Ollama)" => Fails("model_refused_request"), |_| refusal(500, &json!({"error": "model requires more system memory (9.9 GiB) than is available (7.1 GiB)"}));
        OpenAi "401 in a stream" => Fails("model_key_rejected"), |_| events("data: {\"error\": {\"code\": 401, \"message\": \"No auth credentials found\"}}\n\n");
        OpenAi "an error as a body with 200" => Fails("model_not_found"), |_| refusal(200, &json!({"object": "error", "message": "The model `gone` does not exist.", "code": 404}));
        Anthropic "401, by Anthropic's API" => Fails("model_key_rejected"), |_| anthropic_error(401, "authentication_error", "invalid x-api-key");
        Anthropic "no credit" => Fails("model_credit_exhausted"), |_| anthropic_error(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.");
        Anthropic "an unknown model, by Anthropic's API" => Fails("model_not_found"), |_| anthropic_error(404, "not_found_error", "model: gone");
        Anthropic "too long, by Anthropic's API" => Fails("model_context_exceeded"), |_| anthropic_error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum");
    };
    modes.into()
}

async fn service(mode: &Mode) -> (TestApp, ModeServer) {
    let server = ModeServer::start(mode.play).await;
    let (url, provider) = (server.url.clone(), mode.provider);
    let mut config = app::config(crate::support::stack());
    let mut llm = app::llm(&url, provider);
    llm.first_token_timeout = Duration::from_secs(5);
    llm.token_timeout = Duration::from_secs(5);
    config.llm = Some(llm);
    (TestApp::configured(config), server)
}

/// Plays one interview of two questions, its second answer by events; what went wrong, if anything.
async fn interview(mode: Mode) -> Result<(), String> {
    let (app, server) = service(&mode).await;
    let guest = app.guest();
    let session = guest.create(&json!({"target_question_count": 2})).await;
    let started = guest
        .act("/agent/start_interview", session, &json!({}))
        .await;
    let told = |what: &str, answer: &dyn std::fmt::Debug| {
        Err(format!("{}: {what}: {answer:?}", mode.name))
    };
    if let Fails(code) = mode.ends {
        let fine = started.body["code"] == code && started.body["retryable"] == false;
        if !fine || server.asked() != 1 {
            return told(
                &format!("{code} after {} requests", server.asked()),
                &started,
            );
        }
        return Ok(());
    }
    if started.status != 200 {
        return told("the start", &started);
    }
    let question = guest.send(session, ANSWER).await;
    if question.body["response_type"] != "question" {
        return told("the question", &question);
    }
    let response = guest
        .request(Method::POST, "/agent/send_message")
        .header("accept", "text/event-stream")
        .header("x-session-id", session.to_string())
        .json(&json!({"message": ANSWER}))
        .send()
        .await
        .expect("an answer");
    let events = Reading::new(response).rest().await;
    let closing = events
        .last()
        .map(|event| event.data["response_type"].clone());
    if closing != Some(json!("closing")) {
        return told("the closing", &events);
    }
    let lines = [
        &started.body,
        &question.body,
        &events.last().expect("the closing").data,
    ]
    .map(|line| line["content"].to_string())
    .join(" ");
    // Thinking is not even seen for a moment; what was cut off is withdrawn.
    let seen = format!("{lines} {events:?}");
    if ["wonder", "think>", "<|"]
        .iter()
        .any(|leak| seen.contains(leak))
        || lines.contains("And then")
    {
        return told("a leak", &seen);
    }
    // The coach asks the same server.
    let feedback = async || guest.read("/agent/per_turn_feedback", session).await.body[0].clone();
    eventually("there is feedback, or none", async || {
        feedback().await["status"] != "pending"
    })
    .await;
    match feedback().await {
        feedback if feedback["status"] == "ready" => Ok(()),
        other => told("the feedback", &other),
    }
}

pub(crate) async fn all(modes: Vec<Mode>) {
    let interviews = futures_util::stream::iter(modes.into_iter().map(interview));
    let told: Vec<Result<(), String>> = interviews.buffer_unordered(4).collect().await;
    let wrong: Vec<String> = told.into_iter().filter_map(Result::err).collect();
    assert!(
        wrong.is_empty(),
        "{} modes:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A service that is stopped waits for its requests: the servers must go on meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn interviews_are_held_with_every_server_that_can_hold_one() {
    all(works()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn what_can_not_work_says_why_after_one_request() {
    all(fails()).await;
}

/// A configuration of the service with its model behind `server`.
pub(crate) fn behind(server: &ModeServer, change: impl FnOnce(&mut LlmConfig)) -> TestApp {
    let mut config = app::config(crate::support::stack());
    let mut llm = app::llm(&server.url, OpenAi);
    change(&mut llm);
    config.llm = Some(llm);
    TestApp::configured(config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_models_name_goes_out_as_it_was_written() {
    for name in [
        "mistral-medium",
        "qwen-max",
        "azure/gpt-5.1",
        "o3-mini-high",
        "anthropic::claude",
        "my deployment",
    ] {
        let server = ModeServer::start(|a| {
            let model = a.body["model"].as_str().unwrap_or_default();
            events(&openai(&format!("Are you {model}?")))
        })
        .await;
        let app = behind(&server, |llm| llm.interviewer.name = Some(name.to_owned()));
        let guest = app.guest();
        let session = guest.create(&json!({})).await;
        let line = guest
            .act("/agent/start_interview", session, &json!({}))
            .await;
        assert_eq!(line.body["content"], format!("Are you {name}?"));
        assert_eq!(server.asked(), 1, "nothing was refused on the way");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn azure_is_asked_by_its_own_header_and_query() {
    let server = ModeServer::start(|a| {
        let path = "/openai/deployments/mine/chat/completions?api-version=2025-01-01";
        let keyed = a
            .headers
            .get("api-key")
            .is_some_and(|key| key == "sk-the-secret-key");
        if a.path == path && keyed && !a.headers.contains_key("authorization") {
            events(&openai(&a.answer))
        } else {
            error(404, "404", "Resource not found")
        }
    })
    .await;
    let base = format!(
        "{}/openai/deployments/mine/?api-version=2025-01-01",
        server.url
    );
    let app = behind(&server, |llm| llm.base_url = base.parse().expect("a URL"));
    let guest = app.guest();
    guest.started(&json!({})).await;
}

#[tokio::test]
async fn without_a_name_the_model_is_one_that_the_server_lists() {
    let server = crate::support::ModelServer::start();
    let mut config = app::llm(&server.url, OpenAi);
    config.interviewer.name = None;
    let (interviewer, coach) = Llm::connect(&config).await.expect("a usable model");
    assert_eq!(
        (interviewer.name(), coach.name()),
        ("openai/stand-in", "openai/stand-in")
    );
    // Nobody lists anything: the first choice is taken, and whoever uses it is told if it is not there.
    config.base_url = "http://127.0.0.1:1/v1/".parse().expect("a URL");
    let (interviewer, _) = Llm::connect(&config).await.expect("a usable model");
    assert!(
        interviewer.name().starts_with("openai/gpt-"),
        "{}",
        interviewer.name()
    );
}
