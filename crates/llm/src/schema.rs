//! What a server's structured output understands of JSON Schema.

use std::collections::BTreeSet;

use serde_json::Value;

/// The schema without the keywords that the server refuses. Names of properties are not keywords.
pub(crate) fn without(schema: &Value, refused: &BTreeSet<&'static str>) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(name, value)| !(is_keyword(value) && refused.contains(name.as_str())))
            .map(|(name, value)| (name.clone(), without(value, refused)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| without(item, refused)).collect(),
        other => other.clone(),
    }
}

/// A property's schema is an object; what a keyword says is not, in the keywords that are ever left out.
fn is_keyword(value: &Value) -> bool {
    !value.is_object()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_keywords_are_left_out() {
        let schema =
            json!({"properties": {"maxItems": {"type": "array", "maxItems": 3, "enum": [1]}}});
        assert_eq!(
            without(&schema, &BTreeSet::from(["maxItems", "enum"])),
            json!({"properties": {"maxItems": {"type": "array"}}})
        );
        assert_eq!(without(&schema, &BTreeSet::new()), schema);
    }
}
