//! What the coach says of answers as people give them, and of what is none.

use std::collections::HashMap;

use serde::Deserialize;

use super::{STRONG, Session, WEAK, block_on, config, ticks};
use crate::evidence::is_verbatim;
use crate::offline::OfflineCoach;
use crate::{Coach, Feedback, SessionConfig, Style};

#[derive(Deserialize)]
struct Answers {
    questions: HashMap<String, String>,
    strong: Vec<Answer>,
    natural: Vec<Answer>,
    middling: Vec<Answer>,
    weak: Vec<Answer>,
    one_liner: Vec<Answer>,
    absurd: Vec<Answer>,
    nothing: Vec<Answer>,
    unreadable: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    about: String,
    /// A question of its own, where the table of questions has none.
    question: Option<String>,
    role: Option<String>,
    text: String,
}

fn answers() -> Answers {
    toml::from_str(include_str!("answers.toml")).expect("the table of answers")
}

impl Answers {
    fn judged(&self, answer: &Answer) -> Feedback {
        let config = SessionConfig {
            job_role: answer.role.clone(),
            ..Default::default()
        };
        let own = answer.question.as_ref();
        let question = own.unwrap_or_else(|| &self.questions[&answer.about]);
        let mut session = Session::asked(config, question);
        session.answer(&answer.text);
        session.feedback(1)
    }

    fn ticks(&self, answers: &[Answer]) -> Vec<usize> {
        answers
            .iter()
            .map(|answer| ticks(&self.judged(answer)))
            .collect()
    }
}

#[test]
fn better_answers_have_more_ticks() {
    let table = answers();
    let strong = table.ticks(&table.strong);
    let middling = table.ticks(&table.middling);
    let weak = table.ticks(&table.weak);
    assert!(
        middling
            .iter()
            .all(|ticks| ticks > weak.iter().max().expect("weak ones"))
    );
    assert!(
        mean(&strong) > mean(&middling) + 1.0,
        "{strong:?} {middling:?}"
    );
    assert!(weak.iter().all(|ticks| *ticks > 0), "{weak:?}");
    let one_liner = table.ticks(&table.one_liner)[0];
    assert!(one_liner > *weak.iter().max().expect("weak ones"));
}

#[test]
fn a_good_natural_answer_lacks_nothing_that_is_there() {
    let table = answers();
    for answer in &table.strong {
        let feedback = table.judged(answer);
        let missing = feedback
            .checklist
            .iter()
            .filter(|check| check.met == Some(false));
        assert!(
            missing.count() <= 1,
            "{} {:?}",
            answer.text,
            feedback.checklist
        );
    }
}

#[test]
fn answers_of_any_profession_are_taken_for_answers() {
    let table = answers();
    let ticks = table.ticks(&table.natural);
    assert!(ticks.iter().all(|ticks| *ticks >= 3), "{ticks:?}");
    assert!(mean(&ticks) > 6.0, "{ticks:?}");
}

#[test]
fn what_is_no_answer_has_no_ticks_whatever_words_it_uses() {
    let table = answers();
    for answer in table.nothing.iter().chain(&table.unreadable) {
        let feedback = table.judged(answer);
        assert_eq!(
            ticks(&feedback),
            0,
            "{} {:?}",
            answer.text,
            feedback.headline
        );
        assert!(feedback.worked.is_empty());
        assert_eq!(feedback.to_change.len(), 1);
    }
}

/// Ticks of answers that stand behind their question, one in a line.
fn ticks_of_lines(lines: &str) -> Vec<usize> {
    let answers = lines.lines().filter_map(|line| line.split_once('|'));
    let ticks_of = |(question, answer): (&str, &str)| {
        let mut session = Session::asked(SessionConfig::default(), question);
        session.answer(answer);
        ticks(&session.feedback(1))
    };
    answers.map(ticks_of).collect()
}

#[test]
fn nonsense_made_of_the_words_of_work_has_fewer_ticks_than_any_good_answer() {
    let good = ticks_of_lines(include_str!("good.txt"));
    let nonsense = ticks_of_lines(include_str!("nonsense.txt"));
    assert!(good.len() >= 50 && nonsense.len() >= 35);
    let best = nonsense.iter().max().expect("nonsense");
    assert!(
        good.iter().all(|ticks| ticks > best),
        "{good:?} {nonsense:?}"
    );
}

