//! What is judged: a question with all that was said to it, and what the coach is told of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::contact::without_contact;
use super::delivery;
use super::material::{self, shortened, tokens};
use super::screen::{Screened, screened};
use crate::chain::{Exchange, exchanges};
use crate::{Conversation, Delivery, QuestionKind, SessionConfig};

/// Shares of the room, in percent.
const ANSWER_SHARE: usize = 40;
const EARLIER_SHARE: usize = 25;
/// Tokens of which the material takes its share: more tells the coach nothing new.
const MATERIAL_ROOM: usize = 5_000;

/// What is judged: an answer with all that belongs to its question.
pub(super) struct Unit<'a> {
    pub(super) config: &'a SessionConfig,
    pub(super) turn_no: u32,
    pub(super) exchanges: Vec<Exchange<'a>>,
    /// The answers to the question with their turns, the newest first.
    pub(super) answers: Vec<(u32, Arc<Screened>)>,
    pub(super) kind: Option<QuestionKind>,
    pub(super) said: &'a str,
}

impl<'a> Unit<'a> {
    pub(super) fn of(conversation: &'a Conversation, turn_no: u32) -> Option<Self> {
        let turn = conversation.turn(turn_no)?;
        let said = turn.message.as_deref()?;
        let exchanges = exchanges(conversation, turn);
        let answers = exchanges
            .iter()
            .rev()
            .filter(|exchange| exchange.turn.turn_no == turn_no || exchange.turn.is_answer())
            .filter_map(|exchange| {
                Some((
                    exchange.turn.turn_no,
                    screened(exchange.turn.message.as_deref()?),
                ))
            });
        Some(Self {
            config: &conversation.config,
            turn_no,
            answers: answers.collect(),
            kind: exchanges.first().and_then(kind_of),
            exchanges,
            said,
        })
    }

    pub(super) fn answer(&self) -> &Screened {
        &self.answers[0].1
    }

    /// Whether the question was followed up: a short answer may then be all that was asked for.
    pub(super) fn is_followed_up(&self) -> bool {
        self.answers.len() > 1
    }

    fn line(exchange: &Exchange<'a>) -> &'a str {
        exchange.asked.map_or("", |reply| &reply.content)
    }

    /// What the model is told: one JSON object about the question, one about the job.
    pub(super) fn told(&self, room: usize) -> String {
        let (Some(main), Some(last)) = (self.exchanges.first(), self.exchanges.last()) else {
            return String::new();
        };
        let answer = shortened(self.said, room * ANSWER_SHARE / 100);
        let mut asked = json!({
            "question": shortened(Self::line(last), room / 10),
            "answer": screened(&answer).value(),
            "difficulty": self.config.difficulty.unwrap_or_default(),
            "measured": self.measured(),
        });
        let before = &self.exchanges[..self.exchanges.len() - 1];
        if !before.is_empty() {
            let each = room * EARLIER_SHARE / 100 / before.len();
            let earlier = before.iter().map(|exchange| {
                let said = exchange.turn.message.as_deref().unwrap_or_default();
                json!({
                    "interviewer": shortened(Self::line(exchange), each / 3),
                    "candidate": screened(&shortened(said, each * 2 / 3)).value(),
                })
            });
            asked["main_question"] = json!(shortened(Self::line(main), room / 10));
            asked["earlier"] = earlier.collect();
        }
        let left = room.saturating_sub(tokens(&asked.to_string()));
        let job = material::of(self.config, left.min(MATERIAL_ROOM));
        format!("{asked}\n{job}")
    }

    /// How the answer was given.
    pub(super) fn delivery(&self, kind: Option<QuestionKind>) -> Delivery {
        let timing = self
            .exchanges
            .last()
            .and_then(|last| last.turn.speech_timing);
        delivery::measured(self.said, kind, self.config).spoken(timing)
    }

    fn measured(&self) -> Value {
        let delivery = self.delivery(self.kind);
        let mut measured = json!({
            "words": delivery.words,
            "fillers": delivery.fillers,
            "repeated_starts": delivery.repeated_starts,
        });
        if let Some(spoken) = delivery.spoken {
            measured["seconds"] = json!(spoken.seconds.round());
            measured["words_per_minute"] = json!(spoken.words_per_minute);
            measured["pauses"] = json!(spoken.pauses);
            measured["longest_pause_seconds"] = json!(spoken.longest_pause_seconds.round());
        }
        measured
    }

    /// Texts that a rewritten answer may take facts from.
    pub(super) fn sources(&self) -> Vec<String> {
        let config = self.config;
        let setup = [
            &config.job_role,
            &config.company_name,
            &config.job_description,
        ];
        let resume = config.resume_content.as_deref();
        let lines = self.exchanges.iter().map(Self::line).map(str::to_owned);
        self.answers
            .iter()
            .map(|(_, answer)| answer.unmarked())
            .chain(lines)
            .chain(setup.into_iter().flatten().cloned())
            .chain(resume.map(without_contact))
            .collect()
    }
}

/// The kind of a question, where the interviewer said it.
fn kind_of(exchange: &Exchange<'_>) -> Option<QuestionKind> {
    let kind = exchange.asked?.metadata.get("question_kind")?;
    serde_json::from_value(kind.clone()).ok()
}
