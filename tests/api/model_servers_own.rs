//! Model servers of one's own as their users reported them. What a mode names in brackets is the server and, where
//! it is known, the report (`repository#number`).

use llm::LlmProvider::{Anthropic, OpenAi};
use serde_json::json;

use crate::model_servers::{PAUSE, all, modes, refused_unless};
use crate::support::model_modes::Ends::{Fails, Works};
use crate::support::model_modes::*;

const PLAIN: &str = "content-type: text/plain\r\n";
const SSE: &str = "content-type: text/event-stream\r\n";

fn answered(a: &Asked) -> Played {
    events(&openai(&a.answer))
}

fn once(a: &Asked, failure: Played) -> Played {
    if a.before == 1 { failure } else { answered(a) }
}

fn said_as(text: &str) -> Played {
    events(&openai(text))
}

/// All of it as thinking.
fn only_thought(text: &str) -> Played {
    events(
        &(chunk(&json!({"content": null, "reasoning_content": text}), None)
            + &openai_ending("", "stop")),
    )
}

/// As vLLM refuses a limit for which its window has no room beside 3,900 tokens of the prompt.
fn no_room(a: &Asked, message: impl Fn(u64) -> String) -> Played {
    let limit = a.limit();
    if 3_900 + limit <= 4_096 {
        return answered(a);
    }
    refusal(
        400,
        &json!({"object": "error", "message": message(limit), "type": "BadRequestError", "param": null, "code": 400}),
    )
}

