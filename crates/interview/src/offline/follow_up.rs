//! Whether an answer asks for a follow-up, and which.

use super::answer::{Answer, clipped};
use super::rubric::facts::Facts;
use super::{lexicon, mixed};
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
/// Requests to hear the question again.
const AGAIN: &[&str] = &[
    "repeat",
    "rephrase",
    "say that again",
    "say it again",
    "come again",
    "understand the question",
    "what was the question",
    "clarify",
    "pardon",
];
/// Topics whose answers need no result: they are about wishes, not about deeds.
const WISHES: &[&str] = &[
    "motivation",
    "career goals",
    "interests",
    "working style",
    "background",
];

#[derive(Clone, Copy)]
enum Gap {
    /// The candidate asks for the question again; the excerpt is the question.
    Again,
    Empty,
    Short,
    Vague,
    Result,
    Numbers,
    Reasons,
}

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
    let asks_again = answer.word_count() < SHORT_WORDS && answer.first_of(AGAIN).is_some();
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
    let vague = facts.hedges.len() + facts.vague;
    if vague >= 4 && vague * 10 >= words {
        let soft = answer
            .first_of(lexicon::HEDGES)
            .or_else(|| answer.first_of(lexicon::VAGUE));
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

fn wordings(gap: Gap, style: Style) -> &'static [&'static str] {
    match (gap, style) {
        (Gap::Again, Style::Aggressive) => &["Listen closely this time. {}", "Once more: {}"],
        (Gap::Again, Style::Casual) => &["Sure! {}", "No problem, here it is again: {}"],
        (Gap::Again, _) => &["Of course. {}", "Certainly, here is the question again: {}"],
        (Gap::Empty, Style::Aggressive) => &[
            "That is very little. Take a moment, and then give me one concrete example.",
            "I need more than that. What happened, what did you do, and what came of it?",
            "You can do better than that. Start with the situation: where were you, and what was at stake?",
        ],
        (Gap::Empty, Style::Casual) => &[
            "No rush, take your time. Could you tell me a little more, maybe with one example?",
            "That's quite short. What's the first situation that comes to mind?",
        ],
        (Gap::Empty, _) => &[
            "Please take your time. Could you elaborate a little, perhaps with one concrete example?",
            "That was rather brief. Could you describe a situation, what you did, and how it turned out?",
        ],
        (Gap::Short, Style::Aggressive) => &[
            "“{}”: anybody could say that. What exactly did you do?",
            "You say “{}”. Prove it: where, when, and with what result?",
            "“{}” is a headline. Give me the story behind it.",
        ],
        (Gap::Short, Style::Casual) => &[
            "You said “{}”. Can you walk me through an example?",
            "“{}”: I'd love to hear more. What did that look like?",
        ],
        (Gap::Short, _) => &[
            "You said “{}”. Could you go into more detail, with a concrete example?",
            "Regarding “{}”: what was the situation, and what did you do yourself?",
        ],
        (Gap::Vague, Style::Aggressive) => &[
            "“{}” tells me nothing. What precisely do you mean?",
            "You are being vague: “{}”. Names, numbers, facts, please.",
            "“{}”: be specific. What did you do, on which day, with whom?",
        ],
        (Gap::Vague, Style::Casual) => &[
            "When you say “{}”, what do you mean exactly?",
            "Could you make “{}” a bit more concrete for me?",
        ],
        (Gap::Vague, _) => &[
            "You said “{}”. Could you be more specific about that?",
            "What exactly do you mean by “{}”? A concrete case would help me.",
        ],
        (Gap::Result, Style::Aggressive) => &[
            "“{}”. And? What came of it?",
            "You told me “{}”, but no result. Was there one?",
            "“{}” is effort, not outcome. What changed because of you?",
        ],
        (Gap::Result, Style::Casual) => &[
            "You mentioned “{}”. How did it turn out in the end?",
            "“{}”: and what came of that?",
        ],
        (Gap::Result, Style::Technical) => &[
            "You said “{}”. What was the outcome, and how did you verify it?",
            "After “{}”: what changed measurably?",
        ],
        (Gap::Result, Style::Formal) => &[
            "You mentioned “{}”. What was the result?",
            "Regarding “{}”: how did it end, and how did you know that it had worked?",
        ],
        (Gap::Numbers, Style::Aggressive) => &[
            "“{}”: by how much? Give me a number.",
            "You say “{}”. Compared with what, and measured how?",
        ],
        (Gap::Numbers, Style::Casual) => &[
            "On “{}”: can you put a rough number on it?",
            "How big was that, when you say “{}”?",
        ],
        (Gap::Numbers, _) => &[
            "You said “{}”. Could you quantify that: how much, how many, or how long?",
            "Regarding “{}”: which figures would show its size?",
        ],
        (Gap::Reasons, Style::Aggressive) => &[
            "“{}”. Why that, of all things? What did you reject?",
            "You say “{}”, but not why. What would have spoken against it?",
        ],
        (Gap::Reasons, _) => &[
            "You said “{}”. Which alternatives did you consider, and why did you decide against them?",
            "Regarding “{}”: what was the reasoning behind it, and what did it cost you?",
        ],
    }
}
