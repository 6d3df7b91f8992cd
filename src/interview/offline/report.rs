//! The offline report: what the feedback on all answers adds up to.

use std::borrow::Cow;

use super::answer::Answer;
use super::prose::GOOD;
use super::role::Role;
use super::rubric::DIMENSIONS;
use super::rubric::facts::Facts;
use super::{NAME, RUBRIC_VERSION, coach, resources};
use crate::interview::Conversation;
use crate::interview::evidence::{INSUFFICIENT, keep_proven};
use crate::session::model::{Evidence, Feedback, FeedbackStatus, Report, Score};

/// Answers below which the report says that it rests on little.
const FEW_ANSWERS: usize = 3;
/// An answer is short below this number of words.
const SHORT_WORDS: usize = 40;

struct Judged<'a> {
    message: &'a str,
    feedback: Cow<'a, Feedback>,
}

pub(super) fn of(conversation: &Conversation) -> Report {
    let judged: Vec<Judged<'_>> = conversation
        .turns
        .iter()
        .filter_map(|turn| {
            let message = turn.message.as_deref()?;
            let stored = turn
                .feedback
                .as_ref()
                .filter(|feedback| feedback.status == FeedbackStatus::Ready);
            let feedback = match stored {
                Some(feedback) => Cow::Borrowed(feedback),
                None => Cow::Owned(coach::assessed(conversation, turn)?),
            };
            Some(Judged { message, feedback })
        })
        .collect();
    let mut dimension_scores: Vec<Score> = DIMENSIONS
        .iter()
        .map(|dimension| overall_of(dimension, &judged))
        .collect();
    keep_proven(&mut dimension_scores, |turn_no| {
        let at = conversation
            .turns
            .binary_search_by_key(&turn_no, |turn| turn.turn_no)
            .ok()?;
        conversation.turns.get(at)?.message.as_deref()
    });
    let weak = ranked(&dimension_scores, |score| score < GOOD);
    let strong = ranked(&dimension_scores, |score| score >= GOOD);
    let weak_names: Vec<&str> = weak.iter().map(|score| score.dimension.as_str()).collect();
    Report {
        patterns_tendencies: patterns(&judged),
        strengths: strengths(&strong, weak.last().copied(), judged.len()),
        weaknesses: weaknesses(&weak, strong.len(), judged.len()),
        improvement_focus_areas: focus_areas(&weak, &judged),
        recommended_resources: resources::for_weaknesses(
            &weak_names,
            Role::of(&conversation.config),
        ),
        overall_score: overall(&dimension_scores),
        dimension_scores,
        coach: NAME.into(),
        rubric_version: RUBRIC_VERSION.into(),
    }
}

/// The mean of a dimension over the answers that have a score, rounded, with the best and the worst
/// of them as evidence.
fn overall_of(dimension: &str, judged: &[Judged<'_>]) -> Score {
    let scored: Vec<(u8, &[Evidence])> = judged
        .iter()
        .flat_map(|judged| &judged.feedback.scores)
        .filter(|score| score.dimension == dimension)
        .filter_map(|score| {
            Some((
                score.score.filter(|value| (1..=5).contains(value))?,
                &*score.evidence,
            ))
        })
        .collect();
    let best = scored.iter().rev().max_by_key(|(score, _)| *score);
    let worst = scored.iter().min_by_key(|(score, _)| *score);
    let (Some(best), Some(worst)) = (best, worst) else {
        return Score {
            dimension: dimension.into(),
            score: None,
            reason: format!("{INSUFFICIENT}: no answer has a score on {dimension}."),
            evidence: Vec::new(),
        };
    };
    let sum: u32 = scored.iter().map(|(score, _)| u32::from(*score)).sum();
    let mean = f64::from(sum) / scored.len() as f64;
    let mut evidence: Vec<Evidence> = best.1.first().cloned().into_iter().collect();
    evidence.extend(
        worst
            .1
            .first()
            .filter(|quote| !evidence.contains(quote))
            .cloned(),
    );
    Score {
        dimension: dimension.into(),
        // A mean of scores from 1 to 5, so the cast loses nothing but the fraction.
        score: Some(mean.round() as u8),
        reason: format!(
            "{mean:.1} on average over {} with a score; best {}, lowest {}.",
            answers(scored.len()),
            best.0,
            worst.0
        ),
        evidence,
    }
}

/// The mean of the scores there are, to one decimal.
fn overall(scores: &[Score]) -> Option<f64> {
    let values: Vec<f64> = scores
        .iter()
        .filter_map(|score| score.score.map(f64::from))
        .collect();
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Some((mean * 10.0).round() / 10.0)
}

/// Dimensions whose score the test accepts, the lowest first.
fn ranked(scores: &[Score], accepts: impl Fn(u8) -> bool) -> Vec<&Score> {
    let mut chosen: Vec<&Score> = scores
        .iter()
        .filter(|score| score.score.is_some_and(&accepts))
        .collect();
    chosen.sort_by_key(|score| score.score);
    chosen
}

fn answers(count: usize) -> String {
    format!("{count} answer{}", if count == 1 { "" } else { "s" })
}

fn patterns(judged: &[Judged<'_>]) -> String {
    let all = judged.len();
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
    for one in judged {
        let facts = Facts::of(&Answer::new(one.message));
        words.push(facts.words);
        if facts.unreadable().is_some() {
            unreadable += 1;
            continue;
        }
        no_numbers += usize::from(facts.numbers.is_empty());
        no_result += usize::from(facts.result.is_none());
        no_reason += usize::from(facts.reasons.is_empty());
        no_lesson += usize::from(facts.reflection.is_empty());
        hedging += usize::from(facts.hedges_per_hundred() >= 2);
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
fn strengths(strong: &[&Score], best_of_rest: Option<&Score>, all: usize) -> String {
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

fn weaknesses(weak: &[&Score], strong: usize, all: usize) -> String {
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

fn titled(score: &Score) -> String {
    let mut letters = score.dimension.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn focus_areas(weak: &[&Score], judged: &[Judged<'_>]) -> String {
    if judged.is_empty() {
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
        areas.push(if judged.iter().any(|one| one.feedback.scores.iter().any(|score| score.score.is_some())) {
            "1. Keep the level under harder conditions: raise the difficulty or choose another style.".into()
        } else {
            "1. Answer in full English sentences, forty words or more, so that there is something to judge.".into()
        });
    }
    areas.join("\n")
}
