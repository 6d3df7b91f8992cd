//! The interviewer's next step as structured output: `{action, line, topic}`, read while it comes.

use jiter::{JsonValue, PartialMode};
use serde_json::{Value, json};

use super::json;
use super::speaker::Speaker;
use crate::Draft;
use crate::ResponseType;
use llm::{Read, Reader};

/// Longest name of a topic, in characters.
const LONGEST_TOPIC: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    FollowUp,
    NewQuestion,
    /// The last question again, otherwise: the candidate did not answer but asked back.
    Clarify,
    /// Only where the server has decided that the interview is over.
    Close,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::FollowUp => "follow_up",
            Self::NewQuestion => "new_question",
            Self::Clarify => "clarify",
            Self::Close => "close",
        }
    }

    pub(super) fn response_type(self) -> ResponseType {
        match self {
            Self::FollowUp => ResponseType::FollowUp,
            Self::NewQuestion => ResponseType::Question,
            Self::Clarify => ResponseType::Clarification,
            Self::Close => ResponseType::Closing,
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

/// The decision's schema. Nothing in it ends the interview before the server has decided so.
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
    /// What was handed on of the line.
    spoken: String,
}

impl<'a> DecisionReader<'a> {
    pub(super) fn new(allowed: &'a [Action], draft: &'a Draft) -> Self {
        Self {
            allowed,
            raw: String::new(),
            speaker: Speaker::new(draft),
            draft,
            spoken: String::new(),
        }
    }

    /// Says what has come of the line, once the action is known.
    fn advance(&mut self) -> Result<(), String> {
        let Some(object) = json::object(&self.raw) else {
            return if json::is_hopeless(&self.raw) {
                Err("it is not a JSON object".into())
            } else {
                Ok(())
            };
        };
        let mode = PartialMode::TrailingStrings;
        // What is not plain JSON is read when it is whole.
        let Ok(JsonValue::Object(members)) =
            JsonValue::parse_with_config(object.text.as_bytes(), false, mode)
        else {
            return Ok(());
        };
        let member = |name: &str| {
            members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let text = |name: &str| match member(name) {
            Some((_, JsonValue::Str(text))) => Some(text.as_ref()),
            _ => None,
        };
        let (Some(line), Some(action)) = (text("line"), text("action")) else {
            return Ok(());
        };
        // An action that comes behind the line is only whole when something follows it.
        let is_last = members
            .last()
            .is_some_and(|(key, _)| key.eq_ignore_ascii_case("action"));
        if is_last && !object.whole {
            return Ok(());
        }
        self.check(action)?;
        let line = line.to_owned();
        self.say_from(&line)
    }

    /// Says what is new of the line.
    fn say_from(&mut self, line: &str) -> Result<(), String> {
        let more = line
            .strip_prefix(self.spoken.as_str())
            .ok_or("it has two lines")?;
        if more.is_empty() {
            return Ok(());
        }
        self.spoken.push_str(more);
        self.speaker.say(more)
    }

    fn check(&self, action: &str) -> Result<Action, String> {
        let letters = |name: &str| -> String {
            let kept = name.chars().filter(|c| c.is_alphanumeric());
            kept.flat_map(char::to_lowercase).collect()
        };
        self.allowed
            .iter()
            .find(|allowed| letters(allowed.name()) == letters(action))
            .copied()
            .ok_or_else(|| format!("its action must be {}", names(self.allowed)))
    }

    /// The decision and its line, once the answer is whole.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn finish(mut self) -> Result<(Decision, String), String> {
        let (_, schema) = schema(self.allowed);
        let whole = json::read(&self.raw, &schema)?;
        let text = |name: &str| whole[name].as_str().unwrap_or_default();
        let action = self.check(text("action"))?;
        if text("line").trim().is_empty() {
            return Err("its line is empty".into());
        }
        self.say_from(text("line"))?;
        let topic = Some(text("topic").trim().to_owned()).filter(|topic| {
            !topic.is_empty()
                && topic.chars().count() <= LONGEST_TOPIC
                && super::guard::objection(topic).is_none()
        });
        let line = self.speaker.finish(false, action == Action::Close)?;
        Ok((Decision { action, topic }, line))
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
        self.spoken.clear();
        self.speaker = Speaker::new(self.draft);
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
            let line = format!("{line} Why?");
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
            r#"{"line": "Thank you?", "action": "follow_up", "topic": ""}"#,
            "Sure! Here is the JSON you asked for",
            r#"["new_question"]"#,
            r#"{"action": "new_question", "line": "Why?", "line": "Who told you to?"}"#,
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
    fn a_line_that_asks_nothing_is_no_next_line() {
        for line in [
            "This concludes our interview.",
            "Auf Wiedersehen!",
            "再见！",
        ] {
            let answer = json!({"action": "new_question", "line": line, "topic": ""}).to_string();
            assert!(read(&[&answer], &BOTH).0.is_err(), "{line}");
        }
        let closing = json!({"action": "close", "line": "Goodbye!", "topic": ""}).to_string();
        assert!(read(&[&closing], &[Action::Close]).0.is_ok());
    }

    #[test]
    fn the_form_of_an_answer_does_not_matter() {
        for answer in [
            "```json\n{\"action\": \"new_question\", \"line\": \"Why?\", \"topic\": \"x\"}\n```",
            r#"{"line": "Why?", "topic": "x", "action": "new_question"}"#,
            r#"[{"Action": "New question", "Line": "Why?", "Topic": "x"}]"#,
            r#"{'action': 'new_question', 'line': 'Why?', 'topic': 'x',}"#,
        ] {
            let cut: Vec<String> = answer.chars().map(String::from).collect();
            let pieces: Vec<&str> = cut.iter().map(String::as_str).collect();
            let (decided, drafted) = read(&pieces, &BOTH);
            let (decision, line) = decided.expect(answer);
            assert_eq!(decision.action, Action::NewQuestion, "{answer}");
            assert_eq!(
                (line.as_str(), drafted.as_str()),
                ("Why?", "Why?"),
                "{answer}"
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
