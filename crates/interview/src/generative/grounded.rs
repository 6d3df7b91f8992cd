//! Keeps invented facts out of an answer that is rewritten for a candidate: what has no source becomes a
//! placeholder.

use std::collections::HashSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::evidence::{is_verbatim, quotations};
use crate::phrases::{self, Phrases};
use crate::{QuestionKind, SessionConfig};

/// Stands in the place of a fact where the service has no words in the candidate's language.
const UNKNOWN: &str = "…";
/// Number words from here on are facts; "one" is an article or pronoun in many languages.
const FIRST_NUMBER_WORD: usize = 2;

/// The text with a placeholder for every number, name and quotation that stands in none of the sources. Facts about
/// the world are welcome in the right answer to a technical or design question.
pub(super) fn grounded(
    text: &str,
    sources: &[&str],
    kind: Option<QuestionKind>,
    config: &SessionConfig,
) -> String {
    if matches!(kind, Some(QuestionKind::Technical | QuestionKind::Design)) {
        return text.to_owned();
    }
    let phrases = phrases::of(config);
    let sources = Sources::of(sources, phrases);
    let mut replaced: Vec<(Range<usize>, &str)> = Vec::new();
    for quote in quotations(text) {
        if !sources
            .texts
            .iter()
            .any(|source| is_verbatim(source, quote))
        {
            let from = quote.as_ptr() as usize - text.as_ptr() as usize;
            replaced.push((from..from + quote.len(), UNKNOWN));
        }
    }
    let placeholders = placeholders(text);
    for (from, word) in text.unicode_word_indices() {
        let range = from..from + word.len();
        let inside = |other: &Range<usize>| other.start <= from && from < other.end;
        if placeholders.iter().any(inside) || replaced.iter().any(|(other, _)| inside(other)) {
            continue;
        }
        let missing = if word.contains(char::is_numeric) {
            (!sources.has_number(word))
                .then_some(phrases.map_or(UNKNOWN, |phrases| phrases.how_many))
        } else if let Some(number) = number_word(word, phrases) {
            let known = sources.numbers.contains(&number);
            (!known).then_some(phrases.map_or(UNKNOWN, |phrases| phrases.how_many))
        } else {
            let name = is_name(word, &text[..from], phrases) && !sources.has_word(word);
            name.then_some(phrases.map_or(UNKNOWN, |phrases| phrases.which))
        };
        if let Some(placeholder) = missing {
            replaced.push((range, placeholder));
        }
    }
    with_placeholders(text, replaced)
}

/// The words of one name share a placeholder.
fn with_placeholders(text: &str, mut replaced: Vec<(Range<usize>, &str)>) -> String {
    replaced.sort_by_key(|(range, _)| range.start);
    let mut whole = String::with_capacity(text.len());
    let mut from = 0;
    let mut last: Option<&str> = None;
    for (range, placeholder) in replaced {
        let between = &text[from..range.start];
        let number = text[range.clone()].contains(char::is_numeric);
        if last != Some(placeholder)
            || number
            || !between
                .trim_matches([' ', '-', '.', ',', '\'', '&'])
                .is_empty()
        {
            whole.push_str(between);
            whole.push('[');
            whole.push_str(placeholder);
            whole.push(']');
        }
        last = Some(placeholder);
        from = range.end;
    }
    whole.push_str(&text[from..]);
    whole
}

/// What the model left for the candidate to fill in.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let opened = text.match_indices('[');
    opened
        .filter_map(|(from, _)| Some(from..from + text[from..].find(']')?))
        .collect()
}

fn number_word(word: &str, phrases: Option<&Phrases>) -> Option<String> {
    let word = word.to_lowercase();
    let at = phrases?.numbers.iter().position(|number| *number == word)?;
    (at >= FIRST_NUMBER_WORD).then(|| at.to_string())
}

/// Whether a word is the name of something, as far as its letters show: a capital within a sentence, or several.
fn is_name(word: &str, before: &str, phrases: Option<&Phrases>) -> bool {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    if capitals > 1 {
        return true;
    }
    let pronoun = word == "I" || word.starts_with("I'") || word.starts_with("I’");
    let begins = before
        .trim_end_matches([' ', '\t', '*', '_'])
        .chars()
        .next_back()
        .is_none_or(|c| {
            !c.is_alphanumeric() && !matches!(c, ',' | '%' | ')' | ']' | '&' | '\'' | '’')
        });
    let capitalised = word.chars().next().is_some_and(char::is_uppercase);
    capitalised && !pronoun && !begins && !phrases.is_some_and(|phrases| phrases.capitalised_nouns)
}

struct Sources<'a> {
    texts: &'a [&'a str],
    words: HashSet<String>,
    numbers: HashSet<String>,
}

