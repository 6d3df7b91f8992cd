//! The offline report's texts: what the answers show when they are counted over.

use super::answer::Answer;
use super::rubric::facts::Facts;
use crate::Conversation;
use crate::scores::{GOOD, answers, ranked};
use crate::{DimensionScore, Narrative, Scores};

/// Answers below which the report says that it rests on little.
const FEW_ANSWERS: usize = 3;
/// An answer is short below this number of words.
const SHORT_WORDS: usize = 40;

pub(super) fn of(conversation: &Conversation, scores: &Scores) -> Narrative {
    let messages: Vec<&str> = conversation
        .turns
        .iter()
        .filter_map(|turn| turn.message.as_deref())
        .collect();
    let weak = ranked(&scores.dimension_scores, |score| score < GOOD);
    let strong = ranked(&scores.dimension_scores, |score| score >= GOOD);
    Narrative {
        patterns_tendencies: patterns(&messages),
        strengths: strengths(&strong, weak.last().copied(), messages.len()),
        weaknesses: weaknesses(&weak, strong.len(), messages.len()),
        improvement_focus_areas: focus_areas(&weak, strong.is_empty(), messages.is_empty()),
        ..Narrative::default()
    }
}

fn patterns(messages: &[&str]) -> String {
    let all = messages.len();
    if all == 0 {
        return "There are no answers, so no pattern can be seen.".into();
    }
    let mut words: Vec<usize> = Vec::with_capacity(all);
    let (
        mut no_numbers,
        mut no_result,
        mut no_reason,
        mut no_lesson,
        mut hedging,
        mut short,
        mut unreadable,
    ) = (0, 0, 0, 0, 0, 0, 0);
    for message in messages {
        let facts = Facts::of(&Answer::new(message));
        words.push(facts.words);
        if facts.unreadable().is_some() {
            unreadable += 1;
            continue;
        }
        no_numbers += usize::from(facts.numbers.is_empty());
        no_result += usize::from(facts.result.is_none());
        no_reason += usize::from(facts.reasons.is_empty());
        no_lesson += usize::from(facts.reflection.is_empty());
        hedging += usize::from(facts.filler_words_per_hundred() >= 2);
        short += usize::from(facts.words < SHORT_WORDS);
    }
    let total: usize = words.iter().sum();
    let mut said = vec![format!(
        "You gave {} with {} words on average, the shortest with {} and the longest with {}.",
        answers(all),
        total / all,
        words.iter().min().copied().unwrap_or_default(),
        words.iter().max().copied().unwrap_or_default(),
    )];
    let readable = all - unreadable;
    for (count, what) in [
        (no_numbers, "there were no numbers"),
        (no_result, "no result was told"),
        (no_reason, "no reason was given"),
        (no_lesson, "nothing was said about what you learned"),
        (hedging, "fillers and hedges were frequent"),
        (short, "there were fewer than 40 words"),
    ] {
        if count > 0 {
            said.push(format!("In {count} of {} {what}.", answers(readable)));
        }
    }
    if unreadable > 0 {
        said.push(format!(
            "{} could not be scored: too short, not English, or the same words over and over.",
            capitalised_answers(unreadable)
        ));
    }
    if all < FEW_ANSWERS {
        said.push("These are too few answers to speak of a tendency.".into());
    }
    said.join(" ")
}

fn capitalised_answers(count: usize) -> String {
    if count == 1 {
        "One answer".into()
    } else {
        answers(count)
    }
}

/// `best_of_rest`: the highest dimension below a good score.
fn strengths(
    strong: &[&DimensionScore],
    best_of_rest: Option<&DimensionScore>,
    all: usize,
) -> String {
    if all == 0 {
        return "There are no answers, so there is too little to judge strengths by.".into();
    }
    if strong.is_empty() {
        let Some(best) = best_of_rest else {
            return "No answer could be scored, so there is too little to judge strengths by."
                .into();
        };
        let shown = best.evidence.first().map(|best| {
            format!(
                " The best of it is in turn {}: “{}”",
                best.turn_no, best.quote
            )
        });
        return format!(
            "No dimension reaches 4 of 5 over all answers yet; the highest is {} ({}){}",
            best.dimension,
            best.reason,
            shown.unwrap_or_default(),
        );
    }
    let told: Vec<String> = strong
        .iter()
        .rev()
        .map(|score| match score.evidence.first() {
            Some(best) => format!(
                "{} ({}) For example in turn {}: “{}”",
                titled(score),
                score.reason,
                best.turn_no,
                best.quote
            ),
            None => format!("{} ({})", titled(score), score.reason),
        })
        .collect();
    told.join("\n")
}

fn weaknesses(weak: &[&DimensionScore], strong: usize, all: usize) -> String {
    if all == 0 {
        return "There are no answers, so there is too little to judge weaknesses by.".into();
    }
    if weak.is_empty() && strong == 0 {
        return "No answer could be scored, so there is too little to judge weaknesses by: they are too short or not English sentences.".into();
    }
    if weak.is_empty() {
        return "No dimension stays below 4 of 5.".into();
    }
    let told: Vec<String> = weak
        .iter()
        .map(|score| match score.evidence.last() {
            Some(worst) => format!(
                "{} ({}) For example in turn {}: “{}”",
                titled(score),
                score.reason,
                worst.turn_no,
                worst.quote
            ),
            None => format!("{} ({})", titled(score), score.reason),
        })
        .collect();
    told.join("\n")
}

fn titled(score: &DimensionScore) -> String {
    let mut letters = score.dimension.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn focus_areas(weak: &[&DimensionScore], none_strong: bool, no_answers: bool) -> String {
    if no_answers {
        return "Answer some questions first: with three or more answers the report can say what to practise.".into();
    }
    let mut areas: Vec<String> = weak
        .iter()
        .take(3)
        .zip(1..)
        .map(|(score, place)| {
            let exercise = match score.dimension.as_str() {
                "structure" => "Structure: write down situation, task, action and result in a sentence each before you answer.",
                "specificity" => "Specificity: prepare three figures and three names for each of your main stories.",
                "relevance" => "Relevance: begin with a sentence that answers the question, and end by tying your example to the job.",
                "depth" => "Depth: for each decision say why, what you rejected, and what you learned.",
                _ => "Communication: record yourself, count the fillers, and shorten sentences of more than 25 words.",
            };
            format!("{place}. {exercise}")
        })
        .collect();
    if areas.is_empty() {
        areas.push(if !none_strong {
            "1. Keep the level under harder conditions: raise the difficulty or choose another style.".into()
        } else {
            "1. Answer in full English sentences, forty words or more, so that there is something to judge.".into()
        });
    }
    areas.join("\n")
}
