//! The question banks, and the order in which a session goes through them.

use std::collections::HashMap;

use super::data::{Kind, Question};
use super::role::Role;
use super::{mixed, style, wording};
use crate::{Difficulty, Style};

/// What is asked when a bank should ever be empty.
const FALLBACK: Question = Question {
    topic: "achievements",
    kind: Kind::Behavioural,
    difficulty: Difficulty::Medium,
    text: "Which piece of work from the past year are you most satisfied with, and why?",
};

/// All questions of one session in its order: a permutation by the seed, in which topics take turns
/// and the wanted difficulty and the style's kinds of question come first.
pub(super) struct Plan {
    openings: &'static [Question],
    questions: Vec<Question>,
}

impl Plan {
    pub(super) fn new(role: Role, style: Style, difficulty: Difficulty, seed: u64) -> Self {
        let mut keyed: Vec<(u64, Question)> = role_bank(role)
            .iter()
            .map(|question| (0, *question))
            .chain(
                style::profile(style)
                    .questions
                    .iter()
                    .map(|question| (20, *question)),
            )
            .chain(for_every_role().iter().map(|question| (40, *question)))
            .zip(0..)
            .map(|((bank, question), salt)| {
                let key = bank
                    + 150 * distance(question.difficulty, difficulty)
                    + 30 * reluctance(style, question.kind)
                    + mixed(seed, salt) % 100;
                (key, question)
            })
            .collect();
        keyed.sort_by_key(|(key, _)| *key);
        let mut asked_of_topic: HashMap<&str, u64> = HashMap::new();
        for (key, question) in &mut keyed {
            let times = asked_of_topic.entry(question.topic).or_default();
            *key += *times * 110;
            *times += 1;
        }
        keyed.sort_by_key(|(key, _)| *key);
        let mut questions: Vec<_> = keyed.into_iter().map(|(_, question)| question).collect();
        // Neighbours on one topic change places with the next question on another.
        for at in 1..questions.len() {
            let before = questions[at - 1].topic;
            if questions[at].topic == before
                && let Some(other) =
                    (at + 1..questions.len()).find(|i| questions[*i].topic != before)
            {
                questions.swap(at, other);
            }
        }
        Self {
            openings: &style::profile(style).openings,
            questions,
        }
    }

    /// The question the introduction ends in.
    pub(super) fn opening(&self, seed: u64) -> Question {
        super::pick(self.openings, seed, 7_001).unwrap_or(FALLBACK)
    }

    /// The question at `index` of the session's order, and what to say before it. Past the end the
    /// order begins again with another angle, so that there is always a question.
    pub(super) fn at(&self, index: usize) -> (Option<&'static str>, Question) {
        let count = self.questions.len().max(1);
        let angles = &wording::shared().other_angles;
        let angle = (index / count % (angles.len() + 1)).checked_sub(1);
        let question = self.questions.get(index % count).copied();
        (
            angle.and_then(|angle| angles.get(angle).copied()),
            question.unwrap_or(FALLBACK),
        )
    }
}

/// The role's own questions.
fn role_bank(role: Role) -> &'static [Question] {
    match role {
        Role::General => &[],
        _ => &role.profile().questions,
    }
}

fn for_every_role() -> &'static [Question] {
    &Role::General.profile().questions
}

fn distance(one: Difficulty, other: Difficulty) -> u64 {
    let level = |difficulty| match difficulty {
        Difficulty::Easy => 0_u64,
        Difficulty::Medium => 1,
        Difficulty::Hard => 2,
    };
    level(one).abs_diff(level(other))
}

/// How late a style asks a kind of question, 0 to 2.
fn reluctance(style: Style, kind: Kind) -> u64 {
    match (style, kind) {
        (Style::Technical, Kind::Technical)
        | (Style::Formal, Kind::Behavioural)
        | (Style::Casual, Kind::Behavioural | Kind::Motivation)
        | (Style::Aggressive, Kind::Situational | Kind::Technical) => 0,
        (Style::Technical, Kind::Motivation) | (Style::Aggressive, Kind::Motivation) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ROLES: &[Role] = &[
        Role::Engineering,
        Role::Data,
        Role::Product,
        Role::Design,
        Role::Sales,
        Role::Support,
        Role::Operations,
        Role::Finance,
        Role::Leadership,
        Role::General,
    ];

    #[test]
    fn every_bank_has_questions_of_every_difficulty_and_no_text_twice() {
        let mut seen = HashSet::new();
        let all = ROLES
            .iter()
            .flat_map(|role| role_bank(*role))
            .chain(for_every_role());
        for question in all {
            assert!(seen.insert(question.text), "{}", question.text);
            assert!(question.text.ends_with(['?', '.']), "{}", question.text);
        }
        for role in ROLES.iter().filter(|role| **role != Role::General) {
            for difficulty in [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard] {
                let bank = role_bank(*role);
                assert!(
                    bank.iter().any(|q| q.difficulty == difficulty),
                    "{role:?} {difficulty:?}"
                );
            }
        }
    }

    #[test]
    fn hundreds_of_questions_come_without_a_repetition() {
        for role in ROLES {
            let plan = Plan::new(*role, Style::Formal, Difficulty::Hard, 42);
            let mut seen = HashSet::new();
            for index in 0..250 {
                let (before, question) = plan.at(index);
                assert!(seen.insert((before, question.text)), "{role:?} {index}");
            }
        }
    }

    #[test]
    fn the_seed_changes_the_order_and_nothing_else_does() {
        let order = |seed| {
            let plan = Plan::new(Role::Data, Style::Casual, Difficulty::Medium, seed);
            (0..10)
                .map(|index| plan.at(index).1.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }

    #[test]
    fn the_wanted_difficulty_comes_first() {
        for wanted in [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard] {
            let plan = Plan::new(Role::Engineering, Style::Technical, wanted, 3);
            let first = (0..6)
                .filter(|index| plan.at(*index).1.difficulty == wanted)
                .count();
            assert!(first >= 5, "{wanted:?}: {first}");
        }
    }
}
