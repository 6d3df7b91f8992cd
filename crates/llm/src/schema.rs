//! What each provider's structured output understands of JSON Schema.

use serde_json::Value;

use crate::{LlmConfig, LlmProvider};

/// Bounds that are refused, or not known, by whom.
/// - Anthropic: <https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs>
/// - OpenAI: <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>; servers that
///   are compatible with it (llama.cpp, vLLM) know both.
fn refused(config: &LlmConfig) -> &'static [&'static str] {
    match config.provider {
        LlmProvider::Anthropic => &["maxLength", "maxItems"],
        LlmProvider::OpenAi if config.base_url.host_str() == Some("api.openai.com") => {
            &["maxLength"]
        }
        LlmProvider::OpenAi => &[],
    }
}

/// The schema without the bounds that the provider would refuse. They only keep answers short; what must
/// hold is checked when the answer is read.
pub(super) fn fitted(schema: &Value, config: &LlmConfig) -> Value {
    without(schema, refused(config))
}

fn without(schema: &Value, refused: &[&str]) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(name, value)| !(value.is_u64() && refused.contains(&name.as_str())))
            .map(|(name, value)| (name.clone(), without(value, refused)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| without(item, refused)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_bounds_are_left_out() {
        let schema = json!({"properties": {"maxItems": {"type": "array", "maxItems": 3}}});
        assert_eq!(
            without(&schema, &["maxItems"]),
            json!({"properties": {"maxItems": {"type": "array"}}})
        );
        assert_eq!(without(&schema, &[]), schema);
    }
}
