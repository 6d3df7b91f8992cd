//! What the service itself says to a candidate, in the interview's language.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::SessionConfig;

const ENGLISH: &str = "en";

static PHRASES: LazyLock<HashMap<&str, Phrases>> = LazyLock::new(|| {
    [
        ("ar", include_str!("../data/phrases/ar.toml")),
        ("de", include_str!("../data/phrases/de.toml")),
        ("en", include_str!("../data/phrases/en.toml")),
        ("es", include_str!("../data/phrases/es.toml")),
        ("fr", include_str!("../data/phrases/fr.toml")),
        ("zh", include_str!("../data/phrases/zh.toml")),
    ]
    .map(|(language, file)| (language, parsed(file)))
    .into()
});

/// What the service itself says to a candidate, and what it must know of the language to measure an answer.
/// `data/phrases/en.toml` explains the fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrases {
    pub(crate) insufficient: &'static str,
    pub(crate) brief: &'static str,
    pub(crate) orders: &'static str,
    pub(crate) repeated: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) advice: &'static str,
    pub(crate) worked: &'static str,
    pub(crate) to_change: &'static str,
    pub(crate) too_little: &'static str,
    pub(crate) no_answers: &'static str,
    pub(crate) unscored: &'static str,
    pub(crate) how_many: &'static str,
    pub(crate) which: &'static str,
    pub(crate) one: &'static str,
    pub(crate) two: &'static str,
    pub(crate) few: &'static str,
    pub(crate) many: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) practised: &'static str,
    #[serde(borrow)]
    pub(crate) fillers: Vec<&'static str>,
    /// Words for 0, 1, 2, … where they are used in no other sense.
    #[serde(borrow, default)]
    pub(crate) numbers: Vec<&'static str>,
    /// A capital letter does not make a name.
    #[serde(default)]
    pub(crate) capitalised_nouns: bool,
    #[serde(borrow)]
    pub(crate) dimensions: HashMap<&'static str, &'static str>,
}

fn parsed<T: Deserialize<'static>>(file: &'static str) -> T {
    toml::from_str(file).unwrap_or_else(|error| panic!("a file of data/: {error}"))
}

/// What the service says in the interview's language; `None` where it speaks that language not at all, and says
/// nothing rather than English.
pub(crate) fn of(config: &SessionConfig) -> Option<&'static Phrases> {
    PHRASES.get(&*primary(config))
}

pub(crate) fn is_english(config: &SessionConfig) -> bool {
    primary(config) == ENGLISH
}

/// The first part of the tag, which names the language: `pt` of `pt-BR`.
fn primary(config: &SessionConfig) -> String {
    let tag = config.language.as_deref().map_or(ENGLISH, str::trim);
    tag.split('-').next().unwrap_or(tag).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scores::DIMENSIONS;

    #[test]
    fn phrases_are_whole_and_found_by_language() {
        for (language, phrases) in PHRASES.iter() {
            assert!(phrases.few.contains("{n}") && phrases.many.contains("{n}"));
            for dimension in DIMENSIONS {
                assert!(phrases.dimensions.contains_key(dimension), "{language}");
            }
        }
        let insufficient = |language: Option<&str>| {
            let config = SessionConfig {
                language: language.map(str::to_owned),
                ..Default::default()
            };
            of(&config).map(|phrases| phrases.insufficient)
        };
        assert_eq!(insufficient(None), Some("Insufficient evidence"));
        assert_eq!(insufficient(Some("de-CH")), Some("Zu wenig belegt"));
        assert_eq!(insufficient(Some("zh-Hant")), Some("依据不足"));
        assert_eq!(insufficient(Some("gsw")), None);
    }
}
