//! Reads the JSON that a model wrote: lenient about its form, as models are, and strict about what it says.

use serde_json::{Map, Value};

/// Characters that may stand before an object; a text that goes on longer holds none.
const LONGEST_PREAMBLE: usize = 400;

/// The first object of a text, as far as it has come: without what stands around it, with control characters in
/// its strings escaped and without trailing commas.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) text: String,
    /// Its last brace has come.
    pub(super) whole: bool,
}

/// The object that `text` holds or begins; `None` while there is none.
pub(super) fn object(text: &str) -> Option<Object> {
    let start = text
        .match_indices('{')
        .find_map(|(at, _)| begins(&text[at + 1..]).then_some(at))?;
    let mut tidy = Tidy::default();
    for letter in text[start..].chars() {
        tidy.take(letter);
        if tidy.depth == 0 {
            break;
        }
    }
    Some(Object {
        whole: tidy.depth == 0,
        text: tidy.text,
    })
}

/// Whether an object goes on so behind its brace: with a member, whose name may lack its quotes.
fn begins(rest: &str) -> bool {
    let rest = rest.trim_start();
    let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let name = after.len() < rest.len();
    rest.is_empty()
        || rest.starts_with(['"', '\'', '}'])
        || rest.starts_with("//")
        || rest.starts_with("/*")
        || (name && after.trim_start().starts_with(':'))
}

/// Whether the text went on for so long without an object that none will come.
pub(super) fn is_hopeless(text: &str) -> bool {
    object(text).is_none() && text.chars().count() > LONGEST_PREAMBLE
}

/// What was read of a text as JSON.
#[derive(Default)]
struct Tidy {
    text: String,
    depth: usize,
    /// The mark that ends the string.
    string: Option<char>,
    /// After a backslash.
    escaped: bool,
    /// A comma that is only written when something follows.
    comma: bool,
    /// A comment, as far as it has come.
    comment: String,
}

impl Tidy {
    fn take(&mut self, letter: char) {
        if let Some(end) = self.string {
            return self.take_in_string(letter, end);
        }
        if letter == '/' || !self.comment.is_empty() {
            return self.take_in_comment(letter);
        }
        if matches!(letter, ',' | '}' | ']') {
            self.end_word();
        }
        match letter {
            ',' => {
                self.comma = true;
                return;
            }
            '}' | ']' => {
                self.comma = false;
                self.depth = self.depth.saturating_sub(1);
            }
            _ if letter.is_whitespace() => {}
            _ => {
                if std::mem::take(&mut self.comma) {
                    self.text.push(',');
                }
                match letter {
                    '{' | '[' => self.depth += 1,
                    '"' | '\'' => self.string = Some(letter),
                    _ => {}
                }
            }
        }
        self.text.push(letter);
    }

    /// Comments say nothing: to the end of the line, or to their own.
    fn take_in_comment(&mut self, letter: char) {
        if self.comment == "/" && !matches!(letter, '/' | '*') {
            self.text.push_str(&std::mem::take(&mut self.comment));
            return self.take(letter);
        }
        self.comment.push(letter);
        let ended = match self.comment.get(..2) {
            Some("/*") => self.comment.len() > 3 && self.comment.ends_with("*/"),
            _ => letter == '\n',
        };
        if ended {
            self.comment.clear();
        }
    }

    /// Python's words for what JSON writes in small letters.
    fn end_word(&mut self) {
        for (word, json) in [("None", "null"), ("True", "true"), ("False", "false")] {
            let before = self.text.trim_end().strip_suffix(word);
            if let Some(before) = before.filter(|text| text.trim_end().ends_with([':', '[', ','])) {
                self.text = format!("{before}{json}");
            }
        }
    }

    fn take_in_string(&mut self, letter: char, end: char) {
        match letter {
            _ if letter.is_control() => {
                // A raw line break is what the model meant, written as JSON does not allow it.
                let escaped = serde_json::to_string(&letter).unwrap_or_default();
                self.text.push_str(escaped.trim_matches('"'));
                self.escaped = false;
                return;
            }
            _ if letter == end && !self.escaped => self.string = None,
            _ => {}
        }
        self.escaped = letter == '\\' && !self.escaped;
        self.text.push(letter);
    }
}