fn works() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "less room than asked for (vllm#20409)" => Works, |a| no_room(a, |limit| format!("This model's maximum context length is 4096 tokens. However, you requested {} tokens (3900 in the messages, {limit} in the completion). Please reduce the length of the messages or completion.", 3_900 + limit));
        OpenAi "less room than asked for (vLLM, later)" => Works, |a| no_room(a, |limit| format!("'max_tokens' or 'max_completion_tokens' is too large: {limit}. This model's maximum context length is 4096 tokens and your request has 3900 input tokens ({limit} > 4096 - 3900)."));
        OpenAi "less room than asked for (vLLM, later still)" => Works, |a| no_room(a, |limit| format!("You passed 3900 input tokens and requested {limit} output tokens. However, the model's context length is only 4096 tokens, resulting in a maximum input length of {} tokens. Please reduce the length of the input prompt.", 4_096_u64.saturating_sub(limit)));
        OpenAi "less room than asked for (Roo-Code#6806, SGLang)" => Works, |a| no_room(a, |limit| format!("Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of {} tokens: 3900 tokens from the input messages and {limit} tokens for the completion.", 3_900 + limit));
        OpenAi "less room than asked for (TGI, 422)" => Works, |a| if 3_900 + a.limit() <= 4_096 { answered(a) } else {
            refusal(422, &json!({"error": format!("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3900 `inputs` tokens and {} `max_new_tokens`", a.limit()), "error_type": "validation"}))
        };
        OpenAi "less room than asked for, with 200 (text-generation-inference#2749)" => Works, |a| if 3_900 + a.limit() <= 4_096 { answered(a) } else {
            events(&format!("data: {}\n\n", json!({"error": {"message": format!("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3900 `inputs` tokens and {} `max_new_tokens`", a.limit()), "http_status_code": 422}})))
        };
        OpenAi "a variant that is unknown, a field that is missing (TGI)" => Works, |a| match a.body["response_format"]["type"].as_str() {
            Some("json_schema") => at_once(response("1.1", 422, PLAIN, b"Failed to deserialize the JSON body into the target type: response_format: unknown variant `json_schema`, expected one of `json`, `json_object`, `regex` at line 1 column 300")),
            Some(_) => at_once(response("1.1", 422, PLAIN, b"Failed to deserialize the JSON body into the target type: response_format: missing field `value` at line 1 column 300")),
            None => answered(a),
        };
        OpenAi "the schema has features that are not supported (vllm#26421)" => Works, |a| if a.has("response_format") { refusal(400, &json!({"error": {"message": "The provided JSON schema contains features not supported by xgrammar.", "type": "BadRequestError", "param": null, "code": 400}})) } else { answered(a) };
        OpenAi "a request that is invalid (sglang#20467)" => Works, |a| if a.has("response_format") { refusal(400, &json!({"object": "error", "message": "Failed to compile the json: Invalid type", "type": "BadRequestError", "code": 400})) } else { answered(a) };
        OpenAi "a schema refused with 500 (Ollama)" => Works, |a| if a.body["response_format"]["type"] == "json_schema" { refusal(500, &json!({"error": "invalid JSON schema in format"})) } else { answered(a) };
        OpenAi "content null when thinking is turned off (vllm#17609)" => Works, |a| if a.body["reasoning_effort"] == "none" || a.has("chat_template_kwargs") { only_thought("I wonder.") } else {
            events(&(chunk(&json!({"reasoning_content": "I wonder."}), None) + &openai(&a.answer)))
        };
        OpenAi "all of it is thinking until that is turned off (ollama#15288, mlx-lm#1361)" => Works, |a| if a.body["reasoning_effort"] == "none" { answered(a) } else { only_thought("I wonder.") };
        OpenAi "the object in the thinking while a grammar is set (vllm#50948)" => Works, |a| if a.has("response_format") { only_thought("{\"action\": \"I wonder\"}") } else { answered(a) };
        OpenAi "a channel for the answer with its type (gpt-oss)" => Works, |a| said_as(&format!("<|channel|>analysis<|message|>I wonder.<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{}<|return|>", a.answer));
        OpenAi "an answer in the wrong channel (TensorRT-LLM#9256)" => Works, |a| said_as(&format!("<|channel|>commentary<|message|>{}<|end|>", a.answer));
        OpenAi "thinking in its own channel (odysseus#2225, Gemma 4)" => Works, |a| said_as(&format!("<|channel>thought\nI wonder.<channel|>{}", a.answer));
        OpenAi "an empty channel of thinking (Gemma 4)" => Works, |a| said_as(&format!("<|channel>thought\n<channel|>{}<turn|>", a.answer));
        OpenAi "an answer between marks (Command A)" => Works, |a| said_as(&format!("<|START_THINKING|>I wonder.<|END_THINKING|><|START_RESPONSE|>{}<|END_RESPONSE|>", a.answer));
        OpenAi "a parser that fails, once (llama.cpp)" => Works, |a| once(a, refusal(500, &json!({"error": {"code": 500, "message": "Failed to parse input at pos 0: {\"action\"", "type": "server_error"}})));
        OpenAi "no thinking beside a grammar (llama.cpp)" => Works, |a| refused_unless(!(a.has("response_format") && a.body["chat_template_kwargs"]["enable_thinking"] != false), "Unable to generate parser for this template. Automatic parser generation failed", &a.answer);
        OpenAi "the last message is the user's (llama.cpp#20861)" => Works, |a| refused_unless(a.body["messages"].as_array().and_then(|all| all.last()).is_some_and(|last| last["role"] == "user"), "Assistant response prefill is incompatible with enable_thinking.", &a.answer);
        OpenAi "the model was unloaded meanwhile (LM Studio)" => Works, |a| once(a, refusal(400, &json!({"error": "Model unloaded."})));
        OpenAi "the model was unloaded meanwhile, in the stream (LM Studio)" => Works, |a| once(a, events("event: error\ndata: {\"error\": {\"message\": \"Model is unloaded.\"}}\n\n"));
        OpenAi "the model has crashed (lmstudio-bug-tracker#1057)" => Works, |a| once(a, refusal(400, &json!({"error": "The model has crashed without additional information. (Exit code: 18446744072635812000)"})));
        OpenAi "a channel's error (mdc-ng#451, LM Studio)" => Works, |a| once(a, refusal(400, &json!({"error": "Channel Error"})));
        OpenAi "the runner has stopped (ollama#14093)" => Works, |a| once(a, refusal(500, &json!({"error": {"message": "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details", "type": "api_error", "param": null, "code": null}})));
        OpenAi "an error as a line in the stream (ollama#7668)" => Works, |a| once(a, at_once(response("1.1", 200, SSE, format!("{}{}\n", said("I wonder"), json!({"error": "an error was encountered while running the model: unexpected EOF"})).as_bytes())));
        OpenAi "an end that says it has only loaded (Ollama)" => Works, |a| if a.before == 1 { events(&openai_ending("", "load")) } else { answered(a) };
        OpenAi "the server is busy (KoboldCpp)" => Works, |a| once(a, refusal(503, &json!({"detail": {"msg": "Server is busy; please try again later.", "type": "service_unavailable"}})));
        OpenAi "keep-alives while it reads (MLX)" => Works, |a| slow_events(&[": keepalive 10/1000\n\n", ": keepalive 500/1000\n\n", &openai(&a.answer)], PAUSE);
        OpenAi "it does not stream (GPT4All)" => Works, |a| if a.body["stream"] == true { error(400, "", "'stream' is not supported") } else if a.has("response_format") { error(400, "", "Unrecognized request argument supplied: response_format") } else {
            at_once(response("1.1", 200, "content-type: application/json\r\n", &openai_body(&a.answer)))
        };
        OpenAi "an end said in each chunk (text-generation-webui)" => Works, |a| events(&openai(&a.answer).replace("\"finish_reason\":null", "\"finish_reason\":\"stop\""));
        OpenAi "an end that is an empty text until there is one" => Works, |a| events(&openai(&a.answer).replace("\"finish_reason\":null", "\"finish_reason\":\"\""));
        OpenAi "no system message, in a template's words (Gemma)" => Works, |a| if a.body["messages"][0]["role"] == "system" {
            refusal(500, &json!({"error": {"code": 500, "message": "\n------------\nWhile executing CallExpression at line 1:\n{{ raise_exception('System role not supported') }}\nError: Jinja Exception: System role not supported", "type": "server_error"}}))
        } else { answered(a) };
        OpenAi "numbers as text in the object, single quotes, a comment" => Works, |a| said_as(&if a.is_decision() { "{\n  // what comes next\n  'action': 'new_question',\n  'line': 'How did you decide?', 'topic': 7\n}".to_owned() } else { a.answer.clone() });
        Anthropic "the whole object as text behind thinking in tags (llama.cpp)" => Works, |a| events(&anthropic("", &format!("<think>I wonder.</think>{}", a.answer), "end_turn"));
        Anthropic "no room beside the prompt (vLLM)" => Works, |a| if 3_900 + a.limit() <= 4_096 { events(&anthropic("", &a.answer, "end_turn")) } else {
            anthropic_error(400, "BadRequestError", &format!("'max_tokens' or 'max_completion_tokens' is too large: {}. This model's maximum context length is 4096 tokens and your request has 3900 input tokens ({} > 4096 - 3900).", a.limit(), a.limit()))
        };
    };
    modes.into()
}

