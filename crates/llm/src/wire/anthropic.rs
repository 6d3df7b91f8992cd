//! Anthropic's messages (<https://docs.anthropic.com/en/api/messages>).

use serde_json::{Value, json};

use super::{Ask, Delta, Wire, content, conversation, count, finish};
use crate::Usage;
use crate::capabilities::{EFFORT_FIELD, Structured};
use crate::config::Effort;
use crate::schema::without;

/// The least that thinking may be given.
const LEAST_THINKING: u32 = 1_024;

pub(super) struct Messages;

impl Wire for Messages {
    fn path(&self) -> &'static str {
        "messages"
    }

    fn body(&self, ask: &Ask<'_>) -> Value {
        let known = ask.known;
        let mut body = json!({
            "model": ask.model,
            "max_tokens": ask.limit,
            "system": ask.prompt.system,
            "messages": messages(ask),
            "stream": known.takes("stream"),
        });
        if known.takes("cache_control") {
            body["system"] = json!([cached(&ask.prompt.system)]);
        }
        let forced = ask.prompt.schema.is_some() && known.structured == Structured::Tool;
        // Neither a temperature nor a forced tool goes with thinking.
        let thinks = thinking_tokens(ask).filter(|_| !forced);
        if let Some(tokens) = thinks {
            body["thinking"] = json!({"type": "enabled", "budget_tokens": tokens});
            if known.adaptive_thinking {
                body["thinking"] = json!({"type": "adaptive"});
                if let Some(effort) = ask.effort.filter(|_| known.takes(EFFORT_FIELD)) {
                    body["output_config"]["effort"] = effort.max(Effort::Low).name().into();
                }
            }
        } else if let Some(temperature) = ask.prompt.temperature
            && known.takes("temperature")
        {
            body["temperature"] = json!(temperature);
        }
        if let Some((name, schema)) = &ask.prompt.schema {
            let schema = without(schema, &known.refused_keywords);
            match known.structured {
                Structured::Schema => {
                    body["output_config"]["format"] =
                        json!({"type": "json_schema", "schema": schema});
                }
                Structured::Tool => {
                    body["tools"] = json!([{"name": name, "description": "Takes the answer.",
                        "input_schema": schema}]);
                    body["tool_choice"] = json!({"type": "tool", "name": name});
                }
                Structured::JsonObject | Structured::Prompt => {}
            }
        }
        body
    }

    fn read(&self, message: &Value) -> Delta {
        match message["type"].as_str() {
            Some("message_start") => Delta {
                usage: usage(&message["message"]["usage"]),
                ..Delta::default()
            },
            Some("content_block_start") => block(&message["content_block"]),
            Some("content_block_delta") => block(&message["delta"]),
            Some("message_delta") => Delta {
                finish: finish(&message["delta"]["stop_reason"]),
                usage: usage(&message["usage"]),
                ..Delta::default()
            },
            // A whole answer.
            Some("message") => whole(message),
            _ => Delta::default(),
        }
    }
}

fn whole(message: &Value) -> Delta {
    let mut delta = Delta {
        finish: finish(&message["stop_reason"]),
        usage: usage(&message["usage"]),
        ..Delta::default()
    };
    for part in message["content"].as_array().into_iter().flatten() {
        let part = block(part);
        delta.text.push_str(&part.text);
        delta.thought |= part.thought;
    }
    delta
}

/// A block's beginning, or what is added to it.
fn block(part: &Value) -> Delta {
    let kind = part["type"].as_str().unwrap_or_default();
    let text = match kind {
        "text" | "text_delta" => content(&part["text"]).0,
        "input_json_delta" => content(&part["partial_json"]).0,
        // Filled in a whole answer; in a stream the pieces follow.
        "tool_use" => match &part["input"] {
            Value::Object(input) if !input.is_empty() => part["input"].to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    Delta {
        text,
        thought: kind.contains("thinking"),
        ..Delta::default()
    }
}

fn thinking_tokens(ask: &Ask<'_>) -> Option<u32> {
    let effort = ask.effort.filter(|effort| *effort > Effort::None)?;
    let tokens = effort.room().min(ask.limit / 2).max(LEAST_THINKING);
    (ask.known.takes("thinking") && tokens < ask.limit).then_some(tokens)
}

/// The conversation; what stays the same until the next turn ends with a mark for the provider's cache.
fn messages(ask: &Ask<'_>) -> Vec<Value> {
    let mut messages = conversation(ask.prompt);
    let said = messages
        .iter_mut()
        .rev()
        .find(|message| message["role"] == "assistant");
    if ask.known.takes("cache_control")
        && let Some(message) = said
    {
        let text = message["content"].as_str().unwrap_or_default().to_owned();
        message["content"] = json!([cached(&text)]);
    }
    messages
}

fn cached(text: &str) -> Value {
    json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}})
}

fn usage(counted: &Value) -> Usage {
    let cached = count(&counted["cache_read_input_tokens"]);
    Usage {
        // What came from the cache, or went into it, is not in the first count.
        input_tokens: count(&counted["input_tokens"])
            + cached
            + count(&counted["cache_creation_input_tokens"]),
        cached_input_tokens: cached,
        output_tokens: count(&counted["output_tokens"]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Finish;
    use super::*;

    #[test]
    fn a_stream_and_a_whole_answer_say_the_same() {
        let stream = [
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 5, "cache_read_input_tokens": 20, "output_tokens": 1}}}),
            json!({"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}}),
            json!({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm."}}),
            json!({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Why?"}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 7}}),
            json!({"type": "message_stop"}),
        ];
        let deltas: Vec<Delta> = stream
            .iter()
            .map(|message| Messages.read(message))
            .collect();
        let text: String = deltas.iter().map(|delta| delta.text.as_str()).collect();
        assert_eq!(text, "Why?");
        assert!(deltas[1].thought && deltas[2].thought && !deltas[4].thought);
        assert_eq!(deltas[0].usage.input_tokens, 25);
        assert_eq!(deltas[0].usage.cached_input_tokens, 20);
        assert_eq!(deltas[5].finish, Some(Finish::Length));
        let whole = Messages.read(
            &json!({"type": "message", "stop_reason": "end_turn", "content": [
            {"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Why?"}]}),
        );
        assert_eq!(
            (whole.text.as_str(), whole.finish),
            ("Why?", Some(Finish::Stop))
        );
    }

    #[test]
    fn a_forced_tool_is_an_answer() {
        let whole = Messages.read(&json!({"type": "message", "stop_reason": "tool_use",
            "content": [{"type": "tool_use", "name": "x", "input": {"a": 1}}]}));
        assert_eq!(whole.text, r#"{"a":1}"#);
        let piece = Messages.read(&json!({"type": "content_block_delta",
            "delta": {"type": "input_json_delta", "partial_json": "{\"a\""}}));
        assert_eq!(piece.text, "{\"a\"");
    }
}
