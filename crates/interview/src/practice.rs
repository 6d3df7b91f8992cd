//! Practice of one question: an interview that opens with it, and closes after its answer with a fixed phrase.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation as _;
use utoipa::ToSchema;

use crate::asking::asks;
use crate::{Conversation, Line, QuestionKind, Reply, ResponseType, SessionConfig, Turn};
use crate::{offline, phrases};

/// Characters of a practice's question.
pub const LONGEST_QUESTION: usize = 2_000;
/// Characters of its topic.
pub const LONGEST_TOPIC: usize = 200;

/// The one question of a practice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Practice {
    #[schema(
        min_length = 1,
        max_length = 2_000,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
    )]
    pub question: String,
    /// What it asks for, where that is known; it decides which rubric applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_kind: Option<QuestionKind>,
    /// What it is about, as the interviewer named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, pattern = r"^[^\u0000]*$")]
    pub topic: Option<String>,
}

impl Practice {
    /// The main question of that number, from 1, in an interview's own words: their end where they are too many.
    /// `None` when it was not asked; follow-ups have no number.
    pub fn of(conversation: &Conversation, number: u32) -> Option<Self> {
        let turn = main_question(&conversation.turns, number)?;
        let reply = turn.reply.as_ref()?;
        let known = |name: &str| reply.metadata.get(name);
        let kind = known("question_kind").and_then(|kind| QuestionKind::deserialize(kind).ok());
        let judged_as = || {
            let answer = first_answer(&conversation.turns, turn.turn_no)?;
            answer.feedback.as_ref()?.question_kind
        };
        Some(Self {
            question: end_of(&question(conversation, reply, number)).to_owned(),
            question_kind: kind.or_else(judged_as),
            topic: known("topic")
                .and_then(|topic| Some(topic.as_str()?.chars().take(LONGEST_TOPIC).collect())),
        })
    }

    /// The line that asks it, as far as `line` does not say it.
    pub(crate) fn opening(&self, line: Line) -> Line {
        Line {
            content: self.question.clone(),
            response_type: ResponseType::Introduction,
            topic: self.topic.clone(),
            question_kind: self.question_kind,
            ..line
        }
    }
}

/// What closes a practice; `None` in an interview, and where the service does not speak the language.
pub(crate) fn closing(config: &SessionConfig) -> Option<&'static str> {
    config.practice.as_ref()?;
    Some(phrases::of(config)?.practised)
}

/// The turn whose reply asked the main question of that number, from 1.
pub fn main_question(turns: &[Arc<Turn>], number: u32) -> Option<&Turn> {
    let nth = usize::try_from(number.checked_sub(1)?).ok()?;
    let mut questions = turns.iter().filter(|turn| asks_anew(turn));
    questions.nth(nth).map(AsRef::as_ref)
}

/// The first answer to the question that was asked in that turn, before any follow-up.
pub fn first_answer(turns: &[Arc<Turn>], asked_in: u32) -> Option<&Turn> {
    let after = turns.get(asked_in as usize + 1..)?;
    // The turn that asks the next question answers this one.
    let next = after.iter().position(|turn| asks_anew(turn));
    let until = next.map_or(after.len(), |next| next + 1);
    after[..until]
        .iter()
        .find(|turn| turn.is_answer() && turn.unanswered_at.is_none())
        .map(AsRef::as_ref)
}

fn asks_anew(turn: &Turn) -> bool {
    let reply = turn.reply.as_ref();
    reply.is_some_and(|reply| reply.response_type.begins_question())
}

/// The question without what led up to it: what the offline interviewer had planned, or the end of an introduction
/// from where it asks.
fn question(conversation: &Conversation, reply: &Reply, number: u32) -> String {
    let planned = offline::question(conversation, number);
    if reply.content.ends_with(&planned) {
        return planned;
    }
    let from = match reply.response_type {
        ResponseType::Introduction => from_where_it_asks(&reply.content),
        _ => None,
    };
    from.unwrap_or(&reply.content).trim().to_owned()
}

/// The end of a text that is too long for a question, from the beginning of a sentence where one fits.
fn end_of(text: &str) -> &str {
    let Some((from, _)) = text.char_indices().rev().nth(LONGEST_QUESTION - 1) else {
        return text;
    };
    let mut sentences = text.split_sentence_bound_indices().map(|(at, _)| at);
    &text[sentences.find(|at| *at >= from).unwrap_or(from)..]
}

fn from_where_it_asks(line: &str) -> Option<&str> {
    let sentences: Vec<&str> = line.unicode_sentences().collect();
    let last = &sentences[sentences.len().saturating_sub(2)..];
    let first = last.iter().find(|sentence| asks(sentence))?;
    line.rfind(first).map(|at| &line[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_introductions_question_stands_without_the_greeting() {
        for (line, expected) in [
            (
                "Hello. Let us talk about the job. What brings you here?",
                "What brings you here?",
            ),
            (
                "Welcome! Tell me about your last project. What was hard about it?",
                "Tell me about your last project. What was hard about it?",
            ),
            (
                "Guten Tag. Wir sprechen über die Stelle. Warum möchten Sie zu uns? Nehmen Sie sich Zeit.",
                "Warum möchten Sie zu uns? Nehmen Sie sich Zeit.",
            ),
            ("您好。请介绍一下您自己。", "请介绍一下您自己。"),
        ] {
            assert_eq!(from_where_it_asks(line), Some(expected));
        }
        assert_eq!(from_where_it_asks("Hello."), None);
    }
    #[test]
    fn of_a_line_that_is_too_long_the_question_is_its_end() {
        let fits = "为".repeat(LONGEST_QUESTION);
        assert_eq!(end_of(&fits), fits);
        let long = format!("{} Why?", "x".repeat(LONGEST_QUESTION));
        assert_eq!(end_of(&long).chars().count(), LONGEST_QUESTION);
        let said = "Let me tell you about us. ".repeat(80) + "What brings you here?";
        let end = end_of(&said);
        assert!(end.starts_with("Let me") && end.ends_with("What brings you here?"));
        assert!(end.chars().count() <= LONGEST_QUESTION && end.len() > 1_900);
    }
}
