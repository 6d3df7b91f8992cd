use std::sync::Arc;

use super::{STRONG, Session, WEAK, block_on, config, mean};
use crate::Coach;
use crate::Style;
use crate::evidence::is_verbatim;
use crate::offline::OfflineCoach;

#[test]
fn strong_answers_score_higher_than_weak_ones_on_every_dimension() {
    let mut session = Session::start(config(5, Style::Formal), 9);
    session.answer(STRONG);
    session.answer(WEAK);
    let (strong, weak) = (session.feedback(1), session.feedback(2));
    for (one, other) in strong.scores.iter().zip(&weak.scores) {
        assert!(
            one.score > other.score,
            "{}: {:?} {:?}",
            one.dimension,
            one,
            other
        );
    }
    assert!(
        mean(&strong) >= 4.0 && mean(&weak) <= 2.5,
        "{} {}",
        mean(&strong),
        mean(&weak)
    );
    assert!(!strong.worked.is_empty() && !weak.to_change.is_empty());
}

#[test]
fn advice_never_asks_for_what_is_there_already() {
    let mut session = Session::start(config(5, Style::Formal), 9);
    // Short, with numbers, names and deeds, and no vague word.
    session.answer("In 2024 I led a team of five at Initech, and we moved billing to Rust, which cut failures to none.");
    let feedback = session.feedback(1);
    assert!(
        feedback
            .to_change
            .iter()
            .all(|advice| !advice.contains("vague")),
        "{:?}",
        feedback.to_change
    );
    assert!(
        feedback
            .to_change
            .iter()
            .any(|advice| advice.starts_with("Add another fact")),
        "{:?}",
        feedback.to_change
    );
}

#[test]
fn answers_without_substance_have_no_score_and_say_why() {
    let nothing = [
        "",
        "yes",
        "ok fine",
        "asdf qwer zxcv uiop hjkl",
        "🙂🙂🙂",
        "ich habe daran gearbeitet gestern",
        "我喜欢编程因为它很有趣",
    ];
    for message in nothing {
        let mut session = Session::start(config(5, Style::Formal), 9);
        session.answer(message);
        let feedback = session.feedback(1);
        for score in &feedback.scores {
            assert_eq!(score.score, None, "{message:?} {score:?}");
            assert!(
                score.reason.starts_with("Insufficient evidence: "),
                "{}",
                score.reason
            );
        }
        assert!(
            feedback
                .feedback
                .is_some_and(|text| text.contains("could not be scored"))
        );
    }
}

#[test]
fn insults_cost_the_score_on_communication() {
    let mut session = Session::start(config(5, Style::Formal), 9);
    session.answer(
        "This is a stupid question and you are an idiot, so I will not answer it at all, shut up.",
    );
    let feedback = session.feedback(1);
    let communication = feedback
        .scores
        .iter()
        .find(|score| score.dimension == "communication");
    assert_eq!(communication.and_then(|score| score.score), Some(1));
    assert!(mean(&feedback) < 2.0);
}

#[test]
fn reports_add_up_what_the_answers_show() {
    let mut session = Session::start(config(6, Style::Formal), 9);
    for message in [STRONG, WEAK, STRONG, WEAK, "ok"] {
        session.answer(message);
    }
    let report = session.report();
    assert_eq!(report.scores.dimension_scores.len(), 5);
    let overall = report.scores.overall_score.expect("an overall score");
    assert!((1.0..=5.0).contains(&overall));
    assert!(
        report
            .narrative
            .patterns_tendencies
            .contains("In 2 of 4 answers there were no numbers."),
        "{}",
        report.narrative.patterns_tendencies
    );
    for score in &report.scores.dimension_scores {
        assert!(!score.evidence.is_empty());
        for evidence in &score.evidence {
            let turn = &session.talk.turns[evidence.turn_no as usize];
            assert!(is_verbatim(
                turn.message.as_deref().unwrap_or_default(),
                &evidence.quote
            ));
        }
    }
}

#[test]
fn reports_are_honest_without_answers() {
    let mut session = Session::start(config(6, Style::Formal), 9);
    let report = session.report();
    assert_eq!(report.scores.overall_score, None);
    assert!(
        report
            .scores
            .dimension_scores
            .iter()
            .all(|score| score.score.is_none() && score.evidence.is_empty())
    );
    for text in [
        &report.narrative.patterns_tendencies,
        &report.narrative.strengths,
        &report.narrative.weaknesses,
    ] {
        assert!(text.contains("no answers"), "{text}");
    }
    assert!(!report.narrative.improvement_focus_areas.is_empty());
    assert!((3..=6).contains(&report.resources.recommended_resources.len()));
}

#[test]
fn stored_feedback_is_used_and_its_inventions_are_dropped() {
    let mut session = Session::start(config(6, Style::Formal), 9);
    session.answer(STRONG);
    let mut feedback = session.feedback(1);
    for score in &mut feedback.scores {
        score.score = Some(3);
    }
    for evidence in &mut feedback.scores[0].evidence {
        evidence.quote = "I invented the wheel".into();
    }
    let turns = Arc::make_mut(&mut session.talk.turns);
    Arc::make_mut(&mut turns[1]).feedback = Some(feedback);
    let report = session.report();
    assert_eq!(report.scores.dimension_scores[0].score, None);
    assert_eq!(report.scores.dimension_scores[1].score, Some(3.0));
    assert_eq!(report.scores.overall_score, Some(3.0));
}

#[test]
fn turns_that_do_not_exist_are_errors() {
    let session = Session::start(config(6, Style::Formal), 9);
    assert!(block_on(OfflineCoach.assess(&session.talk, 0)).is_err());
    assert!(block_on(OfflineCoach.assess(&session.talk, 40)).is_err());
}