#[test]
fn an_absurd_boast_has_no_more_ticks_than_a_good_answer_to_the_same_question() {
    let table = answers();
    for absurd in &table.absurd {
        let same = table
            .strong
            .iter()
            .filter(|strong| strong.about == absurd.about);
        let ticks_of_absurd = ticks(&table.judged(absurd));
        for strong in same {
            let ticks_of_strong = ticks(&table.judged(strong));
            assert!(ticks_of_absurd <= ticks_of_strong, "{}", strong.text);
        }
    }
}

#[test]
fn what_can_not_be_read_is_not_held_against_the_candidate() {
    let table = answers();
    for answer in &table.unreadable {
        let feedback = table.judged(answer);
        let told = feedback
            .checklist
            .iter()
            .filter(|check| check.met.is_some());
        assert!(
            told.count() <= 1,
            "{} {:?}",
            answer.text,
            feedback.checklist
        );
    }
    let german = table.judged(&table.unreadable[0]);
    assert!(german.headline.is_some_and(|said| said.contains("German")));
}

#[test]
fn every_card_has_the_whole_checklist_its_limits_and_no_scores() {
    let table = answers();
    let groups = [
        &table.strong,
        &table.middling,
        &table.weak,
        &table.nothing,
        &table.unreadable,
    ];
    for answer in groups.into_iter().flatten() {
        let feedback = table.judged(answer);
        let names: Vec<&str> = feedback
            .checklist
            .iter()
            .map(|check| &*check.check)
            .collect();
        assert_eq!(
            names,
            [
                "length",
                "own_actions",
                "result",
                "reason",
                "numbers",
                "fillers",
                "repetition",
                "own_words",
                "readable"
            ]
        );
        assert!(feedback.scores.is_empty());
        let said = feedback.feedback.expect("a text");
        assert!(said.contains("does not understand"), "{said}");
        for check in &feedback.checklist {
            assert!(
                check.detail.ends_with('.') && !check.detail.contains('{'),
                "{check:?}"
            );
            for evidence in &check.evidence {
                assert!(is_verbatim(&answer.text, &evidence.quote), "{evidence:?}");
            }
            let rests = matches!(
                &*check.check,
                "own_actions" | "result" | "reason" | "numbers"
            );
            assert!(
                !rests || check.evidence.len() == usize::from(check.met == Some(true)),
                "{check:?}"
            );
        }
        let delivery = feedback.delivery.expect("measures");
        assert!(delivery.words_from < delivery.words_to);
    }
}

#[test]
fn a_quote_shows_what_the_line_rests_on() {
    let table = answers();
    let feedback = table.judged(&table.strong[3]);
    let quote = |name: &str| {
        let check = feedback.checklist.iter().find(|check| check.check == name);
        check.expect("the line").evidence[0].quote.clone()
    };
    assert!(quote("numbers").contains("Last spring") || quote("numbers").contains("two days"));
    assert!(quote("reason").contains("because"));
    assert!(quote("own_actions").contains("I "));
}

#[test]
fn fillers_stutters_and_words_are_counted() {
    let said = "Um, so I I was, um, kind of responsible for for the shop and, you know, I guess I did the the orders \
        every week and, um, I kind of told the the others what to do and it was, you know, basically fine.";
    let mut session = Session::asked(
        SessionConfig::default(),
        "Tell me about a time you led others.",
    );
    session.answer(said);
    session.spoken(1, 20.0);
    let feedback = session.feedback(1);
    let delivery = feedback.delivery.expect("measures");
    assert_eq!((delivery.fillers, delivery.repeated_starts), (9, 4));
    let spoken = delivery.spoken.expect("it was spoken");
    assert_eq!(spoken.words_per_minute, Some(delivery.words * 3));
    for name in ["fillers", "repetition"] {
        let check = feedback.checklist.iter().find(|check| check.check == name);
        assert_eq!(check.expect("the line").met, Some(false), "{name}");
    }
}

