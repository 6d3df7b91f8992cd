//! How an answer was given, as far as it can be measured in its text.

use unicode_segmentation::UnicodeSegmentation as _;

use super::rubric::{self, Rubric};
use crate::evidence::is_unspaced;
use crate::phrases::{self, Phrases};
use crate::{Delivery, QuestionKind, SessionConfig};

/// Characters that stand for a word in scripts that do not separate words: about as many as in Chinese.
const CHARACTERS_PER_WORD: f64 = 1.6;
/// Words of a phrase that may be begun twice.
const LONGEST_START: usize = 3;

pub(super) fn measured(
    answer: &str,
    kind: Option<QuestionKind>,
    config: &SessionConfig,
) -> Delivery {
    let (words_from, words_to) =
        kind.map_or_else(rubric::words_of_any, |kind| Rubric::of(kind).words);
    Delivery {
        words: words(answer),
        words_from,
        words_to,
        fillers: phrases::of(config).map_or(0, |phrases| fillers(answer, phrases)),
        repeated_starts: repeated_starts(answer),
        spoken: None,
    }
}

/// Words; where a script does not separate them, as many as its characters usually make.
pub(super) fn words(text: &str) -> u32 {
    let (unspaced, spaced): (Vec<&str>, Vec<&str>) = text
        .unicode_words()
        .partition(|word| word.contains(is_unspaced));
    let characters: usize = unspaced.iter().map(|word| word.chars().count()).sum();
    let words = spaced.len() as f64 + (characters as f64 / CHARACTERS_PER_WORD).ceil();
    // Never negative and far from the bound: messages have a limit.
    words as u32
}

fn fillers(answer: &str, phrases: &Phrases) -> u32 {
    let lower = answer.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower.unicode_words().collect();
    let counts = phrases.fillers.iter().map(|filler| {
        if filler.contains(is_unspaced) {
            return lower.matches(filler).count();
        }
        let filler: Vec<&str> = filler.unicode_words().collect();
        let runs = words.windows(filler.len());
        runs.filter(|run| *run == filler).count()
    });
    u32::try_from(counts.sum::<usize>()).unwrap_or(u32::MAX)
}

/// Phrases of up to three words that are said twice in a row: "I was, I was there".
fn repeated_starts(answer: &str) -> u32 {
    let lower = answer.to_lowercase();
    let words: Vec<&str> = lower.unicode_words().collect();
    let mut repeated = 0;
    let mut at = 0;
    while at < words.len() {
        let length = (1..=LONGEST_START)
            .rev()
            .find(|length| is_begun_twice(&words[at..], *length));
        repeated += u32::from(length.is_some());
        at += length.unwrap_or(1);
    }
    repeated
}

/// Numbers and scripts whose grammar repeats characters are no slip; nor is a long word said twice, which is
/// emphasis ("very, very").
fn is_begun_twice(words: &[&str], length: usize) -> bool {
    let Some((phrase, rest)) = words.split_at_checked(length) else {
        return false;
    };
    let slip = |word: &str| !word.contains(|c: char| c.is_numeric() || is_unspaced(c));
    let short = |word: &str| word.chars().count() <= 3;
    rest.starts_with(phrase)
        && phrase.iter().all(|word| slip(word))
        && (length > 1 || short(phrase[0]) && phrase[0] != "had")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(language: &str) -> SessionConfig {
        SessionConfig {
            language: Some(language.to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn words_fillers_and_repeated_starts_are_counted() {
        let spoken = "Um, so I I was, you know, I was the lead, and it was very, very, uh, late. I had had 5 5 people.";
        let measured = measured(spoken, Some(QuestionKind::Behavioral), &config("en-GB"));
        assert_eq!(measured.fillers, 3);
        assert_eq!(measured.repeated_starts, 1);
        assert_eq!(measured.words, 24);
        assert!(measured.words_from > 50 && measured.words_to > measured.words_from);
        assert_eq!(repeated_starts("Then we were then we were late"), 1);
        assert_eq!(repeated_starts("Then we were late. We left."), 0);
    }

    #[test]
    fn each_language_has_its_own_fillers() {
        let german = "Ähm, das war halt, sag ich mal, schwierig.";
        assert_eq!(measured(german, None, &config("de")).fillers, 3);
        let unknown = measured(german, None, &config("en"));
        assert_eq!(
            (unknown.fillers, unknown.words_from, unknown.words_to),
            (0, 40, 400)
        );
        let chinese = "嗯，我们慢慢地就是说把系统重写了";
        let measured = measured(chinese, None, &config("zh"));
        assert_eq!((measured.fillers, measured.repeated_starts), (2, 0));
        assert_eq!(measured.words, 10);
    }
}