fn fails() -> Vec<Mode> {
    let modes = modes! {
        OpenAi "no template (vllm#39279)" => Fails("model_refused_request"), |_| refusal(400, &json!({"error": {"message": "As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.", "type": "BadRequestError", "param": null, "code": 400}}));
        OpenAi "the context is full, 500 (llama.cpp#19774)" => Fails("model_context_exceeded"), |_| refusal(500, &json!({"error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}}));
        OpenAi "the context is full, with 200 (textgen#7257)" => Fails("model_context_exceeded"), |_| refusal(200, &json!({"error": {"code": 400, "message": "the request exceeds the available context size. try increasing the context size or enable context shift", "type": "exceed_context_size_error", "n_prompt_tokens": 14429, "n_ctx": 512}}));
        OpenAi "the prompt is longer than the window (llama-cpp-python)" => Fails("model_context_exceeded"), |_| refusal(400, &json!({"error": {"message": "Requested tokens (2285) exceed context window of 2048", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}}));
        OpenAi "the prompt alone fills the window (vLLM)" => Fails("model_context_exceeded"), |a| refusal(400, &json!({"object": "error", "message": format!("This model's maximum context length is 4096 tokens. However, you requested {} tokens (5000 in the messages, {} in the completion). Please reduce the length of the messages or completion.", 5_000 + a.limit(), a.limit()), "code": 400}));
        OpenAi "an unknown model (LM Studio)" => Fails("model_not_found"), |_| error(400, "model_not_found", "Invalid model identifier \"gone\". Please specify a valid downloaded model (e.g. x/y).");
        OpenAi "too little memory to load (LM Studio)" => Fails("model_refused_request"), |_| refusal(400, &json!({"error": {"message": "Failed to load model \"x\". Error: Model loading was stopped due to insufficient system resources.", "type": "invalid_request_error"}}));
        OpenAi "no model is loaded (TabbyAPI)" => Fails("model_not_found"), |_| refusal(400, &json!({"error": {"message": "No models are currently loaded.", "trace": null}}));
        OpenAi "no model is loaded (Jan)" => Fails("model_not_found"), |_| refusal(409, &json!({"message": "Model has not been loaded, please load model into nitro"}));
        OpenAi "the model can't be loaded (LocalAI)" => Fails("model_refused_request"), |_| refusal(500, &json!({"error": {"code": 500, "message": "could not load model - all backends returned error: rpc error", "type": ""}}));
        OpenAi "an unknown model as plain text (Docker Model Runner)" => Fails("model_not_found"), |_| at_once(response("1.1", 404, PLAIN, b"error while getting model: model not found\n"));
        OpenAi "an unknown model (OpenVINO)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": "Mediapipe graph definition with requested name is not found"}));
        OpenAi "an unknown model (Foundry Local)" => Fails("model_not_found"), |_| refusal(400, &json!({"error": {"message": "Model gone was not found or is not loaded.", "code": "invalid_request"}}));
        OpenAi "a model that can't be fetched (MLX)" => Fails("model_not_found"), |_| refusal(404, &json!({"error": "404 Client Error. Repository Not Found for url: https://huggingface.co/api/models/gone/revision/main."}));
        OpenAi "a key that is not the server's (vLLM)" => Fails("model_key_rejected"), |_| refusal(401, &json!({"error": "Unauthorized"}));
        OpenAi "an interface that does not know the path (Open WebUI)" => Fails("model_refused_request"), |_| refusal(405, &json!({"detail": "Method Not Allowed"}));
    };
    modes.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn own_servers_that_can_hold_an_interview() {
    all(works()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn own_servers_that_can_not_say_why_after_one_request() {
    all(fails()).await;
}
