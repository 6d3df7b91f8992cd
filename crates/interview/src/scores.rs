//! What the feedback on all answers adds up to, whoever gave it: the report's scores.

use std::collections::HashSet;

use super::evidence::is_verbatim;
use super::{Conversation, phrases};
use crate::chain::question_of;
use crate::{
    DimensionScore, Evidence, Feedback, FeedbackStatus, QuestionScore, Score, Scores, Turn,
};

/// What answers are judged on.
pub const DIMENSIONS: [&str; 5] = [
    "structure",
    "specificity",
    "relevance",
    "depth",
    "communication",
];

/// A score from which a dimension counts as a strength.
pub const GOOD: f64 = 4.0;

/// The report's scores: means of the scores that answers were given, each with the words that earned
/// the best and the worst of them. No model is asked, so the report can't differ from the feedback.
pub fn of(conversation: &Conversation) -> Scores {
    let answers: Vec<&Turn> = conversation
        .turns
        .iter()
        .map(AsRef::as_ref)
        .filter(|turn| turn.is_answer())
        .collect();
    let judged: Vec<&Feedback> = answers.iter().filter_map(|turn| ready(turn)).collect();
    let scored: Vec<(u32, &Score)> = answers
        .iter()
        .flat_map(|turn| scores_of(conversation, turn))
        .collect();
    let mut told = HashSet::new();
    let last = judged.last();
    Scores {
        overall_score: mean(scored.iter().filter_map(|(_, score)| score.score)),
        dimension_scores: DIMENSIONS
            .iter()
            .map(|dimension| overall_of(conversation, dimension, &scored, &mut told))
            .collect(),
        question_scores: by_question(&scored),
        answers: count(answers.len()),
        answers_judged: count(judged.len()),
        checklist: crate::checklist::totals(&judged),
        coach: last
            .map(|feedback| feedback.coach.clone())
            .unwrap_or_default(),
        rubric_version: last
            .map(|feedback| feedback.rubric_version.clone())
            .unwrap_or_default(),
    }
}

/// Dimensions whose score the test accepts, the lowest first.
pub fn ranked(scores: &[DimensionScore], accepts: impl Fn(f64) -> bool) -> Vec<&DimensionScore> {
    let mut chosen: Vec<&DimensionScore> = scores
        .iter()
        .filter(|score| score.score.is_some_and(&accepts))
        .collect();
    chosen.sort_by(|one, other| {
        one.score
            .unwrap_or(0.0)
            .total_cmp(&other.score.unwrap_or(0.0))
    });
    chosen
}

/// Turns of the best and of the weakest answer, by the mean of their scores; the earlier of equals. An answer
/// that showed nothing is no best one, and where all are alike there is no weakest.
pub(crate) fn extremes(conversation: &Conversation) -> (Option<u32>, Option<u32>) {
    let means: Vec<(u32, f64)> = conversation
        .turns
        .iter()
        .filter_map(|turn| {
            let scores = scores_of(conversation, turn);
            let values = scores.filter_map(|(_, score)| score.score);
            Some((turn.turn_no, mean_of(values)?))
        })
        .collect();
    let better = |one: &&(u32, f64), other: &&(u32, f64)| one.1.total_cmp(&other.1);
    let best = means.iter().rev().max_by(better);
    let weakest = means.iter().min_by(better);
    match (best, weakest) {
        (Some(best), Some(weakest)) if best.1 > weakest.1 => (Some(best.0), Some(weakest.0)),
        (Some(best), _) if best.1 > 1.0 && means.len() > 1 => (Some(best.0), None),
        _ => (None, None),
    }
}

/// `1 answer`, `2 answers`.
pub fn answers(count: usize) -> String {
    format!("{count} answer{}", if count == 1 { "" } else { "s" })
}

fn ready(turn: &Turn) -> Option<&Feedback> {
    let feedback = turn.feedback.as_ref()?;
    (turn.is_answer() && feedback.status == FeedbackStatus::Ready).then_some(feedback)
}

