//! The files of `data/`: all parse, and hold what the interviewer and coach rely on.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::STYLES;
use crate::offline::checks::WORDING;
use crate::offline::curated;
use crate::offline::data::{WORDS, manner};
use crate::offline::intents::{INTENTS, Then};
use crate::offline::plan::SHARED;
use crate::offline::roles::ROLES;
use crate::offline::text::Text;
use crate::scores::DIMENSIONS;
use crate::{Difficulty, SessionConfig};

/// Lists that texts are compared with, word by word.
const COMPARED: [&str; 10] = [
    "words.toml",
    ".titles",
    ".exact",
    ".phrases",
    ".unless",
    ".narrating",
    ".deeds",
    ".duties",
    ".kinds_by_words",
    ".function",
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// No list is empty or repeats itself, no text is blank, every link is https, and what texts are compared with
/// is cut into words as they are.
fn check(value: &Value, place: &str) {
    match value {
        Value::String(text) => {
            let is_silence = text.is_empty() && place.ends_with(".exact");
            let is_said = place.ends_with(".worked") || place.ends_with(".strength");
            assert!(
                text.trim() == text
                    || ["lead_ins", "kinds", "sought"]
                        .iter()
                        .any(|list| place.ends_with(list)),
                "{place}: {text:?}"
            );
            assert!(!text.is_empty() || is_silence || is_said, "{place}");
            let is_link = place.ends_with(".url");
            assert!(!is_link || text.starts_with("https://"), "{place}: {text}");
            let is_compared = COMPARED.iter().any(|part| place.contains(part));
            assert!(
                !is_compared || *text == Text::new(text).words().join(" "),
                "{place}: {text}"
            );
        }
        Value::Array(items) => {
            assert!(!items.is_empty() || place.ends_with(".asks"), "{place}");
            for (at, item) in items.iter().enumerate() {
                assert!(!items[..at].contains(item), "{place}: {item:?} twice");
                check(item, place);
            }
        }
        Value::Table(fields) => {
            for (name, field) in fields {
                check(field, &format!("{place}.{name}"));
            }
        }
        Value::Integer(_) | Value::Boolean(_) => {}
        _ => panic!("{place}: neither text nor list"),
    }
}

#[test]
fn every_file_holds_distinct_texts_and_https_links() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"));
    assert!(files.len() > ROLES.len() + STYLES.len());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let place = file.display().to_string();
        let table: Table = text
            .parse()
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        check(&Value::Table(table), &place);
    }
}

#[test]
fn every_profession_has_a_dozen_questions_of_every_difficulty_and_no_text_stands_twice() {
    let mut seen = HashSet::new();
    for role in ROLES.iter() {
        assert!(role.questions.len() >= 12, "{}", role.label);
        for difficulty in [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard] {
            let has = role
                .questions
                .iter()
                .any(|question| question.difficulty == difficulty);
            assert!(has, "{} {difficulty:?}", role.label);
        }
        let is_situation = |question: &crate::offline::data::Question| {
            question.kind == crate::QuestionKind::Situational
        };
        assert!(role.questions.iter().any(is_situation), "{}", role.label);
    }
    let of_roles = ROLES.iter().flat_map(|role| &role.questions);
    let of_styles = STYLES.into_iter().flat_map(|style| {
        let manner = manner(style);
        manner.openings.iter().chain(&manner.questions)
    });
    for question in of_roles.chain(of_styles) {
        assert!(seen.insert(question.text), "{}", question.text);
        assert!(question.text.ends_with(['?', '.']), "{}", question.text);
    }
}

#[test]
fn every_manner_asks_further_about_what_can_be_missing() {
    for style in STYLES {
        for check in ["length", "own_actions", "result", "reason", "numbers"] {
            let wordings = manner(style).follow_ups.get(check).map_or(0, Vec::len);
            assert!(wordings >= 2, "{style:?} {check}");
        }
    }
}

#[test]
fn every_intent_can_be_met() {
    for intent in &INTENTS.intents {
        match intent.then {
            Then::Clarify => assert!(
                intent.lines.len() >= 2
                    && intent.lines.iter().all(|line| line.contains("{question}"))
            ),
            Then::Ease => assert!(!intent.lines.is_empty() && !intent.passing.is_empty()),
            Then::MoveOn => assert!(intent.lines.is_empty() && !intent.passing.is_empty()),
        }
    }
}

#[test]
fn the_rest_is_there() {
    assert!(WORDS.function.contains("the") && !WORDS.fillers.is_empty());
    assert!(WORDING.limits.contains("does not understand"));
    assert!(!SHARED.english_only.is_empty());
    assert!(SHARED.hints[&crate::QuestionKind::Design].ends_with('.'));
    assert!(curated(&DIMENSIONS, &SessionConfig::default()).len() >= 3);
}
