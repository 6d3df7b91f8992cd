//! An answer, cut once into words and sentences, that can be searched for phrases and quoted.

use unicode_segmentation::UnicodeSegmentation;

/// Longest quote, in characters.
const QUOTE_CHARS: usize = 160;

/// Words and sentences of a text, with their places in it. The words are sorted once, so that looking
/// for one of several hundred phrases costs a few comparisons.
pub(super) struct Answer<'a> {
    text: &'a str,
    /// Byte offset and text of each word.
    words: Vec<(usize, &'a str)>,
    /// Byte range of each sentence, trimmed, none empty.
    sentences: Vec<(usize, usize)>,
    /// The words in lower case, each between single spaces, for searching phrases.
    normal: String,
    /// Where each word begins in `normal`.
    starts: Vec<usize>,
    /// The words' indices in the order of their lower-case text, equal ones in the order of the text.
    sorted: Vec<usize>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let words: Vec<_> = text.unicode_word_indices().collect();
        let mut normal = String::with_capacity(text.len() + 2);
        let mut starts = Vec::with_capacity(words.len());
        normal.push(' ');
        for (_, word) in &words {
            starts.push(normal.len());
            for character in word.chars() {
                if character == '\u{2019}' {
                    normal.push('\'');
                } else {
                    normal.extend(character.to_lowercase());
                }
            }
            normal.push(' ');
        }
        let mut sorted: Vec<usize> = (0..starts.len()).collect();
        sorted.sort_by_key(|word| lower_word(&normal, &starts, *word));
        Self {
            text,
            words,
            sentences: sentences(text),
            normal,
            starts,
            sorted,
        }
    }

    pub(super) fn word_count(&self) -> usize {
        self.words.len()
    }

    pub(super) fn sentence_count(&self) -> usize {
        self.sentences.len()
    }

    /// The words as written.
    pub(super) fn words(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.words.iter().map(|(_, word)| *word)
    }

    /// The words in lower case, in order.
    pub(super) fn lower_words(&self) -> impl Iterator<Item = &str> {
        self.normal.split(' ').filter(|word| !word.is_empty())
    }

    /// Indices of the words at which `phrase` (lower case, single spaces) begins, in order.
    pub(super) fn find(&self, phrase: &str) -> impl Iterator<Item = usize> {
        let first = phrase.split(' ').next().unwrap_or_default();
        let word = |at: usize| lower_word(&self.normal, &self.starts, at);
        let from = self.sorted.partition_point(|at| word(*at) < first);
        self.sorted
            .iter()
            .skip(from)
            .copied()
            .take_while(move |at| word(*at) == first)
            .filter(move |at| {
                self.normal
                    .get(self.starts[*at]..)
                    .and_then(|rest| rest.strip_prefix(phrase))
                    .is_some_and(|rest| rest.starts_with(' '))
            })
    }

    /// Where the first phrase of `phrases` found stands, in the order of the text.
    pub(super) fn first_of(&self, phrases: &[&str]) -> Option<usize> {
        phrases.iter().filter_map(|one| self.find(one).next()).min()
    }

    /// How often phrases of the list stand in the text.
    pub(super) fn count_of(&self, phrases: &[&str]) -> usize {
        phrases.iter().map(|one| self.find(one).count()).sum()
    }

    /// Words of each sentence, in order.
    pub(super) fn sentence_lengths(&self) -> Vec<usize> {
        self.sentences
            .iter()
            .map(|(from, to)| self.word_at(*to) - self.word_at(*from))
            .collect()
    }

    /// Index of the first word at or after a byte offset.
    fn word_at(&self, offset: usize) -> usize {
        self.words.partition_point(|(start, _)| *start < offset)
    }

    /// Whether the word begins its sentence: its capital then says nothing.
    pub(super) fn begins_sentence(&self, word: usize) -> bool {
        let Some((offset, _)) = self.words.get(word) else {
            return true;
        };
        let sentence = self.sentences.partition_point(|(from, _)| from <= offset);
        let Some((from, _)) = sentence.checked_sub(1).and_then(|i| self.sentences.get(i)) else {
            return true;
        };
        self.word_at(*from) == word
    }

    /// A quote around the word: its sentence, or as much of it as a quote may hold.
    pub(super) fn quote_at(&self, word: usize) -> Option<&'a str> {
        let (offset, _) = *self.words.get(word)?;
        let after = self.sentences.partition_point(|(from, _)| *from <= offset);
        let (from, to) = *self.sentences.get(after.checked_sub(1)?)?;
        let sentence = self.text.get(from..to)?;
        if sentence.chars().count() <= QUOTE_CHARS {
            return Some(sentence);
        }
        // Some words before the one wanted, so that it stands in its context.
        let first = self.word_at(from).max(word.saturating_sub(6));
        let start = self.words.get(first).map_or(from, |(start, _)| *start);
        let near = self.text.get(start..to)?;
        let held = clipped(near, QUOTE_CHARS);
        if start + held.len() > offset {
            return Some(held);
        }
        Some(clipped(self.text.get(offset..to)?, QUOTE_CHARS))
    }

    /// The first sentence, as a quote. `None` for a text without any character to show.
    pub(super) fn opening(&self) -> Option<&'a str> {
        let (from, to) = *self.sentences.first()?;
        Some(clipped(self.text.get(from..to)?, QUOTE_CHARS))
    }

    /// The text from its last sentence but one on, or from its last when the one before has fewer
    /// than `least_words` words.
    pub(super) fn ending(&self, least_words: usize) -> &'a str {
        let lengths = self.sentence_lengths();
        let last = lengths.len().saturating_sub(1);
        let from = last.saturating_sub(1);
        let from = if lengths.get(from).is_some_and(|words| *words >= least_words) {
            from
        } else {
            last
        };
        self.sentences
            .get(from)
            .and_then(|(start, _)| self.text.get(*start..))
            .unwrap_or_default()
            .trim_end()
    }

    /// The sentence with most words, as a quote.
    pub(super) fn longest_sentence(&self) -> Option<&'a str> {
        let lengths = self.sentence_lengths();
        let longest = (0..lengths.len()).max_by_key(|index| lengths.get(*index))?;
        let (from, to) = *self.sentences.get(longest)?;
        Some(clipped(self.text.get(from..to)?, QUOTE_CHARS))
    }
}

/// The word at an index, of words that each stand between single spaces.
fn lower_word<'n>(normal: &'n str, starts: &[usize], at: usize) -> &'n str {
    let from = starts.get(at).copied().unwrap_or(normal.len());
    let to = starts.get(at + 1).copied().unwrap_or(normal.len());
    normal.get(from..to.saturating_sub(1)).unwrap_or_default()
}

fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (offset, sentence) in text.split_sentence_bound_indices() {
        let kept = sentence.trim();
        if !kept.is_empty() {
            let from = offset + (sentence.len() - sentence.trim_start().len());
            found.push((from, from + kept.len()));
        }
    }
    found
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
