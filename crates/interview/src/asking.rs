//! Whether a text asks something, in any language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation as _;

/// Beginnings of requests such as "Tell me about …", in all languages that are known.
static OPENERS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let by_language: BTreeMap<&str, Vec<&str>> =
        toml::from_str(include_str!("../data/question-openers.toml"))
            .unwrap_or_else(|error| panic!("a file of data/: {error}"));
    by_language.into_values().flatten().collect()
});

/// Whether a line leaves the candidate something to answer: one of its last two sentences is a question, in any
/// script, or begins like a request.
pub(crate) fn asks(line: &str) -> bool {
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
pub(crate) fn has_question_mark(text: &str) -> bool {
    text.contains(is_question_mark)
}

pub(crate) fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '՞' | '⸮' | '\u{37e}')
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
