//! The rubrics of `data/rubrics`, one for each kind of question, as the coach is told them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Deserialize;

use super::material::tokens;
use crate::QuestionKind;
use crate::scores::DIMENSIONS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rubric {
    asks: &'static str,
    /// From and to.
    pub(super) words: (u32, u32),
    #[serde(borrow)]
    structure: [&'static str; 5],
    #[serde(borrow)]
    specificity: [&'static str; 5],
    #[serde(borrow)]
    relevance: [&'static str; 5],
    #[serde(borrow)]
    depth: [&'static str; 5],
    #[serde(borrow)]
    communication: [&'static str; 5],
    worked: Vec<Worked>,
}

/// An answer with the score it deserves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Worked {
    score: u8,
    question: &'static str,
    answer: &'static str,
    why: &'static str,
}

pub(super) const FILES: [(QuestionKind, &str); 5] = [
    (
        QuestionKind::Behavioral,
        include_str!("../../data/rubrics/behavioral.toml"),
    ),
    (
        QuestionKind::Situational,
        include_str!("../../data/rubrics/situational.toml"),
    ),
    (
        QuestionKind::Technical,
        include_str!("../../data/rubrics/technical.toml"),
    ),
    (
        QuestionKind::Design,
        include_str!("../../data/rubrics/design.toml"),
    ),
    (
        QuestionKind::Motivation,
        include_str!("../../data/rubrics/motivation.toml"),
    ),
];

static RUBRICS: LazyLock<Vec<(QuestionKind, Rubric)>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(kind, file)| {
            let rubric = toml::from_str(file);
            (
                *kind,
                rubric.unwrap_or_else(|error| panic!("a rubric: {error}")),
            )
        })
        .collect()
});

impl Rubric {
    pub(super) fn of(kind: QuestionKind) -> &'static Self {
        let found = RUBRICS.iter().find(|(known, _)| *known == kind);
        &found.unwrap_or(&RUBRICS[0]).1
    }

    fn anchors(&self, dimension: &str) -> &[&'static str; 5] {
        match dimension {
            "structure" => &self.structure,
            "specificity" => &self.specificity,
            "relevance" => &self.relevance,
            "depth" => &self.depth,
            _ => &self.communication,
        }
    }

    /// The rubric in words; `whole` with every level and the worked answers, else with the levels 1, 3 and 5.
    fn told(&self, kind: QuestionKind, whole: bool) -> String {
        let mut text = format!("### {}: {}\n", name(kind), self.asks);
        for dimension in DIMENSIONS {
            let levels = (1..).zip(self.anchors(dimension));
            let told: Vec<String> = levels
                .filter(|(level, _)| whole || level % 2 == 1)
                .map(|(level, anchor)| format!("{level} {anchor}"))
                .collect();
            let _infallible = writeln!(text, "- {dimension}: {}", told.join(" "));
        }
        for worked in self.worked.iter().filter(|_| whole) {
            let _infallible = writeln!(
                text,
                "- Worth a {}: \"{}\" - \"{}\" ({})",
                worked.score, worked.question, worked.answer, worked.why
            );
        }
        text
    }
}

/// The kind's name on the wire.
pub(super) fn name(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Behavioral => "behavioral",
        QuestionKind::Situational => "situational",
        QuestionKind::Technical => "technical",
        QuestionKind::Design => "design",
        QuestionKind::Motivation => "motivation",
    }
}

/// Words that answers usually have whose kind of question is not known, from and to.
pub(super) fn words_of_any() -> (u32, u32) {
    let words = || RUBRICS.iter().map(|(_, rubric)| rubric.words);
    let from = words().map(|(from, _)| from).min();
    let to = words().map(|(_, to)| to).max();
    (from.unwrap_or_default(), to.unwrap_or_default())
}

pub(super) fn names() -> Vec<&'static str> {
    FILES.iter().map(|(kind, _)| name(*kind)).collect()
}

/// What the coach is told to judge by, in at most about `room` tokens: the rubric of the kind of question where
/// that is known, else all of them; the levels 1, 3 and 5 of one where that is too much.
pub(super) fn told(kind: Option<QuestionKind>, room: usize) -> String {
    let all = RUBRICS
        .iter()
        .filter(|(known, _)| kind.is_none_or(|kind| kind == *known));
    let whole: Vec<String> = all.map(|(kind, rubric)| rubric.told(*kind, true)).collect();
    let whole = whole.join("\n");
    if tokens(&whole) <= room {
        return whole;
    }
    let kind = kind.unwrap_or(QuestionKind::Behavioral);
    Rubric::of(kind).told(kind, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rubric_has_five_levels_and_a_worked_two_and_four() {
        for (kind, rubric) in RUBRICS.iter() {
            let scores: Vec<u8> = rubric.worked.iter().map(|worked| worked.score).collect();
            assert_eq!(scores, [2, 4], "{}", name(*kind));
            assert!(rubric.words.0 < rubric.words.1);
            for dimension in DIMENSIONS {
                let anchors = rubric.anchors(dimension);
                assert!(anchors.iter().all(|anchor| !anchor.is_empty()));
            }
        }
    }

    #[test]
    fn only_what_is_needed_is_told_and_within_the_room() {
        let all = told(None, 20_000);
        let one = told(Some(QuestionKind::Technical), 20_000);
        assert!(
            names()
                .iter()
                .all(|name| all.contains(&format!("### {name}")))
        );
        assert!(one.starts_with("### technical") && one.len() * 3 < all.len());
        assert!(tokens(&all) < 4_500, "{}", tokens(&all));
        assert!(tokens(&told(None, 500)) < 600);
    }
}
