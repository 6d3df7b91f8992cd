//! OpenAI's chat completions (<https://platform.openai.com/docs/api-reference/chat>) and what compatible servers
//! make of them.

use serde_json::{Value, json};

use super::{Ask, Delta, Finish, Wire, content, conversation, count, finish};
use crate::Usage;
use crate::capabilities::Structured;
use crate::config::Effort;
use crate::schema::without;

pub(super) struct ChatCompletions;

impl Wire for ChatCompletions {
    fn path(&self) -> &'static str {
        "chat/completions"
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let known = ask.known;
        let mut body = json!({"model": ask.model, "messages": messages(ask)});
        let mut put = |field: &str, value: Value| {
            if known.takes(field) {
                body[field] = value;
            }
        };
        put("stream", true.into());
        if known.takes("stream") {
            put("stream_options", json!({"include_usage": true}));
        }
        if let Some(name) = known.limit_name() {
            put(name, ask.limit.into());
        }
        if let Some(temperature) = ask.prompt.temperature {
            put("temperature", json!(temperature));
        }
        if let Some(effort) = ask.effort {
            put("reasoning_effort", effort.name().into());
            if ask.local && effort == Effort::None {
                // llama.cpp and vLLM turn thinking off by the model's template.
                put("chat_template_kwargs", json!({"enable_thinking": false}));
            }
        }
        if let Some((name, schema)) = &ask.prompt.schema {
            match known.structured {
                Structured::Schema => {
                    let schema = without(schema, &known.refused_keywords);
                    body["response_format"] = json!({"type": "json_schema",
                        "json_schema": {"name": name, "strict": true, "schema": schema}});
                }
                Structured::JsonObject => body["response_format"] = json!({"type": "json_object"}),
                Structured::Tool | Structured::Prompt => {}
            }
        }
        body
    }

    fn read(&self, message: &Value) -> Delta {
        let choice = &message["choices"][0];
        // A server that does not stream sends `message`; one that mixes them up may send both.
        let said = [&choice["delta"], &choice["message"]]
            .into_iter()
            .find(|said| said.is_object())
            .unwrap_or(&Value::Null);
        let (mut text, in_parts) = content(&said["content"]);
        if text.is_empty() {
            text = content(&choice["text"]).0;
        }
        if text.is_empty() {
            text = arguments(said);
        }
        let filled = |name: &str| said[name].as_str().is_some_and(|text| !text.is_empty());
        let thought = in_parts
            || filled("reasoning")
            || filled("reasoning_content")
            || filled("thinking")
            || said["reasoning_details"]
                .as_array()
                .is_some_and(|details| !details.is_empty());
        let finish = if filled("refusal") {
            Some(Finish::Refused)
        } else {
            // OpenRouter's provider may have given up behind a benign end.
            finish(&choice["native_finish_reason"])
                .filter(|native| *native == Finish::Failed)
                .or_else(|| finish(&choice["finish_reason"]))
        };
        let counted = &message["usage"];
        let reasoned = count(&counted["completion_tokens_details"]["reasoning_tokens"]);
        Delta {
            text,
            thought: thought || reasoned > 0,
            finish,
            usage: usage(counted, &message["x_groq"]["usage"]),
        }
    }
}

/// Instructions first, as the server takes them.
fn messages(ask: &Ask<'_>) -> Vec<Value> {
    let mut messages = conversation(ask.prompt);
    let system = &ask.prompt.system;
    match messages.first_mut() {
        Some(first) if ask.known.system_in_user => {
            let text = first["content"].as_str().unwrap_or_default();
            first["content"] = format!("{system}\n\n{text}").into();
        }
        _ => messages.insert(0, json!({"role": "system", "content": system})),
    }
    messages
}

/// The arguments of a call that the model made instead of answering.
fn arguments(said: &Value) -> String {
    let call = &said["tool_calls"][0]["function"]["arguments"];
    let arguments = if call.is_null() {
        &said["function_call"]["arguments"]
    } else {
        call
    };
    match arguments {
        Value::String(text) => text.clone(),
        Value::Object(_) => arguments.to_string(),
        _ => String::new(),
    }
}

fn usage(counted: &Value, otherwise: &Value) -> Usage {
    let counted = if counted.is_object() {
        counted
    } else {
        otherwise
    };
    Usage {
        input_tokens: count(&counted["prompt_tokens"]),
        // OpenAI's name for what was read from the cache, and DeepSeek's.
        cached_input_tokens: count(&counted["prompt_tokens_details"]["cached_tokens"])
            .max(count(&counted["prompt_cache_hit_tokens"])),
        output_tokens: count(&counted["completion_tokens"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &Value) -> Delta {
        ChatCompletions.read(message)
    }

    #[test]
    fn text_is_found_where_servers_put_it() {
        for message in [
            json!({"choices": [{"delta": {"content": "Why?"}}]}),
            json!({"choices": [{"delta": {"content": [{"type": "text", "text": "Why?"}]}}]}),
            json!({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Why?"}]}}]}),
            json!({"choices": [{"message": {"role": "assistant", "content": "Why?"}, "finish_reason": "stop"}]}),
            json!({"choices": [{"delta": {"content": null, "tool_calls": [{"function": {"arguments": "Why?"}}]}}]}),
            json!({"choices": [{"text": "Why?"}]}),
        ] {
            assert_eq!(read(&message).text, "Why?", "{message}");
        }
    }

    #[test]
    fn thinking_is_no_text() {
        for said in [
            json!({"reasoning": "Hm."}),
            json!({"reasoning_content": "Hm.", "content": null}),
            json!({"content": [{"type": "thinking", "thinking": "Hm."}]}),
        ] {
            let delta = read(&json!({"choices": [{"delta": said}]}));
            assert_eq!((delta.text.as_str(), delta.thought), ("", true));
        }
    }

    #[test]
    fn usage_is_read_wherever_it_stands() {
        let delta = read(
            &json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3.0,
            "prompt_tokens_details": {"cached_tokens": 4}}}),
        );
        let expected = Usage {
            input_tokens: 9,
            cached_input_tokens: 4,
            output_tokens: 3,
        };
        assert_eq!(delta.usage, expected);
        assert_eq!(
            read(&json!({"choices": [], "usage": null})),
            Delta::default()
        );
    }

    #[test]
    fn ends_are_told_apart() {
        let finish = |reason: Value| {
            read(&json!({"choices": [{"delta": {}, "finish_reason": reason}]})).finish
        };
        assert_eq!(finish(Value::Null), None);
        assert_eq!(finish("stop".into()), Some(Finish::Stop));
        assert_eq!(finish("length".into()), Some(Finish::Length));
        assert_eq!(finish("content_filter".into()), Some(Finish::Refused));
        assert_eq!(finish("error".into()), Some(Finish::Failed));
        let refused = read(&json!({"choices": [{"delta": {"refusal": "I can't."}}]}));
        assert_eq!(refused.finish, Some(Finish::Refused));
    }
}
