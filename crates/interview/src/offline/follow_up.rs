//! Whether an answer asks for a follow-up, and which.

use super::answer::{Answer, clipped};
use super::lexicon::lexicon;
use super::mixed;
use super::rubric::facts::Facts;
use super::style::{Gap, profile};
use crate::Style;

/// Longest excerpt of the answer in a follow-up, in characters.
const EXCERPT_CHARS: usize = 90;
/// Below this an answer counts as hardly given.
const FEW_WORDS: usize = 6;
/// Below this an answer counts as short.
const SHORT_WORDS: usize = 25;
/// From here on an answer is long enough to do without figures.
const LONG_WORDS: usize = 150;
/// A sentence before the question of fewer words is small talk.
const TALK_WORDS: usize = 7;
/// Topics whose answers need no result: they are about wishes, not about deeds.
const WISHES: &[&str] = &[
    "motivation",
    "career goals",
    "interests",
    "working style",
    "background",
];

/// A follow-up on the answer, different from `previous` (the line it answers); `None` when the
/// answer needs none. Excerpts stand between “ and ” and are verbatim.
pub(super) fn on(
    message: &str,
    topic: Option<&str>,
    style: Style,
    seed: u64,
    previous: &str,
) -> Option<String> {
    let answer = Answer::new(message);
    let asks_again =
        answer.word_count() < SHORT_WORDS && answer.first_of(&lexicon().repeat_requests).is_some();
    let (gap, excerpt) = if asks_again {
        (Gap::Again, Some(Answer::new(previous).ending(TALK_WORDS)))
    } else {
        gap(&answer, topic, style, seed)?
    };
    let choices = wordings(gap, style);
    let first = usize::try_from(mixed(seed, 7_301) % 97).unwrap_or_default();
    (0..choices.len())
        .filter_map(|step| choices.get((first + step) % choices.len()))
        .map(|wording| wording.replace("{}", excerpt.unwrap_or_default()))
        .find(|line| line != previous)
}

fn gap<'a>(
    answer: &Answer<'a>,
    topic: Option<&str>,
    style: Style,
    seed: u64,
) -> Option<(Gap, Option<&'a str>)> {
    let words = answer.word_count();
    let opening = answer
        .opening()
        .map(excerpt)
        .filter(|said| said.chars().any(char::is_alphanumeric));
    if words < FEW_WORDS || opening.is_none() {
        return Some((Gap::Empty, None));
    }
    let facts = Facts::of(answer);
    if facts.unreadable().is_some() {
        // Its words cannot be judged; one polite attempt to get others, if it is short.
        return (words < SHORT_WORDS).then_some((Gap::Short, opening));
    }
    if words < SHORT_WORDS {
        return Some((Gap::Short, opening));
    }
    let quote_at = |word: Option<usize>| {
        word.and_then(|word| answer.quote_at(word))
            .map(excerpt)
            .or(opening)
    };
    let vague = facts.filler_words.len() + facts.vague;
    if vague >= 4 && vague * 10 >= words {
        let soft = answer
            .first_of(&lexicon().filler_words)
            .or_else(|| answer.first_of(&lexicon().vague_words));
        return Some((Gap::Vague, quote_at(soft)));
    }
    let deed = facts.actions.first().copied();
    let is_wish = topic.is_some_and(|topic| WISHES.contains(&topic));
    if facts.result.is_none() && !is_wish {
        return Some((Gap::Result, quote_at(deed)));
    }
    let presses = matches!(style, Style::Aggressive | Style::Technical);
    if presses && facts.reasons.is_empty() && facts.trade_offs.is_empty() {
        return Some((Gap::Reasons, quote_at(deed)));
    }
    // Not each answer without figures is worth a question about them.
    let asks = style == Style::Aggressive || mixed(seed, 7_302).is_multiple_of(2);
    if facts.numbers.is_empty() && words < LONG_WORDS && !is_wish && asks {
        return Some((Gap::Numbers, quote_at(facts.result.or(deed))));
    }
    None
}

/// The part of a quote that is repeated aloud: short, ending with a clause where there is one, and
/// without the full stop.
fn excerpt(quote: &str) -> &str {
    let mut part = clipped(quote, EXCERPT_CHARS);
    if part.len() < quote.len()
        && let Some(clause) = part
            .rfind([',', ';', ':'])
            .filter(|at| *at >= part.len() / 3)
    {
        part = part.get(..clause).unwrap_or(part);
    }
    part.trim_end_matches(['.', ',', ';', ':', '!', '?', ' '])
}

/// The style's wordings for a gap, or the formal ones where it has none of its own.
pub(super) fn wordings(gap: Gap, style: Style) -> &'static [&'static str] {
    [style, Style::Formal]
        .iter()
        .find_map(|style| profile(*style).follow_ups.get(&gap))
        .map_or(&[], Vec::as_slice)
}