/// The scores of a turn that count, with the turn of the question: in range and, above the lowest, proven by words
/// of the transcript.
fn scores_of<'a>(
    conversation: &'a Conversation,
    turn: &'a Turn,
) -> impl Iterator<Item = (u32, &'a Score)> {
    let question = question_of(conversation, turn);
    let scores = ready(turn)
        .into_iter()
        .flat_map(|feedback| &feedback.scores);
    scores
        .filter(|score| match score.score {
            Some(1) => true,
            Some(2..=5) => score
                .evidence
                .iter()
                .any(|evidence| stands(conversation, evidence)),
            _ => false,
        })
        .map(move |score| (question, score))
}

fn stands(conversation: &Conversation, evidence: &Evidence) -> bool {
    conversation
        .turn(evidence.turn_no)
        .and_then(|turn| turn.message.as_deref())
        .is_some_and(|answer| is_verbatim(answer, &evidence.quote))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The mean of a dimension over the answers that have a score, with the best and the worst of them as evidence:
/// where there is a choice, words that no other dimension shows (`told`).
fn overall_of<'a>(
    conversation: &Conversation,
    dimension: &str,
    scored: &[(u32, &'a Score)],
    told: &mut HashSet<(u32, &'a str)>,
) -> DimensionScore {
    let scores: Vec<&Score> = scored
        .iter()
        .map(|(_, score)| *score)
        .filter(|score| score.dimension == dimension)
        .collect();
    let best = scores.iter().rev().max_by_key(|score| score.score);
    let worst = scores.iter().min_by_key(|score| score.score);
    let mut evidence: Vec<Evidence> = Vec::new();
    for score in best.into_iter().chain(worst) {
        let standing = || {
            let quotes = score.evidence.iter();
            quotes.filter(|quote| stands(conversation, quote))
        };
        let fresh = standing().find(|quote| !told.contains(&(quote.turn_no, &*quote.quote)));
        if let Some(quote) = fresh.or_else(|| standing().next())
            && !evidence.contains(quote)
        {
            told.insert((quote.turn_no, &quote.quote));
            evidence.push(quote.clone());
        }
    }
    DimensionScore {
        dimension: dimension.into(),
        score: mean(scores.iter().filter_map(|score| score.score)),
        reason: certainty(conversation, scores.len()),
        answers: count(scores.len()),
        evidence,
    }
}

/// How much a mean over so many answers says.
fn certainty(conversation: &Conversation, answers: usize) -> String {
    let Some(phrases) = phrases::of(&conversation.config) else {
        return String::new();
    };
    let said = match answers {
        0 => phrases.unscored,
        1 => phrases.one,
        2 => phrases.two,
        3 | 4 => phrases.few,
        _ => phrases.many,
    };
    said.replace("{n}", &answers.to_string())
}

fn by_question(scored: &[(u32, &Score)]) -> Vec<QuestionScore> {
    scored
        .chunk_by(|one, other| one.0 == other.0)
        .map(|scores| QuestionScore {
            turn_no: scores[0].0,
            score: mean(scores.iter().filter_map(|(_, score)| score.score)),
        })
        .collect()
}

fn mean_of(values: impl Iterator<Item = u8>) -> Option<f64> {
    let (sum, count) = values.fold((0_u32, 0_u32), |(sum, count), value| {
        (sum + u32::from(value), count + 1)
    });
    (count > 0).then(|| f64::from(sum) / f64::from(count))
}

/// The mean to one decimal, as it is shown.
fn mean(values: impl Iterator<Item = u8>) -> Option<f64> {
    mean_of(values).map(|mean| (mean * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{SessionConfig, SessionStats};

    const SAID: &str = "I moved billing to a queue and losses fell to none.";

    /// An interview whose answers have these scores on every dimension, a gap where there is none.
    fn interview(language: &str, answers: &[Option<u8>]) -> Conversation {
        let turns = (1..).zip(answers).map(|(turn_no, value)| {
            let score = |dimension: &&str| Score {
                dimension: (*dimension).to_owned(),
                score: *value,
                reason: String::new(),
                evidence: ["moved billing", "fell to none"]
                    .map(|quote| Evidence {
                        turn_no,
                        quote: quote.into(),
                    })
                    .into(),
            };
            let turn: Turn = serde_json::from_value(serde_json::json!({
                "turn_no": turn_no, "turn_id": "t", "message": SAID, "question_no": turn_no - 1, "version": 0,
                "accepted_at": "2026-01-01T00:00:00Z", "reply": null, "completed_at": null, "unanswered_at": null,
                "feedback": Feedback {
                    scores: DIMENSIONS.iter().map(score).collect(),
                    ..Feedback::empty(FeedbackStatus::Ready)
                },
                "lease_until": null,
            }))
            .expect("a turn");
            Arc::new(turn)
        });
        Conversation {
            config: Arc::new(SessionConfig {
                language: Some(language.to_owned()),
                ..Default::default()
            }),
            turns: Arc::new(turns.collect()),
            stats: SessionStats::default(),
            started_at: None,
            seed: 1,
        }
    }

    #[test]
    fn numbers_are_kept_meant_once_and_rounded_for_display() {
        let scores = of(&interview("en", &[Some(4), Some(3), None, Some(4)]));
        assert_eq!(scores.overall_score, Some(3.7));
        for score in &scores.dimension_scores {
            assert_eq!((score.score, score.answers), (Some(3.7), 3));
            assert_eq!(score.reason, "Based on 3 answers: a tendency.");
        }
        let by_question: Vec<_> = scores
            .question_scores
            .iter()
            .map(|one| (one.turn_no, one.score))
            .collect();
        assert_eq!(
            by_question,
            [(0, Some(4.0)), (1, Some(3.0)), (3, Some(4.0))]
        );
        let shown = serde_json::to_value(&scores).expect("JSON");
        assert_eq!(shown["dimension_scores"][0]["score"], 3.7);
    }

    #[test]
    fn the_certainty_is_told_in_the_interviews_language() {
        let reason = |language: &str, answers: &[Option<u8>]| {
            of(&interview(language, answers)).dimension_scores[0]
                .reason
                .clone()
        };
        assert_eq!(
            reason("en", &[Some(4), Some(2)]),
            "Based on two answers: a rough impression."
        );
        assert_eq!(
            reason("de", &[Some(4)]),
            "Aus einer Antwort: ein erster Eindruck."
        );
        assert_eq!(reason("zh", &[None]), "没有可用来评价这一项的回答。");
        assert_eq!(reason("sv", &[Some(4)]), "");
        assert_eq!(of(&interview("en", &[None])).overall_score, None);
    }

    #[test]
    fn one_quote_does_not_stand_for_everything() {
        let scores = of(&interview("en", &[Some(4), Some(2)]));
        let quotes: HashSet<_> = scores.dimension_scores[..2]
            .iter()
            .flat_map(|score| &score.evidence)
            .map(|quote| (quote.turn_no, quote.quote.clone()))
            .collect();
        assert_eq!(quotes.len(), 4);
    }

    #[test]
    fn best_and_weakest_are_the_scores_own() {
        let found = |answers: &[Option<u8>]| extremes(&interview("en", answers));
        assert_eq!(
            found(&[Some(3), Some(5), None, Some(2)]),
            (Some(2), Some(4))
        );
        assert_eq!(found(&[Some(5), Some(5)]), (Some(1), None));
        assert_eq!(found(&[Some(1), Some(1)]), (None, None));
        assert_eq!(found(&[Some(4)]), (None, None));
        assert_eq!(found(&[]), (None, None));
    }
}
