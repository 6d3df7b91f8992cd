//! What a candidate wants who does not answer: the question again, another one, a moment.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::checks::deeds;
use super::data::parsed;
use super::text::Text;

/// What the interviewer does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Then {
    /// Asks the same again, with a word on what was asked or said.
    Clarify,
    /// Offers an easier angle once, then goes on.
    Ease,
    /// Goes on with the next question.
    MoveOn,
}

/// An entry of `data/intents.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    pub(super) name: &'static str,
    pub(super) then: Then,
    /// Whether it is met as often as it comes; otherwise once in a row.
    #[serde(default)]
    pub(super) request: bool,
    most_words: usize,
    /// Only as a question.
    #[serde(default)]
    question: bool,
    #[serde(borrow, default)]
    phrases: Vec<&'static str>,
    /// The whole message.
    #[serde(default)]
    exact: Vec<&'static str>,
    /// Phrases that tell an answer after all.
    #[serde(default)]
    unless: Vec<&'static str>,
    /// What is said: `{question}`, `{hint}`, `{term}` and `{company}` are filled in.
    #[serde(default)]
    pub(super) lines: Vec<&'static str>,
    /// What is said before the next question.
    #[serde(default)]
    pub(super) passing: Vec<&'static str>,
}

/// `data/intents.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intents {
    #[serde(borrow)]
    narrating: Vec<&'static str>,
    contractions: HashMap<&'static str, &'static str>,
    pub(super) intents: Vec<Intent>,
}

pub(super) static INTENTS: LazyLock<Intents> =
    LazyLock::new(|| parsed(include_str!("../../data/intents.toml")));

/// The intent of that name.
pub(super) fn named(name: &str) -> &'static Intent {
    let mut intents = INTENTS.intents.iter();
    let intent = intents.find(|intent| intent.name == name);
    intent.expect("a name of data/intents.toml")
}

/// "… so I redrew it": what was done because of it is an answer.
fn goes_on_telling(words: &[&str]) -> bool {
    let joined = |at: &usize| {
        let before = at.checked_sub(1).map(|before| words[before]);
        matches!(before, Some("so" | "and" | "but" | "then"))
    };
    deeds(words).iter().any(joined)
}

/// The first intent of the list that the message shows; `None` for an answer.
pub(super) fn of(message: &str) -> Option<&'static Intent> {
    let typed = Text::new(message);
    let written = |word: &&str| INTENTS.contractions.get(word).copied();
    let words: Vec<&str> = typed
        .words()
        .iter()
        .map(|word| written(word).unwrap_or(word))
        .collect();
    let whole = words.join(" ");
    let text = Text::new(&whole);
    let narrates = LazyCell::new(|| text.has_any(&INTENTS.narrating) || goes_on_telling(&words));
    let asks = message.trim_end().ends_with(['?', '？']);
    INTENTS.intents.iter().find(|intent| {
        let any = intent.phrases.is_empty() && intent.exact.is_empty();
        // What costs least comes first: most answers are longer than any request.
        let said = words.len() <= intent.most_words
            && (asks || !intent.question)
            && (any || text.has_any(&intent.phrases))
            && !*narrates
            && !text.has_any(&intent.unless);
        said || intent.exact.contains(&&*whole)
    })
}