impl<'a> Sources<'a> {
    fn of(texts: &'a [&'a str], phrases: Option<&Phrases>) -> Self {
        let mut words = HashSet::new();
        let mut numbers = HashSet::new();
        for text in texts {
            let text: String = text.nfkc().collect();
            for word in text.unicode_words() {
                if word.contains(char::is_numeric) {
                    numbers.insert(number(word));
                }
                let lower = word.to_lowercase();
                let spelled = phrases
                    .and_then(|phrases| phrases.numbers.iter().position(|known| *known == lower));
                numbers.extend(spelled.map(|number| number.to_string()));
                words.insert(lower);
            }
            numbers.extend(spaced_numbers(&text));
        }
        Self {
            texts,
            words,
            numbers,
        }
    }

    fn has_number(&self, word: &str) -> bool {
        let word: String = word.nfkc().collect();
        self.words.contains(&word.to_lowercase()) || self.numbers.contains(&number(&word))
    }

    /// Also in the singular, and with or without an `'s`.
    fn has_word(&self, word: &str) -> bool {
        let lower = word.nfkc().collect::<String>().to_lowercase();
        let stem = lower.trim_end_matches("'s").trim_end_matches("’s");
        let singular = stem.strip_suffix('s').unwrap_or(stem);
        [&*lower, stem, singular]
            .iter()
            .any(|word| self.words.contains(*word))
            || self.words.contains(&format!("{stem}'s"))
    }
}

/// The digits of a number in one form: `1,200`, `1.200` and `1200` are the same, `3,5` and `3.5` as well.
fn number(word: &str) -> String {
    let digits: String = word
        .chars()
        .map(|c| if c == ',' || c == '٫' { '.' } else { c })
        .filter(|c| c.is_numeric() || *c == '.')
        .map(ascii_digit)
        .collect();
    let mut groups = digits.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    if !rest.is_empty() && rest.iter().all(|group| group.len() == 3) {
        return format!("{first}{}", rest.concat());
    }
    digits
}

fn ascii_digit(c: char) -> char {
    let zero = match c {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        other => return other,
    };
    let value = u32::from(c) - u32::from(zero);
    char::from_digit(value, 10).unwrap_or(c)
}

/// Numbers whose thousands are set apart by a space.
fn spaced_numbers(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    let pairs = words.windows(2);
    pairs
        .filter(|pair| is_number(pair[0]))
        .filter_map(|pair| {
            let thousands = pair[1].get(..3).filter(|digits| is_number(digits))?;
            Some(format!("{}{thousands}", pair[0]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "We cut costs by a lot, um, like 30 percent, with PostgreSQL at Acme; ten of us, 40 000 jobs.";

    fn kept(text: &str, kind: QuestionKind, language: &str) -> String {
        let config = SessionConfig {
            language: Some(language.to_owned()),
            ..Default::default()
        };
        grounded(text, &[ANSWER, "Tell me of a saving."], Some(kind), &config)
    }

    #[test]
    fn facts_of_the_sources_stay() {
        for text in [
            "At Acme, ten of us moved 40,000 jobs to PostgreSQL and cut costs by 30 %.",
            "I measured [how many?] jobs at [which company?]. Then 10 of us cut costs by 30 percent.",
            "Acme's costs fell. The reason: I asked why.",
            "It is a saving “with PostgreSQL at Acme”.",
        ] {
            assert_eq!(kept(text, QuestionKind::Behavioral, "en"), text);
        }
        let german = "Wir haben die Kosten um 30 Prozent gesenkt, mit PostgreSQL.";
        assert_eq!(kept(german, QuestionKind::Behavioral, "de"), german);
    }

    #[test]
    fn invented_facts_become_placeholders() {
        for (text, expected, language) in [
            (
                "I cut costs by 45 % in 3 months.",
                "I cut costs by [how many?] % in [how many?] months.",
                "en",
            ),
            (
                "In 2021 12 of us moved to Amazon Web Services.",
                "In [how many?] [how many?] of us moved to [which?].",
                "en",
            ),
            ("AWS made it cheap.", "[which?] made it cheap.", "en"),
            (
                "She said “you saved us a million”.",
                "She said “[…]”.",
                "en",
            ),
            ("It was 1.5 times 30.", "It was [how many?] times 30.", "en"),
            (
                "Bei der BASF waren es 45 Prozent.",
                "Bei der [was genau?] waren es [wie viele?] Prozent.",
                "de",
            ),
            ("我们降低了45%的成本。", "我们降低了[多少？]%的成本。", "zh"),
            (
                "خفضنا التكاليف بنسبة ٤٥٪.",
                "خفضنا التكاليف بنسبة [كم؟]٪.",
                "ar",
            ),
            (
                "Vi sparade 45 procent hos Volvo.",
                "Vi sparade […] procent hos […].",
                "sv",
            ),
        ] {
            assert_eq!(kept(text, QuestionKind::Behavioral, language), expected);
        }
    }

    #[test]
    fn the_right_answer_to_a_technical_question_may_hold_facts() {
        let text = "A B-tree of 4 levels, as in MySQL.";
        assert_eq!(kept(text, QuestionKind::Technical, "en"), text);
        assert_ne!(kept(text, QuestionKind::Motivation, "en"), text);
    }
}
