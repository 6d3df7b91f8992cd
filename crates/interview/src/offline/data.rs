//! The files of `data/`: how they are read, and the types that several of them share.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Difficulty, QuestionKind, Style};

/// A file of `data/`. All are compiled in and read by the tests, so that none can fail here.
pub(super) fn parsed<T: Deserialize<'static>>(file: &'static str) -> T {
    toml::from_str(file).unwrap_or_else(|error| panic!("a file of data/: {error}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) topic: &'static str,
    pub(super) kind: QuestionKind,
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

/// `data/words.toml`, where each list is explained.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(borrow)]
    pub(super) function: HashSet<&'static str>,
    pub(super) pronouns: HashSet<&'static str>,
    pub(super) working_life: HashSet<&'static str>,
    pub(super) far_from_work: HashSet<&'static str>,
    pub(super) jargon: HashSet<&'static str>,
    pub(super) no_deeds: HashSet<&'static str>,
    pub(super) auxiliaries: HashSet<&'static str>,
    pub(super) quantities: Vec<&'static str>,
    pub(super) results: Vec<&'static str>,
    pub(super) reasons: Vec<&'static str>,
    pub(super) fillers: Vec<&'static str>,
    pub(super) joins_anything: HashSet<&'static str>,
    pub(super) first_person: HashSet<&'static str>,
    pub(super) never_follows: Vec<NeverFollows>,
    /// Function words of other languages, by their BCP 47 tag.
    pub(super) other_languages: HashMap<&'static str, HashSet<&'static str>>,
}

/// Words, and those that no sentence has right after them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeverFollows {
    #[serde(borrow)]
    pub(super) before: HashSet<&'static str>,
    pub(super) after: HashSet<&'static str>,
}

pub(super) static WORDS: LazyLock<Words> =
    LazyLock::new(|| parsed(include_str!("../../data/words.toml")));

/// What `data/styles/` holds on a style.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manner {
    #[serde(borrow)]
    pub(super) greetings: Vec<&'static str>,
    pub(super) introduction: &'static str,
    pub(super) request: &'static str,
    pub(super) transitions: Vec<&'static str>,
    pub(super) closings: Vec<&'static str>,
    /// By the line of the checklist that the answer leaves open.
    pub(super) follow_ups: HashMap<&'static str, Vec<&'static str>>,
    pub(super) openings: Vec<Question>,
    pub(super) questions: Vec<Question>,
}

pub(super) fn manner(style: Style) -> &'static Manner {
    static MANNERS: LazyLock<[Manner; 4]> = LazyLock::new(|| {
        [
            parsed(include_str!("../../data/styles/formal.toml")),
            parsed(include_str!("../../data/styles/casual.toml")),
            parsed(include_str!("../../data/styles/aggressive.toml")),
            parsed(include_str!("../../data/styles/technical.toml")),
        ]
    });
    let [formal, casual, aggressive, technical] = &*MANNERS;
    match style {
        Style::Formal => formal,
        Style::Casual => casual,
        Style::Aggressive => aggressive,
        Style::Technical => technical,
    }
}