#[test]
fn a_story_told_twice_counts_once() {
    let mut session = Session::start(config(5, Style::Formal), 9);
    session.answer(STRONG);
    session.answer(STRONG);
    assert!(ticks(&session.feedback(1)) >= 6);
    assert_eq!(ticks(&session.feedback(2)), 0);
    let longer = format!("As I said. {STRONG} Yes.");
    session.answer(&longer);
    assert_eq!(ticks(&session.feedback(3)), 0);
}

#[test]
fn questions_of_the_candidate_are_not_judged() {
    let mut session = Session::start(config(4, Style::Formal), 1);
    while session.talk.stats.questions < 4 {
        session.answer(STRONG);
    }
    session.answer("How big is the team?");
    let last = session.talk.turns.last().expect("a turn").turn_no;
    let feedback = session.feedback(last);
    assert!(feedback.checklist.iter().all(|check| check.met.is_none()));
    assert!(
        feedback
            .headline
            .is_some_and(|said| said.starts_with("Your own questions"))
    );
}

#[test]
fn turns_that_do_not_exist_are_errors() {
    let session = Session::start(config(6, Style::Formal), 9);
    assert!(block_on(OfflineCoach.assess(&session.talk, 0)).is_err());
    assert!(block_on(OfflineCoach.assess(&session.talk, 40)).is_err());
}

#[test]
fn reports_are_practice_notes_without_a_score() {
    let mut session = Session::start(config(6, Style::Formal), 9);
    for message in [
        STRONG,
        WEAK,
        "We had some problems in the team and they were solved.",
        WEAK,
        "ok",
    ] {
        session.answer(message);
    }
    let report = session.report();
    assert_eq!(report.scores.overall_score, None);
    assert!(
        report
            .scores
            .dimension_scores
            .iter()
            .all(|score| score.score.is_none())
    );
    let total = |name: &str| {
        let totals = &report.scores.checklist;
        totals
            .iter()
            .find(|total| total.check == name)
            .expect("a total")
            .clone()
    };
    assert_eq!((total("length").met, total("length").answers), (1, 5));
    let narrative = &report.narrative;
    assert_eq!(narrative.actions.len(), 3);
    assert!(
        narrative
            .verdict
            .as_ref()
            .is_some_and(|verdict| verdict.starts_with("In most of your 5 answers, "))
    );
    let texts = [
        &narrative.patterns_tendencies,
        &narrative.strengths,
        &narrative.weaknesses,
        &narrative.improvement_focus_areas,
    ];
    for (at, text) in texts.iter().enumerate() {
        assert!(!texts[..at].contains(text) || text.is_empty(), "{text}");
        assert!(text.chars().count() < 300, "{text}");
        assert!(!text.contains('{'), "{text}");
    }
    assert!(
        narrative.patterns_tendencies.contains("1 to "),
        "{}",
        narrative.patterns_tendencies
    );
    assert!(!report.resources.recommended_resources.is_empty());
}

#[test]
fn one_good_answer_among_shrugs_is_told_as_that() {
    let mut session = Session::start(config(9, Style::Formal), 9);
    session.answer(STRONG);
    for _ in 0..7 {
        session.answer("fine");
    }
    let report = session.report();
    for total in &report.scores.checklist {
        assert!(total.met <= 1 && total.answers >= 7, "{total:?}");
    }
    assert_eq!(report.narrative.strengths, "");
}

#[test]
fn nothing_is_shown_for_nothing_said() {
    let mut session = Session::start(config(6, Style::Formal), 9);
    let report = session.report();
    assert_eq!(report.scores.overall_score, None);
    assert!(report.scores.checklist.is_empty());
    let narrative = report.narrative;
    assert!(
        narrative
            .verdict
            .is_some_and(|verdict| verdict.contains("No question was answered"))
    );
    assert_eq!(
        [
            narrative.patterns_tendencies,
            narrative.strengths,
            narrative.weaknesses,
            narrative.improvement_focus_areas
        ],
        [""; 4]
    );
    assert!((3..=6).contains(&report.resources.recommended_resources.len()));
}

fn mean(ticks: &[usize]) -> f64 {
    ticks.iter().sum::<usize>() as f64 / ticks.len() as f64
}