/// The object in `text` in the form that `schema` asks for.
///
/// # Errors
/// There is no whole object.
pub(super) fn read(text: &str, schema: &Value) -> Result<Value, String> {
    let refused = || "it is not the JSON object that was asked for".to_owned();
    let object = object(text)
        .filter(|object| object.whole)
        .ok_or_else(refused)?;
    let value: Value = serde_json::from_str(&object.text)
        .or_else(|_| json5::from_str(&object.text))
        .map_err(|_| refused())?;
    Ok(shaped(unwrapped(value, schema), schema))
}

/// Without an object around it that has none of the members asked for, such as the schema's name or a tool's call.
fn unwrapped(value: Value, schema: &Value) -> Value {
    let asked = schema["properties"].as_object();
    let has_one = |value: &Value| {
        let names = value.as_object().map(|members| members.keys());
        let is_asked =
            |name: &String| asked.is_none_or(|asked| asked.keys().any(|asked| same(name, asked)));
        names.is_some_and(|mut names| names.any(is_asked))
    };
    if has_one(&value) {
        return value;
    }
    let inner = value.as_object().into_iter().flat_map(Map::values);
    // Arguments of a call are often a text.
    let read = |inner: &Value| match inner {
        Value::String(text) => serde_json::from_str(text).ok(),
        inner => Some(inner.clone()),
    };
    inner.filter_map(read).find(has_one).unwrap_or(value)
}

/// `value` in the form that `schema` asks for, wherever it plainly says the same.
fn shaped(value: Value, schema: &Value) -> Value {
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(members)) => {
            let asked = schema["properties"].as_object();
            let shape = |(name, value): (String, Value)| {
                let known = asked.and_then(|asked| asked.iter().find(|(key, _)| same(&name, key)));
                match known {
                    Some((key, schema)) => (key.clone(), shaped(value, schema)),
                    None => (name, value),
                }
            };
            Value::Object(members.into_iter().map(shape).collect::<Map<_, _>>())
        }
        (Some("array"), value) => Value::Array(
            listed(value)
                .into_iter()
                .filter(|item| !item.is_null())
                .map(|item| shaped(item, &schema["items"]))
                .collect(),
        ),
        (Some("string"), Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.join(" ").into()
        }
        (Some("string"), value @ (Value::Number(_) | Value::Bool(_))) => value.to_string().into(),
        (Some("integer" | "number"), value) => number(value),
        (Some("boolean"), Value::String(text)) => match text.trim().to_lowercase().as_str() {
            "true" => true.into(),
            "false" => false.into(),
            _ => text.into(),
        },
        (_, value) => value,
    }
}

/// A list, or the one thing that stands for it.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        one => vec![one],
    }
}

/// A number, also as text; a whole one without a fraction.
fn number(value: Value) -> Value {
    let number = match &value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e9 => (number as i64).into(),
        Some(number) => number.into(),
        None => value,
    }
}

