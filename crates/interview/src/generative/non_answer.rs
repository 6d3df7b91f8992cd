//! Messages that answer nothing, as far as their form shows it in any language. They count, with the lowest score.

use super::delivery::words;
use super::screen::Screened;
use crate::chain::Exchange;
use crate::phrases::Phrases;
use crate::{Conversation, Evidence, Score, Turn};

/// A message of no more words is a phrase, and no answer to a question of its own.
const BRIEF: u32 = 2;
/// Words from which a repetition is no coincidence.
const REPETITION: u32 = 3;
/// Part of the question's words that a copy of it has.
const COPIED: f64 = 0.6;
/// Characters of an answer that is quoted whole.
const LONGEST_QUOTE: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NonAnswer {
    /// A word or two.
    Brief,
    /// It speaks to the grader only.
    Orders,
    /// An earlier answer, word for word.
    Repeated,
    /// The question, word for word.
    Copied,
}

impl NonAnswer {
    pub(super) fn of(
        conversation: &Conversation,
        exchange: &Exchange<'_>,
        answer: &Screened,
    ) -> Option<Self> {
        let said = answer.unmarked();
        let letters = letters(&said);
        if answer.is_bare() {
            return Some(Self::Orders);
        }
        if is_brief(&said) {
            return Some(Self::Brief);
        }
        if words(&said) < REPETITION {
            return None;
        }
        let asked = exchange
            .asked
            .map(|reply| reply.content.as_str())
            .unwrap_or_default();
        let copied = self::letters(asked).contains(&letters)
            && f64::from(words(&said)) >= COPIED * f64::from(words(asked));
        if copied {
            return Some(Self::Copied);
        }
        let earlier = |turn: &&Turn| {
            turn.turn_no < exchange.turn.turn_no && turn.is_answer() && turn.reply.is_some()
        };
        let mut before = conversation.turns.iter().map(AsRef::as_ref).filter(earlier);
        before
            .any(|turn| turn.message.as_deref().map(self::letters).as_ref() == Some(&letters))
            .then_some(Self::Repeated)
    }

    pub(super) fn told(self, phrases: &Phrases) -> &'static str {
        match self {
            Self::Brief => phrases.brief,
            Self::Orders => phrases.orders,
            Self::Repeated => phrases.repeated,
            Self::Copied => phrases.copied,
        }
    }
}

/// Whether a message is a word or two. A figure or a formula may be the whole right answer.
pub(super) fn is_brief(said: &str) -> bool {
    let formula = |c: char| c.is_numeric() || matches!(c, '(' | '=' | '+' | '#' | '_' | '<' | '/');
    words(said) <= BRIEF && !said.contains(formula)
}

/// The lowest score on everything: it was judged, and nothing is there. A short answer is its own evidence.
pub(super) fn lowest(mut scores: Vec<Score>, turn_no: u32, answer: &Screened) -> Vec<Score> {
    let said = answer.unmarked();
    let quote = said.trim();
    let quotable =
        !quote.is_empty() && !quote.contains('\0') && quote.chars().count() <= LONGEST_QUOTE;
    for score in &mut scores {
        score.score = Some(1);
        score
            .evidence
            .retain(|evidence| evidence.turn_no == turn_no);
        if score.evidence.is_empty() && quotable {
            let quote = quote.to_owned();
            score.evidence.push(Evidence { turn_no, quote });
        }
    }
    scores
}

/// What is compared: neither marks nor case nor spaces make another answer.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
