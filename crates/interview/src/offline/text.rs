//! A text, cut once into words and sentences, that can be searched for phrases and quoted.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

/// Longest quote, in characters.
const QUOTE_CHARS: usize = 160;

/// Words and sentences of a text, with their places in it.
pub(super) struct Text<'a> {
    text: &'a str,
    /// Byte offset of each word.
    offsets: Vec<usize>,
    /// Byte range of each sentence, trimmed, none empty.
    sentences: Vec<(usize, usize)>,
    /// The words in lower case, each between single spaces.
    normal: String,
    /// Where each word begins in `normal`.
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut normal = String::with_capacity(text.len() + 2);
        normal.push(' ');
        let (mut offsets, mut starts) = (Vec::new(), Vec::new());
        for (offset, word) in text.unicode_word_indices() {
            offsets.push(offset);
            starts.push(normal.len());
            let straight = word.chars().map(|c| if c == '\u{2019}' { '\'' } else { c });
            normal.extend(straight.flat_map(char::to_lowercase));
            normal.push(' ');
        }
        Self {
            text,
            offsets,
            sentences: sentences(text),
            normal,
            starts,
        }
    }

    /// The words in lower case, in order.
    pub(super) fn words(&self) -> Vec<&str> {
        self.normal
            .split(' ')
            .filter(|word| !word.is_empty())
            .collect()
    }

    /// Places of the words at which `phrase` (lower case, single spaces) begins.
    pub(super) fn find(&self, phrase: &str) -> impl Iterator<Item = usize> {
        let is_whole = move |at: usize| self.normal[at + phrase.len()..].starts_with(' ');
        self.normal
            .match_indices(phrase)
            .filter(move |(at, _)| is_whole(*at))
            .filter_map(|(at, _)| self.starts.binary_search(&at).ok())
    }

    /// Places of all phrases of a list, in order, each once.
    pub(super) fn find_all(&self, phrases: &[&str]) -> Vec<usize> {
        let mut found: Vec<usize> = phrases.iter().flat_map(|one| self.find(one)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn has_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|one| self.find(one).next().is_some())
    }

    pub(super) fn sentences(&self) -> impl Iterator<Item = &'a str> {
        self.sentences
            .iter()
            .filter_map(|(from, to)| self.text.get(*from..*to))
    }

    /// A quote around the word: its sentence, or as much of it as a quote may hold.
    pub(super) fn quote_at(&self, word: usize) -> Option<&'a str> {
        let offset = *self.offsets.get(word)?;
        let after = self.sentences.partition_point(|(from, _)| *from <= offset);
        let (from, to) = *self.sentences.get(after.checked_sub(1)?)?;
        let sentence = self.text.get(from..to)?;
        if sentence.chars().count() <= QUOTE_CHARS {
            return Some(sentence);
        }
        // Some words before the one wanted, so that it stands in its context.
        let before = *self.offsets.get(word.saturating_sub(6))?;
        let held = clipped(self.text.get(before.max(from)..to)?, QUOTE_CHARS);
        if before.max(from) + held.len() > offset {
            return Some(held);
        }
        Some(clipped(self.text.get(offset..to)?, QUOTE_CHARS))
    }

    /// Whether a full stop, a question or an exclamation mark stands between the word and the next.
    pub(super) fn ends_sentence(&self, word: usize) -> bool {
        let from = self.offsets.get(word).copied().unwrap_or_default();
        let to = self
            .offsets
            .get(word + 1)
            .copied()
            .unwrap_or(self.text.len());
        let between = self.text.get(from..to).unwrap_or_default();
        between.contains(['.', '!', '?', '\n'])
    }

    /// Whether nothing but space stands between the word and the next.
    pub(super) fn adjoins(&self, word: usize) -> bool {
        let next = self
            .offsets
            .get(word + 1)
            .copied()
            .unwrap_or(self.text.len());
        let from = self.offsets.get(word).copied().unwrap_or_default();
        let between = self.text.get(from..next).unwrap_or_default();
        between.ends_with(' ') && between.trim_end().ends_with(char::is_alphanumeric)
    }

    /// Share of this text's runs of three words that stand in the other one, 0 to 1.
    pub(super) fn shared_with(&self, other: &Text<'_>) -> f64 {
        let theirs = other.words();
        let theirs: HashSet<&[&str]> = theirs.windows(3).collect();
        let mine = self.words();
        share(
            mine.windows(3).filter(|run| theirs.contains(run)).count(),
            mine.len().saturating_sub(2),
        )
    }
}

pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

fn sentences(text: &str) -> Vec<(usize, usize)> {
    text.split_sentence_bound_indices()
        .filter(|(_, sentence)| !sentence.trim().is_empty())
        .map(|(offset, sentence)| {
            let from = offset + (sentence.len() - sentence.trim_start().len());
            (from, from + sentence.trim().len())
        })
        .collect()
}

/// The beginning of `text`, at most `limit` characters, cut between words when there is a place to,
/// and never within a character a reader sees as one unless that alone exceeds the limit.
pub(super) fn clipped(text: &str, limit: usize) -> &str {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text;
    };
    let head = text.get(..end).unwrap_or_default();
    if let Some(space) = head.rfind(char::is_whitespace)
        && space > end / 3
    {
        return head.get(..space).unwrap_or_default().trim_end();
    }
    let whole = text
        .grapheme_indices(true)
        .map(|(start, grapheme)| start + grapheme.len())
        .take_while(|stop| *stop <= end)
        .last()
        .unwrap_or(end);
    text.get(..whole).unwrap_or_default().trim_end()
}

/// The word without its commonest endings, so that `tested` meets `testing` and `planned` meets `plan`.
pub(super) fn stem(lower: &str) -> String {
    const ENDINGS: [&str; 18] = [
        "'s", "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "ies",
        "ied", "ed", "er", "es", "s", "e", "y",
    ];
    let cut = ENDINGS
        .iter()
        .filter_map(|ending| lower.strip_suffix(ending))
        .find(|stem| stem.chars().count() >= 3);
    let mut stem = cut.unwrap_or(lower).to_owned();
    let mut last = stem.chars().rev();
    if last.next() == last.next() {
        stem.pop();
    }
    stem
}
