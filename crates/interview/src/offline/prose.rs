//! Feedback on one answer, in words.

use super::answer::Answer;
use super::rubric::Measure;
use super::rubric::facts::Facts;
use crate::scores::GOOD;

/// What worked: dimensions with a good score, each with its facts and its first quote.
pub(super) fn worked(measures: &[Measure<'_>]) -> Vec<String> {
    measures
        .iter()
        .filter(|measure| measure.score.is_some_and(|score| f64::from(score) >= GOOD))
        .map(|measure| {
            let praise = match measure.dimension {
                "structure" => "Your answer has a clear structure",
                "specificity" => "You were specific",
                "relevance" => "You stayed with the question",
                "depth" => "You explained your thinking",
                _ => "You were easy to follow",
            };
            format!("{praise}: {}", measure.reason)
        })
        .collect()
}

/// What to change: the advice of every other dimension, the weakest first; the same advice once.
pub(super) fn to_change(measures: &[Measure<'_>]) -> Vec<String> {
    let mut weak: Vec<&Measure<'_>> = measures
        .iter()
        .filter(|measure| measure.score.is_none_or(|score| f64::from(score) < GOOD))
        .collect();
    weak.sort_by_key(|measure| measure.score);
    let mut advice: Vec<String> = Vec::new();
    for measure in weak {
        if !advice.contains(&measure.advice) {
            advice.push(measure.advice.clone());
        }
    }
    advice
}

/// The whole feedback, as paragraphs.
pub(super) fn feedback(
    answer: &Answer<'_>,
    facts: &Facts,
    worked: &[String],
    to_change: &[String],
) -> String {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut text = format!(
        "Your answer has {} word{} in {} sentence{}.",
        facts.words,
        plural(facts.words),
        answer.sentence_count(),
        plural(answer.sentence_count()),
    );
    if let Some(why) = facts.unreadable() {
        text.push_str(&format!(" It could not be scored: {why}"));
    }
    if !worked.is_empty() {
        text.push_str(&format!("\n\nWhat worked: {}", worked.join(" ")));
    }
    if to_change.is_empty() {
        text.push_str(
            "\n\nWhat to change: nothing that can be counted. Practise telling it in two minutes.",
        );
    } else {
        text.push_str(&format!("\n\nWhat to change: {}", to_change.join(" ")));
    }
    text.push_str("\n\nThis feedback comes from the offline coach, which counts words and phrases and does not understand them.");
    text
}
