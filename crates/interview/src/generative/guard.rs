//! Checks what a model says before it counts: it must not recite its instructions, and a line must leave the
//! candidate something to answer. What ends an interview is the server's to decide, not a list of words.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

use super::prompts;
use crate::asking::{asks, is_question_mark};

/// So many words in a row that stand in the instructions are a recital.
const RECITAL: usize = 10;

static INSTRUCTIONS: LazyLock<HashSet<String>> =
    LazyLock::new(|| prompts::ALL.into_iter().flat_map(recitals).collect());

/// Bytes before an addition that can belong to the same objection.
pub(super) const REACH: usize = 400;

/// The last `bytes` of a text, from the beginning of a character.
pub(super) fn end_of(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at));
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}

/// Why `text` must not be used; `None` when it may.
pub(super) fn objection(text: &str) -> Option<String> {
    let recited = recitals(text).any(|words| INSTRUCTIONS.contains(&words));
    recited.then(|| "it repeats the instructions".to_owned())
}

/// The line up to its last whole sentence; `None` when it has none.
pub(super) fn whole_sentences(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let end = line.rfind(['.', '?', '!', '。', '？', '！', '؟', '…', '।'])?;
    let mark = line[end..].chars().next()?;
    let end = end + mark.len_utf8();
    let closed: usize = line[end..]
        .chars()
        .take_while(|c| is_closing(*c))
        .map(char::len_utf8)
        .sum();
    Some(&line[..end + closed])
}

/// A line that goes on after its question, as small models do, up to that question: to the end of the first paragraph
/// that asks, else of the last sentence that does; `None` when nothing in it asks.
pub(super) fn up_to_question(line: &str) -> Option<&str> {
    let paragraphs = line.match_indices("\n\n").map(|(at, _)| &line[..at]);
    let sentences = line.split_sentence_bound_indices().map(|(at, sentence)| {
        let end = at + sentence.len();
        line[..end].trim_end()
    });
    let mut paragraphs = paragraphs.filter(|begin| asks(begin));
    let last = || {
        sentences
            .filter(|begin| begin.ends_with(is_question_mark) || asks_in_quotes(begin))
            .last()
    };
    paragraphs.next().or_else(last)
}

/// A line without the quotation marks that all of it stands in.
pub(super) fn unquoted(line: &str) -> &str {
    let pairs = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」')];
    let inner = pairs.iter().find_map(|(open, close)| {
        let inner = line.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.contains([*open, *close])).then_some(inner)
    });
    inner.unwrap_or(line)
}

fn asks_in_quotes(text: &str) -> bool {
    let closed = text.trim_end_matches(is_closing);
    closed.len() < text.len() && closed.ends_with(is_question_mark)
}

fn is_closing(c: char) -> bool {
    "\"'”’»“)」』）".contains(c)
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
        let recital: Vec<&str> = prompts::INTERVIEWER.split_whitespace().take(14).collect();
        assert!(objection(&format!("Sure! I was told: {}", recital.join(" - "))).is_some());
        assert_eq!(objection("What did you do when the deploy failed?"), None);
    }

    #[test]
    fn a_line_that_goes_on_after_its_question_is_shortened_to_it() {
        for (line, question) in [
            (
                "Hello. What did you build?\n\nIf you want to do well, be brief. Example: \"Why?\" Good luck.",
                Some("Hello. What did you build?"),
            ),
            (
                "Hello and welcome.\n\nTell me about your last job.\n\nThis is a standard opening. It works well.",
                Some("Hello and welcome.\n\nTell me about your last job."),
            ),
            (
                "She asked “Why now?” I wait for your reply. It may be short.",
                Some("She asked “Why now?”"),
            ),
            ("你为什么来？我在等你。请慢慢想。", Some("你为什么来？")),
            ("All good. Nothing more. Bye.", None),
        ] {
            assert_eq!(up_to_question(line), question, "{line}");
        }
    }

    #[test]
    fn quotation_marks_around_all_of_a_line_go() {
        assert_eq!(unquoted("\"Why now?\""), "Why now?");
        assert_eq!(unquoted("“Who?” and “why?”"), "“Who?” and “why?”");
        assert_eq!(unquoted("„Warum?“"), "Warum?");
    }

    #[test]
    fn a_line_is_shortened_to_its_last_whole_sentence() {
        assert_eq!(
            whole_sentences("Well done. Why did you"),
            Some("Well done.")
        );
        assert_eq!(
            whole_sentences("She said “Why?” and then"),
            Some("She said “Why?”")
        );
        assert_eq!(whole_sentences("为什么？然后"), Some("为什么？"));
        assert_eq!(whole_sentences("Why did"), None);
    }
}
