//! How an interviewer of each style speaks, and what it asks beside the questions of the role.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Question, parsed};
use crate::Style;

/// What an answer leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Gap {
    /// The candidate asks for the question again; the excerpt is the question.
    Again,
    Empty,
    Short,
    Vague,
    Result,
    Numbers,
    Reasons,
}

/// What `data/styles/` holds on a style.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    #[serde(borrow)]
    pub(super) greetings: Vec<&'static str>,
    pub(super) introduction: &'static str,
    pub(super) request: &'static str,
    pub(super) transitions: Vec<&'static str>,
    pub(super) closings: Vec<&'static str>,
    pub(super) follow_ups: HashMap<Gap, Vec<&'static str>>,
    pub(super) openings: Vec<Question>,
    pub(super) questions: Vec<Question>,
}

pub(super) fn profile(style: Style) -> &'static Profile {
    static FORMAL: LazyLock<Profile> =
        LazyLock::new(|| parsed(include_str!("../../data/styles/formal.toml")));
    static CASUAL: LazyLock<Profile> =
        LazyLock::new(|| parsed(include_str!("../../data/styles/casual.toml")));
    static AGGRESSIVE: LazyLock<Profile> =
        LazyLock::new(|| parsed(include_str!("../../data/styles/aggressive.toml")));
    static TECHNICAL: LazyLock<Profile> =
        LazyLock::new(|| parsed(include_str!("../../data/styles/technical.toml")));
    match style {
        Style::Formal => &FORMAL,
        Style::Casual => &CASUAL,
        Style::Aggressive => &AGGRESSIVE,
        Style::Technical => &TECHNICAL,
    }
}
