//! The interviewer's next step as structured output: `{action, line, topic}`, read while it comes.

use jiter::{JsonValue, PartialMode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::speaker::Speaker;
use crate::Draft;
use crate::ResponseType;
use llm::{Read, Reader};

/// Longest name of a topic, in characters.
const LONGEST_TOPIC: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    FollowUp,
    NewQuestion,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::FollowUp => "follow_up",
            Self::NewQuestion => "new_question",
        }
    }

    pub(super) fn response_type(self) -> ResponseType {
        match self {
            Self::FollowUp => ResponseType::FollowUp,
            Self::NewQuestion => ResponseType::Question,
        }
    }
}

/// What may come next, for the model to read.
pub(super) fn names(allowed: &[Action]) -> String {
    let names: Vec<String> = allowed
        .iter()
        .map(|action| format!("\"{}\"", action.name()))
        .collect();
    names.join(" or ")
}

/// The decision's schema. `end` is not in it: the server ends interviews.
pub(super) fn schema(allowed: &[Action]) -> (&'static str, Value) {
    let names: Vec<&str> = allowed.iter().map(|action| action.name()).collect();
    // Properties in the order in which they should come: what is decided, before it is said.
    let schema = json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": names},
            "line": {"type": "string", "maxLength": 600},
            "topic": {"type": "string", "maxLength": 40},
        },
        "required": ["action", "line", "topic"],
        "additionalProperties": false,
    });
    ("next_line", schema)
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) action: Action,
    pub(super) topic: Option<String>,
}

/// Reads a decision and says its line as it comes, once the action is known and allowed.
pub(super) struct DecisionReader<'a> {
    allowed: &'a [Action],
    raw: String,
    speaker: Speaker<'a>,
    draft: &'a Draft,
    /// Bytes of the line that were handed on.
    spoken: usize,
}

impl<'a> DecisionReader<'a> {
    pub(super) fn new(allowed: &'a [Action], draft: &'a Draft) -> Self {
        Self {
            allowed,
            raw: String::new(),
            speaker: Speaker::new(draft, false),
            draft,
            spoken: 0,
        }
    }

    fn advance(&mut self) -> Result<(), String> {
        let raw = self.raw.trim_start();
        if raw.is_empty() {
            return Ok(());
        }
        if !raw.starts_with('{') {
            return Err("it is not a JSON object".into());
        }
        let partial =
            JsonValue::parse_with_config(raw.as_bytes(), false, PartialMode::TrailingStrings)
                .map_err(|_| "it is not a JSON object")?;
        let JsonValue::Object(members) = &partial else {
            return Err("it is not a JSON object".into());
        };
        let text = |name: &str| {
            members
                .iter()
                .find(|(key, _)| key == name)
                .and_then(|(_, value)| match value {
                    JsonValue::Str(text) => Some(text.as_ref()),
                    _ => None,
                })
        };
        // The line comes after the action, so the action is whole by then.
        let Some(line) = text("line") else {
            return Ok(());
        };
        self.check(text("action").unwrap_or_default())?;
        if let Some(more) = line.get(self.spoken..).filter(|more| !more.is_empty()) {
            let more = more.to_owned();
            self.spoken += more.len();
            self.speaker.say(&more)?;
        }
        Ok(())
    }

    fn check(&self, action: &str) -> Result<Action, String> {
        self.allowed
            .iter()
            .find(|allowed| allowed.name() == action)
            .copied()
            .ok_or_else(|| format!("its action must be {}", names(self.allowed)))
    }

    /// The decision and its line, once the answer is whole.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn finish(mut self) -> Result<(Decision, String), String> {
        #[derive(Deserialize)]
        struct Whole {
            action: String,
            line: String,
            #[serde(default)]
            topic: Option<String>,
        }
        let whole: Whole = serde_json::from_str(self.raw.trim())
            .map_err(|_| "it is not the JSON object that was asked for")?;
        let action = self.check(&whole.action)?;
        if whole.line.trim().is_empty() {
            return Err("its line is empty".into());
        }
        self.advance()?;
        let topic = whole.topic.map(|topic| topic.trim().to_owned());
        let topic = topic.filter(|topic| {
            !topic.is_empty()
                && topic.chars().count() <= LONGEST_TOPIC
                && super::guard::objection(topic, false).is_none()
        });
        Ok((Decision { action, topic }, self.speaker.line().to_owned()))
    }
}

impl Reader for DecisionReader<'_> {
    fn read(&mut self, text: &str) -> Result<Read, String> {
        self.raw.push_str(text);
        self.advance()?;
        Ok(Read::On)
    }

    fn restart(&mut self) {
        self.raw.clear();
        self.spoken = 0;
        self.speaker = Speaker::new(self.draft, false);
        self.draft.restart();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [Action; 2] = [Action::FollowUp, Action::NewQuestion];

    fn read(pieces: &[&str], allowed: &[Action]) -> (Result<(Decision, String), String>, String) {
        let draft = Draft::default();
        let mut reader = DecisionReader::new(allowed, &draft);
        for piece in pieces {
            if let Err(objection) = reader.read(piece) {
                return (Err(objection), draft.text());
            }
        }
        (reader.finish(), draft.text())
    }

    proptest! {
        /// However the provider cuts its answer, the same words are drafted.
        #[test]
        fn any_cut_gives_the_same_line(line in "[a-zé“”\"\\\\\n🙂 ?]{1,60}", cuts in prop::collection::vec(0_usize..200, 0..20)) {
            prop_assume!(!line.trim().is_empty());
            let whole = json!({"action": "follow_up", "line": line, "topic": "x"}).to_string();
            let mut ends: Vec<usize> = cuts.into_iter().filter(|cut| whole.is_char_boundary(*cut)).collect();
            ends.push(whole.len());
            ends.sort_unstable();
            let mut from = 0;
            let pieces: Vec<&str> = ends.into_iter().map(|end| { let piece = &whole[from..end.max(from)]; from = end.max(from); piece }).collect();
            let (decided, drafted) = read(&pieces, &BOTH);
            let (decision, said) = decided.expect("a decision");
            prop_assert_eq!(decision.action, Action::FollowUp);
            prop_assert_eq!(&said, line.trim());
            prop_assert_eq!(drafted, said);
        }
    }

    #[test]
    fn what_is_not_allowed_is_never_said() {
        for answer in [
            r#"{"action": "end", "line": "Thank you and good luck.", "topic": ""}"#,
            r#"{"action": "follow_up", "line": "Why?", "topic": ""}"#,
            r#"{"line": "No action was given first.", "action": "new_question", "topic": ""}"#,
            "Sure! Here is the JSON you asked for",
            r#"["new_question"]"#,
            r#"{"action": "new_question", "line": "This concludes our interview.", "topic": ""}"#,
        ] {
            let cut: Vec<String> = answer.chars().map(String::from).collect();
            let pieces: Vec<&str> = cut.iter().map(String::as_str).collect();
            let (decided, drafted) = read(&pieces, &[Action::NewQuestion]);
            assert!(decided.is_err(), "{answer}");
            assert!(
                !drafted.contains("Thank") && !drafted.contains("interview"),
                "{drafted}"
            );
        }
    }

    #[test]
    fn half_an_answer_is_no_decision() {
        let (decided, _) = read(&[r#"{"action": "new_question", "line": "Tell me"#], &BOTH);
        assert!(decided.is_err());
        let (decided, _) = read(
            &[r#"{"action": "new_question", "line": " ", "topic": "x"}"#],
            &BOTH,
        );
        assert!(decided.is_err());
    }
}
