//! The plan of an interview: warm-up, experience from the résumé, depth for the role, one situation, and
//! the candidate's own questions.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::background::{deeds, duties};
use super::data::{Question, manner, parsed};
use super::roles::{ROLES, Role};
use super::{mixed, pick};
use crate::{Difficulty, QuestionKind, SessionConfig, Style};

/// Topic of the question that hands over to the candidate.
pub(super) const OWN_QUESTIONS: &str = "your questions";
/// Interviews of fewer questions have none to spare for the candidate's own.
const FEW_QUESTIONS: u32 = 4;

/// What an interviewer of any manner asks and says: `data/shared.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shared {
    /// Said before a question when all have been asked: the same subject, another case.
    #[serde(borrow)]
    other_angles: Vec<&'static str>,
    /// About a line of the résumé, `{}`.
    about_deed: Vec<&'static str>,
    /// About a duty of the advertisement, `{}`.
    about_duty: Vec<&'static str>,
    own_questions: Vec<&'static str>,
    /// Said before another question, when the candidate has had a turn and time is left.
    pub(super) time_left: Vec<&'static str>,
    pub(super) english_only: &'static str,
    /// What a question asks for, by its kind.
    pub(super) hints: HashMap<QuestionKind, &'static str>,
    /// Words by which the kind of a question is told that is in no bank, in lower case.
    kinds: Vec<(QuestionKind, Vec<&'static str>)>,
}

pub(super) static SHARED: LazyLock<Shared> =
    LazyLock::new(|| parsed(include_str!("../../data/shared.toml")));

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asking {
    pub(super) text: String,
    pub(super) topic: String,
}

impl From<Question> for Asking {
    fn from(question: Question) -> Self {
        Self {
            text: question.text.into(),
            topic: question.topic.into(),
        }
    }
}

/// The questions of one session in its order, by the seed.
pub(super) struct Plan {
    seed: u64,
    opening: Asking,
    deeds: Vec<String>,
    duties: Vec<String>,
    situation: Option<Question>,
    depth: Vec<Question>,
    general: bool,
    /// How many questions there will be; `None` by the clock.
    target: Option<u32>,
}

impl Plan {
    pub(super) fn new(config: &SessionConfig, seed: u64) -> Self {
        let style = config.style.unwrap_or_default();
        let role = Role::of(config);
        let mut depth = ordered(role, style, config.difficulty.unwrap_or_default(), seed);
        let target = config
            .time_limit_seconds()
            .is_none()
            .then(|| config.question_target());
        let has_situation = target.is_some_and(|target| target > FEW_QUESTIONS);
        let situation = depth
            .iter()
            .position(|question| has_situation && question.kind == QuestionKind::Situational)
            .map(|at| depth.remove(at));
        let openings = &manner(style).openings;
        Self {
            seed,
            opening: pick(openings, seed, 7_001)
                .expect("each manner has openings")
                .into(),
            deeds: deeds(config),
            duties: duties(config),
            situation,
            depth,
            general: role.is_general(),
            target,
        }
    }

    /// The question of that number, from 1.
    pub(super) fn question(&self, number: u32) -> Asking {
        let target = self.target.unwrap_or(u32::MAX);
        if number <= 1 {
            return self.opening.clone();
        }
        if number == target && target >= FEW_QUESTIONS {
            return own_questions(self.seed);
        }
        if number + 1 == target
            && let Some(situation) = self.situation
        {
            return situation.into();
        }
        self.experience_or_depth(usize::try_from(number - 2).unwrap_or_default())
    }

    /// The first and every fourth are about the résumé; of the rest every third is about a duty, or every
    /// second where the profession is not known. What has been used up leaves its place to the bank.
    fn experience_or_depth(&self, index: usize) -> Asking {
        let duty_every = if self.general { 2 } else { 3 };
        let (mut deed, mut duty, mut depth) = (0, 0, 0);
        for at in 0.. {
            let (about_deed, about_duty) = (at % 4 == 0, at % duty_every == 1);
            let chosen = if about_deed && deed < self.deeds.len() {
                deed += 1;
                special(
                    &SHARED.about_deed,
                    &self.deeds[deed - 1],
                    "résumé",
                    self.seed,
                    deed,
                )
            } else if about_duty && duty < self.duties.len() {
                duty += 1;
                special(
                    &SHARED.about_duty,
                    &self.duties[duty - 1],
                    "job description",
                    self.seed,
                    duty,
                )
            } else {
                depth += 1;
                self.of_bank(depth - 1)
            };
            if at == index {
                return chosen;
            }
        }
        self.opening.clone()
    }

