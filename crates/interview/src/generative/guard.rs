//! Checks what a model says before it counts: it must not recite its instructions or end the interview.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::RegexSet;

use super::prompts;

/// So many words in a row that stand in the instructions are a recital.
const RECITAL: usize = 8;

static INSTRUCTIONS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    [
        prompts::INTERVIEWER,
        prompts::INTRODUCTION,
        prompts::NEXT,
        prompts::PLAIN,
        prompts::CLOSING,
        prompts::REPAIR,
        prompts::SUMMARY,
        prompts::COACH,
        prompts::NARRATIVE,
    ]
    .into_iter()
    .flat_map(recitals)
    .collect()
});

/// Sentences that end an interview, by what they say of it.
static ENDINGS: LazyLock<RegexSet> = LazyLock::new(|| {
    let interview = "(interview|conversation|session)";
    RegexSet::new([
        format!(
            r"(?is)\b(concludes?|end(s|ed)?|finish(es|ed)?|terminat(es?|ed)|clos(es?|ed)|wrap(s|ped)? up) (of )?(our|the|this|your) {interview}\b"
        ),
        format!(
            r"(?is)\b{interview} (is|has been|was) (now )?(over|concluded|ended|finished|complete(d)?|terminated|closed)\b"
        ),
        r"(?is)\bend of (the|this|our) (interview|session)\b".to_owned(),
        r"(?i)\b(goodbye|good-bye|farewell)\b".to_owned(),
    ])
    .expect("the patterns are constant")
});

/// Bytes before an addition that can belong to the same objection.
pub(super) const REACH: usize = 400;

/// The last `bytes` of a text, from the beginning of a character.
pub(super) fn end_of(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at));
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}

/// Why `text` must not be used; `None` when it may.
pub(super) fn objection(text: &str, may_close: bool) -> Option<String> {
    if recitals(text).any(|words| INSTRUCTIONS.contains(&words)) {
        return Some("it repeats the instructions".into());
    }
    if !may_close && ENDINGS.is_match(text) {
        return Some("it ends the interview, which goes on".into());
    }
    None
}

/// Each run of [`RECITAL`] words, letters and digits only.
fn recitals(text: &str) -> impl Iterator<Item = String> + use<> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let count = (words.len() + 1).saturating_sub(RECITAL);
    (0..count).map(move |at| words[at..at + RECITAL].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_not_recited() {
        let recital =
            "Sure! I was told: ask one question at a TIME, in one to three - short sentences.";
        assert!(objection(recital, true).is_some());
        assert_eq!(
            objection("What did you do when the deploy failed?", false),
            None
        );
    }

    #[test]
    fn only_the_server_ends_the_interview() {
        for ending in [
            "Thank you, this concludes our interview.",
            "The interview is now over. Goodbye!",
            "That is the end of the interview.",
        ] {
            assert!(objection(ending, false).is_some(), "{ending}");
            assert_eq!(objection(ending, true), None, "{ending}");
        }
        for going_on in [
            "How did the project end, and what did you take from it?",
            "When was the last time you closed a deal?",
            "Tell me about a session you had to finish early.",
        ] {
            assert_eq!(objection(going_on, false), None, "{going_on}");
        }
    }
}
