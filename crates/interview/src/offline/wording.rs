//! How each style greets, moves on and says goodbye.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::parsed;
use super::pick;
use super::style::profile;
use crate::{SessionConfig, Style};

/// Longest job title or company name that is spoken, in characters.
const NAME_CHARS: usize = 80;

/// What an interviewer of any style says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shared {
    #[serde(borrow)]
    pub(super) other_angles: Vec<&'static str>,
    pub(super) about_resume: Vec<&'static str>,
    pub(super) about_skill: Vec<&'static str>,
}

pub(super) fn shared() -> &'static Shared {
    static SHARED: LazyLock<Shared> =
        LazyLock::new(|| parsed(include_str!("../../data/shared-questions.toml")));
    &SHARED
}

/// The introduction up to the first question.
pub(super) fn greeting(
    config: &SessionConfig,
    style: Style,
    role_label: &str,
    seed: u64,
) -> String {
    let mut said: Vec<String> = Vec::new();
    let profile = profile(style);
    said.extend(pick(&profile.greetings, seed, 7_101).map(str::to_owned));
    said.push(profile.introduction.into());
    let role = spoken(config.job_role.as_deref());
    let company = spoken(config.company_name.as_deref());
    said.push(match (role, company) {
        (Some(role), Some(company)) => {
            format!("Today we practise for the position of {role} at {company}.")
        }
        (Some(role), None) => format!("Today we practise for the position of {role}."),
        (None, Some(company)) => format!("Today we practise for an interview at {company}."),
        (None, None) => format!("Today we practise a {role_label} interview."),
    });
    said.push(match config.time_limit_seconds() {
        Some(60) => "We have one minute.".into(),
        Some(seconds) => format!("We have {} minutes.", seconds / 60),
        None => match config.question_target() {
            1 => "I will ask you one question.".into(),
            count => format!("I will ask you {count} questions."),
        },
    });
    said.push(profile.request.into());
    said.join(" ")
}

/// A name from the configuration on one line and of bearable length; `None` when there is nothing
/// to read.
fn spoken(name: Option<&str>) -> Option<String> {
    let folded = name?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = super::answer::clipped(&folded, NAME_CHARS);
    name.chars()
        .any(char::is_alphanumeric)
        .then(|| name.to_owned())
}

/// What stands between an answer and the next question.
pub(super) fn moving_on(style: Style, seed: u64, salt: u64) -> &'static str {
    pick(&profile(style).transitions, seed, salt).unwrap_or_default()
}

/// The last line of the interview. It thanks and asks nothing.
pub(super) fn closing(style: Style, seed: u64) -> &'static str {
    pick(&profile(style).closings, seed, 7_201)
        .unwrap_or("Thank you for your time. The interview is over.")
}
