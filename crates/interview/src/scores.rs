//! What the feedback on all answers adds up to, whoever gave it: the report's scores.

use super::Conversation;
use super::evidence::{INSUFFICIENT, keep_proven};
use crate::{Evidence, Feedback, FeedbackStatus, Score, Scores};

/// What answers are judged on.
pub const DIMENSIONS: [&str; 5] = [
    "structure",
    "specificity",
    "relevance",
    "depth",
    "communication",
];

/// A score from which a dimension counts as a strength.
pub const GOOD: u8 = 4;

/// The report's scores: means of the scores that answers were given, each with the words that earned
/// the best and the worst of them. No model is asked, so the report can't differ from the feedback.
pub fn of(conversation: &Conversation) -> Scores {
    let judged: Vec<&Feedback> = conversation
        .turns
        .iter()
        .filter(|turn| turn.is_answer())
        .filter_map(|turn| turn.feedback.as_ref())
        .filter(|feedback| feedback.status == FeedbackStatus::Ready)
        .collect();
    let mut dimension_scores: Vec<Score> = DIMENSIONS
        .iter()
        .map(|dimension| overall_of(dimension, &judged))
        .collect();
    keep_proven(&mut dimension_scores, |turn_no| {
        conversation.turn(turn_no)?.message.as_deref()
    });
    let answered = |turn: &&std::sync::Arc<crate::Turn>| turn.is_answer();
    Scores {
        overall_score: overall(&dimension_scores),
        dimension_scores,
        answers: count(conversation.turns.iter().filter(answered).count()),
        answers_judged: count(judged.len()),
        checklist: crate::checklist::totals(&judged),
        coach: judged
            .last()
            .map(|feedback| feedback.coach.clone())
            .unwrap_or_default(),
        rubric_version: judged
            .last()
            .map(|feedback| feedback.rubric_version.clone())
            .unwrap_or_default(),
    }
}

/// Dimensions whose score the test accepts, the lowest first.
pub fn ranked(scores: &[Score], accepts: impl Fn(u8) -> bool) -> Vec<&Score> {
    let mut chosen: Vec<&Score> = scores
        .iter()
        .filter(|score| score.score.is_some_and(&accepts))
        .collect();
    chosen.sort_by_key(|score| score.score);
    chosen
}

/// `1 answer`, `2 answers`.
pub fn answers(count: usize) -> String {
    format!("{count} answer{}", if count == 1 { "" } else { "s" })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The mean of a dimension over the answers that have a score, rounded, with the best and the worst
/// of them as evidence.
fn overall_of(dimension: &str, judged: &[&Feedback]) -> Score {
    let scored: Vec<(u8, &[Evidence])> = judged
        .iter()
        .flat_map(|feedback| &feedback.scores)
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
        reason: if scored.len() == 1 {
            format!("{} for the one answer that has a score.", best.0)
        } else {
            format!(
                "{mean:.1} on average over {} with a score; best {}, lowest {}.",
                answers(scored.len()),
                best.0,
                worst.0
            )
        },
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
