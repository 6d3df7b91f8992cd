//! What the form of a text shows of its sense: words out of order, one word in circles, a form that was not filled
//! in, and figures and results with nothing told between them.

use std::collections::{HashMap, HashSet};

use super::data::WORDS;
use super::text::{Text, share, stem};

/// Words below which the form shows nothing.
const SHORT: usize = 20;
/// Pairs of words that no sentence has, for so many words one.
const WORDS_PER_BREAK: usize = 16;
/// Times, and share of the words with a subject, from which on one word is all that is said.
const CIRCLES: usize = 5;
const CIRCLED: f64 = 0.25;
/// Letters that stand for something left out, and their share.
const BLANKS: usize = 4;
const LEFT_BLANK: f64 = 0.08;
/// By how much words that look for a tick may outweigh those that join a telling together.
const CROWDED: f64 = 0.03;

/// Articles, prepositions and pronouns stand before words that they can't stand before, again and again.
pub(super) fn is_out_of_order(text: &Text<'_>) -> bool {
    let words = text.words();
    let breaks = words.windows(2).enumerate().filter(|(at, pair)| {
        let never = WORDS
            .never_follows
            .iter()
            .any(|rule| rule.before.contains(pair[0]) && rule.after.contains(pair[1]));
        never && text.adjoins(*at)
    });
    let breaks = breaks.count();
    words.len() >= SHORT && breaks >= 2 && breaks * WORDS_PER_BREAK >= words.len()
}

/// One word makes a good part of what is said.
pub(super) fn goes_in_circles(words: &[&str]) -> bool {
    let mut times: HashMap<String, usize> = HashMap::new();
    let subjects = words.iter().filter(|word| !WORDS.function.contains(**word));
    for word in subjects.clone() {
        *times.entry(stem(word)).or_default() += 1;
    }
    let most = times.values().max().copied().unwrap_or_default();
    words.len() >= SHORT && most >= CIRCLES && share(most, subjects.count()) >= CIRCLED
}

/// "I did X because of Y": letters in the places of what was to be told.
pub(super) fn is_left_blank(words: &[&str]) -> bool {
    let blank =
        |word: &&&str| word.len() == 1 && word.starts_with(|c| matches!(c, 'b'..='z') && c != 'i');
    let said = words.iter().filter(blank);
    let letters: HashSet<&&str> = said
        .clone()
        .filter(|word| !matches!(**word, "s" | "t"))
        .collect();
    letters.len() >= BLANKS && share(said.count(), words.len()) >= LEFT_BLANK
}

/// Share of the small words by which people tell how one thing came of another, 0 to 1.
pub(super) fn joints(words: &[&str]) -> f64 {
    let joins =
        |word: &&&str| WORDS.function.contains(**word) && !WORDS.joins_anything.contains(**word);
    share(words.iter().filter(joins).count(), words.len())
}

/// Figures, results and reasons without the small words by which people tell how one came of another.
pub(super) fn is_crowded(text: &Text<'_>) -> bool {
    let words = text.words();
    let figures = words
        .iter()
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let lists = [&WORDS.quantities, &WORDS.results, &WORDS.reasons];
    let shown = figures.count()
        + lists
            .iter()
            .map(|list| text.find_all(list).len())
            .sum::<usize>();
    words.len() >= SHORT && share(shown, words.len()) - joints(&words) > CROWDED
}
