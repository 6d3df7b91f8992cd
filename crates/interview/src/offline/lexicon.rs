//! The words that the offline coach and interviewer listen for, all in lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::data::parsed;

/// `data/lexicon.toml`, where each list is explained.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lexicon {
    #[serde(borrow)]
    pub(super) situation: Vec<&'static str>,
    pub(super) task: Vec<&'static str>,
    pub(super) action_verbs: Vec<&'static str>,
    pub(super) state_verbs: Vec<&'static str>,
    pub(super) result: Vec<&'static str>,
    pub(super) sequence: Vec<&'static str>,
    pub(super) reasons: Vec<&'static str>,
    pub(super) trade_offs: Vec<&'static str>,
    pub(super) reflection: Vec<&'static str>,
    pub(super) filler_words: Vec<&'static str>,
    pub(super) vague_words: Vec<&'static str>,
    pub(super) insults: Vec<&'static str>,
    pub(super) number_words: Vec<&'static str>,
    pub(super) repeat_requests: Vec<&'static str>,
    stop_words: HashSet<&'static str>,
}

pub(super) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> =
        LazyLock::new(|| parsed(include_str!("../../data/lexicon.toml")));
    &LEXICON
}

pub(super) fn is_stop_word(lower: &str) -> bool {
    lexicon().stop_words.contains(lower)
}

/// Written like a technical name: `PostgreSQL`, `AWS`, `k8s`, `C3PO`.
pub(super) fn looks_technical(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let inner_capital = word.chars().skip(1).any(char::is_uppercase);
    let inner_digit = word.chars().next().is_some_and(char::is_alphabetic)
        && word.chars().any(|c| c.is_ascii_digit());
    letters >= 1 && (inner_capital || inner_digit) && word.chars().count() >= 2
}

pub(super) fn is_capitalised(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
        && word != "I"
        && !word.starts_with("I'")
        && !word.starts_with("I\u{2019}")
}

/// The word without its commonest endings, so that `tested` meets `testing`.
pub(super) fn stem(lower: &str) -> &str {
    for ending in [
        "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "ies", "ed", "er",
        "es", "s", "e", "y",
    ] {
        if let Some(stem) = lower.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem;
        }
    }
    lower
}