    /// Past its end the bank begins again with another angle, so that there is always a question.
    fn of_bank(&self, index: usize) -> Asking {
        let angles = &SHARED.other_angles;
        let angle = (index / self.depth.len() % (angles.len() + 1)).checked_sub(1);
        let mut asking = Asking::from(self.depth[index % self.depth.len()]);
        if let Some(angle) = angle.and_then(|angle| angles.get(angle)) {
            asking.text = format!("{angle} {}", asking.text);
        }
        asking
    }
}

/// The question that hands over to the candidate.
pub(super) fn own_questions(seed: u64) -> Asking {
    let text = pick(&SHARED.own_questions, seed, 7_301).unwrap_or_default();
    Asking {
        text: text.into(),
        topic: OWN_QUESTIONS.into(),
    }
}

fn special(wordings: &[&str], line: &str, topic: &str, seed: u64, nth: usize) -> Asking {
    let first = usize::try_from(mixed(seed, 9_000) % 64).unwrap_or_default();
    let wording = wordings[(first + nth) % wordings.len()];
    Asking {
        text: wording.replace("{}", line),
        topic: topic.into(),
    }
}

/// The role's questions, the style's and those for every job: the wanted difficulty and the style's kinds of
/// question first, neighbours on different topics.
fn ordered(role: &Role, style: Style, difficulty: Difficulty, seed: u64) -> Vec<Question> {
    let banks = [
        &role.questions,
        &manner(style).questions,
        &Role::general().questions,
    ];
    let banks = &banks[usize::from(role.is_general())..];
    let mut keyed: Vec<(u64, Question)> = banks
        .iter()
        .zip([0, 60, 120])
        .flat_map(|(bank, later)| bank.iter().map(move |question| (later, *question)))
        .zip(0..)
        .map(|((later, question), salt)| {
            let far = (question.difficulty as u64).abs_diff(difficulty as u64);
            let key = later + 150 * far + 30 * reluctance(style, question.kind);
            (key + mixed(seed, salt) % 100, question)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    let mut questions: Vec<Question> = keyed.into_iter().map(|(_, question)| question).collect();
    for at in 1..questions.len() {
        let before = questions[at - 1].topic;
        if questions[at].topic == before
            && let Some(other) = (at + 1..questions.len()).find(|i| questions[*i].topic != before)
        {
            questions.swap(at, other);
        }
    }
    questions
}

/// How late a style asks a kind of question, 0 to 2.
fn reluctance(style: Style, kind: QuestionKind) -> u64 {
    use QuestionKind::{Behavioral, Design, Motivation, Situational, Technical};
    match (style, kind) {
        (Style::Technical, Technical | Design)
        | (Style::Formal, Behavioral)
        | (Style::Casual, Behavioral | Motivation)
        | (Style::Aggressive, Situational | Technical) => 0,
        (Style::Technical | Style::Aggressive, Motivation) => 2,
        _ => 1,
    }
}

/// The kind of the question that a line ends in: by the banks, else by its words.
pub(super) fn kind_of(line: &str) -> QuestionKind {
    let styles = [
        Style::Formal,
        Style::Casual,
        Style::Aggressive,
        Style::Technical,
    ]
    .map(manner);
    let of_styles = styles
        .iter()
        .flat_map(|manner| manner.openings.iter().chain(&manner.questions));
    let of_roles = ROLES.iter().flat_map(|role| &role.questions);
    if let Some(question) = of_roles
        .chain(of_styles)
        .find(|question| line.ends_with(question.text))
    {
        return question.kind;
    }
    let lower = line.to_lowercase().replace('\u{2019}', "'");
    let told = SHARED
        .kinds
        .iter()
        .find(|(_, words)| words.iter().any(|word| lower.contains(word)));
    told.map_or(QuestionKind::Behavioral, |(kind, _)| *kind)
}
