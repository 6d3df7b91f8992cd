//! The files of `data/`: all parse, and hold what the interviewer and coach rely on.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::STYLES;
use crate::SessionConfig;
use crate::offline::lexicon::{is_stop_word, lexicon};
use crate::offline::role::Role;
use crate::offline::style::Gap;
use crate::offline::topics::topic_words;
use crate::offline::{background, curated, follow_up, style, wording};
use crate::scores::DIMENSIONS;

/// Where texts are compared with lower-case words.
const LOWER_CASE: [&str; 4] = ["lexicon.toml", "topics.toml", "skills.toml", ".keywords"];
const ROLES: [Role; 10] = [
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

/// No list is empty or repeats itself, no text is blank, every link is https, words to listen for are in
/// lower case.
fn check(value: &Value, place: &str) {
    match value {
        Value::String(text) => {
            assert!(!text.is_empty() && text.trim() == text, "{place}: {text:?}");
            let is_link = place.ends_with(".url");
            assert!(!is_link || text.starts_with("https://"), "{place}: {text}");
            let is_lower = LOWER_CASE.iter().any(|part| place.contains(part));
            assert!(!is_lower || *text == text.to_lowercase(), "{place}: {text}");
        }
        Value::Array(items) => {
            assert!(!items.is_empty(), "{place}");
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
fn every_file_is_as_its_type_wants_it() {
    for role in ROLES {
        assert!(!role.profile().questions.is_empty(), "{role:?}");
    }
    for style in STYLES {
        assert!(!style::profile(style).questions.is_empty(), "{style:?}");
    }
    let config = SessionConfig::default();
    assert!(curated(&DIMENSIONS, &config).len() >= 3);
    assert!(background::required_terms(&config).is_empty());
    assert!(is_stop_word("the") && !lexicon().filler_words.is_empty());
    assert!(!topic_words("conflict").is_empty());
    assert!(!wording::shared().other_angles.is_empty());
}

#[test]
fn no_question_stands_in_two_banks() {
    let of_roles = ROLES.iter().flat_map(|role| &role.profile().questions);
    let of_styles = STYLES.into_iter().flat_map(|style| {
        let profile = style::profile(style);
        profile.openings.iter().chain(&profile.questions)
    });
    let mut seen = HashSet::new();
    for question in of_roles.chain(of_styles) {
        assert!(seen.insert(question.text), "{}", question.text);
    }
}

#[test]
fn every_style_has_a_follow_up_for_every_gap() {
    for style in STYLES {
        for gap in [
            Gap::Again,
            Gap::Empty,
            Gap::Short,
            Gap::Vague,
            Gap::Result,
            Gap::Numbers,
            Gap::Reasons,
        ] {
            let wordings = follow_up::wordings(gap, style);
            assert!(wordings.len() >= 2, "{style:?} {gap:?}");
            for wording in wordings {
                let excerpts = wording.matches("{}").count();
                assert_eq!(excerpts, usize::from(gap != Gap::Empty), "{wording}");
            }
        }
    }
    let shared = wording::shared();
    for wording in shared.about_resume.iter().chain(&shared.about_skill) {
        assert_eq!(wording.matches("{}").count(), 1, "{wording}");
    }
}
