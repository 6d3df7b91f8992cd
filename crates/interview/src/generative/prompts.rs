//! The prompts: files under `prompts/`, compiled in, each set with a version that changes with its text.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::rubric;

pub(super) const INTERVIEWER: &str = include_str!("../../prompts/interviewer.md");
pub(super) const INTRODUCTION: &str = include_str!("../../prompts/introduction.md");
pub(super) const NEXT: &str = include_str!("../../prompts/next.md");
pub(super) const REPAIR: &str = include_str!("../../prompts/repair.md");
pub(super) const PLAIN: &str = include_str!("../../prompts/plain.md");
pub(super) const CLOSING: &str = include_str!("../../prompts/closing.md");
pub(super) const LAST: &str = include_str!("../../prompts/last.md");
pub(super) const SUMMARY: &str = include_str!("../../prompts/summary.md");
pub(super) const COACH: &str = include_str!("../../prompts/coach.md");
pub(super) const NARRATIVE: &str = include_str!("../../prompts/narrative.md");

/// All of them.
pub(super) const ALL: [&str; 10] = [
    INTERVIEWER,
    INTRODUCTION,
    NEXT,
    PLAIN,
    CLOSING,
    LAST,
    REPAIR,
    SUMMARY,
    COACH,
    NARRATIVE,
];

/// Version of the interviewer's prompts, stored with each turn.
pub(super) static INTERVIEWER_VERSION: LazyLock<String> = LazyLock::new(|| {
    version(
        "interviewer",
        &[
            INTERVIEWER,
            INTRODUCTION,
            NEXT,
            REPAIR,
            PLAIN,
            CLOSING,
            LAST,
            SUMMARY,
        ],
    )
});

/// Version of the coach's rubric and prompts, stored with each feedback.
pub(super) static RUBRIC_VERSION: LazyLock<String> = LazyLock::new(|| {
    let rubrics = rubric::FILES.iter().map(|(_, file)| *file);
    let texts: Vec<&str> = [COACH, NARRATIVE].into_iter().chain(rubrics).collect();
    version("rubric", &texts)
});

/// A name and the first digits of the texts' hash, so that no edit goes unnoticed.
fn version(name: &str, texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let digest: Vec<String> = hash
        .finalize()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{name}-{}", digest.concat())
}

/// The prompt with each `{name}` replaced. Values go in last and are not looked into.
pub(super) fn filled(prompt: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let value = from.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = value {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('{');
            rest = from;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once_and_not_looked_into() {
        let text = filled("{a} and {b}, {c}", &[("a", "{b}"), ("b", "2")]);
        assert_eq!(text, "{b} and 2, {c}");
    }

    #[test]
    fn no_placeholder_is_left() {
        let filled = filled(
            INTERVIEWER,
            &[("style", "x"), ("difficulty", "y"), ("language", "z")],
        );
        assert!(!filled.contains('{'), "{filled}");
    }

    #[test]
    fn versions_follow_the_text() {
        assert_ne!(version("x", &["a", "b"]), version("x", &["ab", ""]));
        assert_ne!(*INTERVIEWER_VERSION, *RUBRIC_VERSION);
    }
}
