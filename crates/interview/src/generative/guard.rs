//! Checks what a model says before it counts: it must not recite its instructions, and a line must leave the
//! candidate something to answer. What ends an interview is the server's to decide, not a list of words.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

use super::prompts;

/// So many words in a row that stand in the instructions are a recital.
const RECITAL: usize = 10;

static INSTRUCTIONS: LazyLock<HashSet<String>> =
    LazyLock::new(|| prompts::ALL.into_iter().flat_map(recitals).collect());

/// Beginnings of requests such as "Tell me about …", in all languages that are known.
static OPENERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let by_language: BTreeMap<&str, Vec<&str>> =
        toml::from_str(include_str!("../../data/question-openers.toml"))
            .unwrap_or_else(|error| panic!("a file of data/: {error}"));
    by_language.into_values().flatten().collect()
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
pub(super) fn objection(text: &str) -> Option<String> {
    let recited = recitals(text).any(|words| INSTRUCTIONS.contains(&words));
    recited.then(|| "it repeats the instructions".to_owned())
}

/// Whether a line leaves the candidate something to answer: one of its last two sentences is a question, in any
/// script, or begins like a request.
pub(super) fn asks(line: &str) -> bool {
    let sentences: Vec<&str> = line
        .split_inclusive(['\n', '。', '！', '？', '।'])
        .flat_map(str::unicode_sentences)
        .collect();
    let last = &sentences[sentences.len().saturating_sub(2)..];
    last.iter().any(|sentence| {
        // Greek asks with a semicolon.
        let greek = sentence.trim_end().ends_with([';', '\u{37e}']);
        greek || has_question_mark(sentence) || is_request(sentence)
    })
}

/// Whether there is a question mark of any script.
pub(super) fn has_question_mark(text: &str) -> bool {
    text.contains(is_question_mark)
}

fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '՞' | '⸮' | '\u{37e}')
}

fn asks_in_quotes(text: &str) -> bool {
    let closed = text.trim_end_matches(is_closing);
    closed.len() < text.len() && closed.ends_with(is_question_mark)
}

fn is_closing(c: char) -> bool {
    "\"'”’»“)」』）".contains(c)
}

fn is_request(sentence: &str) -> bool {
    let sentence = sentence.to_lowercase();
    // Also behind "Great," or "So:".
    let mut parts = sentence.split([',', ':', '–', '—', '，', '：', '、']);
    parts.any(|part| {
        let part = part.trim_start_matches(|c: char| !c.is_alphanumeric());
        OPENERS.iter().any(|opener| {
            let rest = part.strip_prefix(opener);
            // Scripts without spaces have no end of a word.
            let alphabetic = opener.chars().all(|c| c < '\u{2e80}');
            rest.is_some_and(|rest| !alphabetic || !rest.starts_with(char::is_alphanumeric))
        })
    })
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
    fn questions_ask_in_any_language() {
        for line in [
            "How do you make sure that a session is closed when a request fails?",
            "Thank you. What ends the interview process at your company?",
            "Tell me about a session you had to finish early.",
            "Great, walk me through it. Take your time.",
            "Wie beenden Sie ein Gespräch, das sich im Kreis dreht?",
            "Danke. Beschreiben Sie bitte einen Konflikt im Team.",
            "Pourquoi avez-vous quitté ce poste ?",
            "您为什么离开上一份工作？",
            "谢谢。请介绍一下您负责的项目。",
            "لماذا تركت وظيفتك؟",
            "“Who decided that?”",
        ] {
            assert!(asks(line), "{line}");
        }
    }

    #[test]
    fn farewells_ask_nothing_in_any_language() {
        for line in [
            "Thank you, this concludes our interview.",
            "The interview is now over. Goodbye!",
            "Vielen Dank für das Gespräch. Auf Wiedersehen!",
            "Merci beaucoup, c'est la fin de notre entretien. Au revoir.",
            "感谢您的时间，面试到此结束。再见！",
            "Gracias por su tiempo. Adiós.",
            "شكرا لك، انتهت المقابلة.",
            "",
        ] {
            assert!(!asks(line), "{line}");
        }
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