/// Whether two names are the same but for case and the way their words are joined.
fn same(name: &str, asked: &str) -> bool {
    let letters = |name: &str| -> String {
        let kept = name.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect()
    };
    name == asked || letters(name) == letters(asked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({"type": "object", "properties": {
            "line": {"type": "string"},
            "score": {"type": "integer"},
            "to_change": {"type": "array", "items": {"type": "string"}},
            "inner": {"type": "object", "properties": {"score": {"type": "integer"}}},
        }})
    }

    #[test]
    fn every_form_of_the_same_object_is_read() {
        let expected = json!({"line": "Why?", "score": 4, "to_change": ["More."]});
        let plain = r#"{"line": "Why?", "score": 4, "to_change": ["More."]}"#;
        for text in [
            plain.to_owned(),
            format!("```json\n{plain}\n```"),
            format!("Sure! Here is the {{JSON}} you asked for:\n\n{plain}\nI hope it helps {{:"),
            format!("[{plain}]"),
            format!("{plain}{plain}"),
            format!("{plain}\n{plain}"),
            format!("\u{feff}{plain}"),
            r#"{"line": "Why?", "score": 4, "to_change": ["More.",],}"#.to_owned(),
            r#"{"Line": "Why?", "SCORE": "4", "toChange": "More."}"#.to_owned(),
            r#"{"line": "Why?", "score": 4.0, "to-change": ["More.", null]}"#.to_owned(),
            format!(r#"{{"answer": {plain}}}"#),
            format!(r#"{{"type": "object", "properties": {plain}}}"#),
            "{'line': 'Why?', 'score': 4, 'to_change': ['More.']}".to_owned(),
            "{line: \"Why?\", score: 4, to_change: [\"More.\"]}".to_owned(),
            format!(r#"<tool_call>{{"name": "x", "arguments": {plain}}}</tool_call>"#),
            json!({"name": "x", "arguments": plain}).to_string(),
            plain.replacen('{', "{ // it's \"one\"\n", 1),
            plain.replace(", ", ", /* {a} */ "),
        ] {
            assert_eq!(read(&text, &schema()), Ok(expected.clone()), "{text}");
        }
        for odd in ["{\"score\": 4/5\n}", "{\"score\": 4 / 5 // }\n}"] {
            assert!(read(odd, &schema()).is_err(), "{odd}");
        }
        let broken = read("{\"line\": \"One.\nTwo,}\\\" three\"}", &schema());
        assert_eq!(broken, Ok(json!({"line": "One.\nTwo,}\" three"})));
        let quoted = read(
            "{'line': 'Is \"}\" or ] the end?', 'to_change': None}",
            &schema(),
        );
        assert_eq!(
            quoted,
            Ok(json!({"line": "Is \"}\" or ] the end?", "to_change": []}))
        );
        let null = read(
            r#"{"to_change": null, "inner": {"Score": " 2 "}}"#,
            &schema(),
        );
        assert_eq!(null, Ok(json!({"to_change": [], "inner": {"score": 2}})));
    }

    #[test]
    fn what_does_not_say_it_is_refused() {
        for text in [
            "",
            "Why?",
            r#"{"line": "Wh"#,
            r#"{"line": "Why?", "#,
            "{",
            "[1, 2]",
        ] {
            assert!(read(text, &schema()).is_err(), "{text}");
        }
        // What is no number stays what it is, for the reader to refuse.
        let odd = read(r#"{"score": "4 of 10", "line": null}"#, &schema());
        assert_eq!(odd, Ok(json!({"score": "4 of 10", "line": null})));
    }

    proptest! {
        /// A number is what it was, whether or not it is on the scale: nothing is rounded or clamped.
        #[test]
        fn numbers_are_neither_rounded_nor_clamped(score in -1_000_i32..1_000, part in 1_u32..10) {
            for text in [json!(score), json!(format!(" {score} ")), json!(format!("{score}.0"))] {
                prop_assert_eq!(read(&json!({"score": text}).to_string(), &schema()), Ok(json!({"score": score})));
            }
            for odd in [format!("{score}/5"), format!("{score} of 10"), format!("{score}.{part}%"), format!("[{score}]")] {
                prop_assert_eq!(read(&json!({"score": odd}).to_string(), &schema()), Ok(json!({"score": odd})));
            }
            let fraction = format!("{score}.{part}").parse::<f64>().expect("a number");
            prop_assert_eq!(read(&json!({"score": fraction}).to_string(), &schema()), Ok(json!({"score": fraction})));
        }

        /// Whatever is cut off its end is no object.
        #[test]
        fn half_an_object_is_refused(line in ".{0,40}", cut in 1_usize..60) {
            let whole = json!({"line": line, "score": 4}).to_string();
            let end = whole.len().saturating_sub(cut);
            if whole.is_char_boundary(end) {
                prop_assert!(read(&whole[..end], &schema()).is_err());
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,200}") {
            let _read = read(&text, &schema());
        }

        #[test]
        fn strings_come_through_whole(line in ".{0,80}", before in "[a-z .\n`]{0,40}", after in "[a-z .\n`{]{0,40}") {
            let text = format!("{before}{}{after}", json!({"line": line}));
            prop_assert_eq!(read(&text, &schema()), Ok(json!({"line": line})));
        }
    }
}
