//! The files of `data/`: how they are read, and the types that several of them share.

use serde::Deserialize;

use crate::Difficulty;

/// A file of `data/`. All are compiled in and read by the tests, so that none can fail here.
pub(super) fn parsed<T: Deserialize<'static>>(file: &'static str) -> T {
    toml::from_str(file).unwrap_or_else(|error| panic!("a file of data/: {error}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Behavioural,
    Situational,
    Technical,
    Motivation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) topic: &'static str,
    pub(super) kind: Kind,
    pub(super) difficulty: Difficulty,
    pub(super) text: &'static str,
}

/// A learning resource of the curated list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) title: &'static str,
    pub(super) url: &'static str,
    pub(super) resource_type: &'static str,
    pub(super) description: &'static str,
}
