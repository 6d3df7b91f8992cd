//! The interview's language, as prompts name it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::SessionConfig;

static NAMES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/languages.toml"))
        .unwrap_or_else(|error| panic!("a file of data/: {error}"))
});

/// The language's English name with its tag, such as `German (de-AT)`; English when none is configured.
pub(super) fn name(config: &SessionConfig) -> String {
    let Some(tag) = config.language.as_deref() else {
        return "English".to_owned();
    };
    let primary = tag.split('-').next().unwrap_or(tag);
    match NAMES.get(tag).or_else(|| NAMES.get(primary)) {
        Some(name) => format!("{name} ({tag})"),
        None => format!("the language with the BCP 47 tag {tag}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_named_for_a_model() {
        let of = |tag: &str| {
            name(&SessionConfig {
                language: Some(tag.to_owned()),
                ..SessionConfig::default()
            })
        };
        assert_eq!(name(&SessionConfig::default()), "English");
        assert_eq!(of("de-AT"), "German (de-AT)");
        assert_eq!(of("zh-Hans"), "Simplified Chinese (zh-Hans)");
        assert_eq!(of("tlh"), "the language with the BCP 47 tag tlh");
    }
}
