//! What can be counted in an answer.

use std::collections::{HashMap, HashSet};

use crate::offline::answer::Answer;
use crate::offline::lexicon::{is_capitalised, is_stop_word, lexicon, looks_technical};

/// Indices of words that show something, and counts. All are facts of the text.
pub(in crate::offline) struct Facts {
    pub(in crate::offline) words: usize,
    pub(in crate::offline) situation: Option<usize>,
    pub(in crate::offline) task: Option<usize>,
    /// First-person deeds: “I rewrote”, “we shipped”.
    pub(in crate::offline) actions: Vec<usize>,
    pub(in crate::offline) result: Option<usize>,
    pub(in crate::offline) sequence: usize,
    pub(in crate::offline) numbers: Vec<usize>,
    /// Names of people, products, places, tools.
    pub(in crate::offline) names: Vec<usize>,
    pub(in crate::offline) reasons: Vec<usize>,
    pub(in crate::offline) trade_offs: Vec<usize>,
    pub(in crate::offline) reflection: Vec<usize>,
    pub(in crate::offline) filler_words: Vec<usize>,
    pub(in crate::offline) vague: usize,
    pub(in crate::offline) hostile: Option<usize>,
    /// Words per sentence, rounded.
    pub(in crate::offline) sentence_words: usize,
    /// Share of three-word sequences that occur for the first time, 0 to 1.
    fresh: f64,
    latin: bool,
    /// Share of ordinary English words, 0 to 1.
    ordinary: f64,
    /// Share of the commonest word, 0 to 1.
    commonest: f64,
}

impl Facts {
    pub(in crate::offline) fn of(answer: &Answer<'_>) -> Self {
        let lower: Vec<&str> = answer.lower_words().collect();
        let words = answer.word_count();
        let lexicon = lexicon();
        let all = |phrases: &[&str]| {
            let mut found: Vec<usize> = phrases.iter().flat_map(|one| answer.find(one)).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                0.0
            } else {
                part as f64 / whole as f64
            }
        };
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in &lower {
            *counts.entry(word).or_default() += 1;
        }
        let trigrams: HashSet<&[&str]> = lower.windows(3).collect();
        let letters = || {
            answer
                .words()
                .flat_map(str::chars)
                .filter(|c| c.is_alphabetic())
        };
        let numbers = lower
            .iter()
            .enumerate()
            .filter(|(_, word)| {
                word.starts_with(|c: char| c.is_ascii_digit())
                    || lexicon.number_words.contains(word)
            })
            .map(|(at, _)| at)
            .collect();
        let names = answer
            .words()
            .enumerate()
            .filter(|(at, word)| {
                looks_technical(word) || (is_capitalised(word) && !answer.begins_sentence(*at))
            })
            .map(|(at, _)| at)
            .collect();
        Self {
            words,
            situation: answer.first_of(&lexicon.situation),
            task: answer.first_of(&lexicon.task),
            actions: actions(&lower),
            result: answer.first_of(&lexicon.result),
            sequence: answer.count_of(&lexicon.sequence),
            numbers,
            names,
            reasons: all(&lexicon.reasons),
            trade_offs: all(&lexicon.trade_offs),
            reflection: all(&lexicon.reflection),
            filler_words: all(&lexicon.filler_words),
            vague: answer.count_of(&lexicon.vague_words),
            hostile: answer.first_of(&lexicon.insults),
            sentence_words: words
                .checked_div(answer.sentence_count())
                .unwrap_or_default(),
            fresh: if trigrams.is_empty() {
                1.0
            } else {
                share(trigrams.len(), lower.len() - 2)
            },
            latin: letters().filter(char::is_ascii).count() * 2 >= letters().count(),
            ordinary: share(
                lower.iter().filter(|word| is_stop_word(word)).count(),
                words,
            ),
            commonest: share(counts.values().copied().max().unwrap_or_default(), words),
        }
    }

    /// Why the text cannot be judged at all; `None` when it can.
    pub(in crate::offline) fn unreadable(&self) -> Option<String> {
        if self.words == 0 {
            return Some("the answer has no words.".into());
        }
        if self.words < 3 {
            let plural = if self.words == 1 { "" } else { "s" };
            return Some(format!("the answer has only {} word{plural}.", self.words));
        }
        if !self.latin {
            return Some("the offline coach reads English only, and most of this answer is in another script.".into());
        }
        if self.words >= 6 && (self.commonest > 0.4 || (self.words >= 30 && self.fresh < 0.4)) {
            return Some("the answer repeats the same words over and over.".into());
        }
        if self.words >= 5 && self.ordinary < 0.12 {
            return Some("hardly any of its words belong to English sentences, which are all the offline coach reads.".into());
        }
        None
    }

    /// Hedges and fillers per hundred words.
    pub(in crate::offline) fn filler_words_per_hundred(&self) -> usize {
        (self.filler_words.len() * 100)
            .checked_div(self.words)
            .unwrap_or_default()
    }

    /// Whether whole phrases come back.
    pub(in crate::offline) fn repeats(&self) -> bool {
        self.words >= 30 && self.fresh < 0.8
    }
}

/// Places of a deed told in the first person: `I` or `we`, at most one word, a verb of doing.
fn actions(lower: &[&str]) -> Vec<usize> {
    let lexicon = lexicon();
    let is_deed = |word: &&str| {
        lexicon.action_verbs.contains(word)
            || (word.len() > 4 && word.ends_with("ed") && !lexicon.state_verbs.contains(word))
    };
    let mut found: Vec<usize> = Vec::new();
    for (at, word) in lower.iter().enumerate() {
        let by_me = matches!(*word, "i" | "we")
            && [1, 2]
                .iter()
                .any(|step| lower.get(at + step).is_some_and(is_deed));
        let goes_on = !found.is_empty()
            && is_deed(word)
            && at
                .checked_sub(1)
                .and_then(|before| lower.get(before))
                .is_some_and(|before| matches!(*before, "and" | "then"));
        if by_me || goes_on {
            found.push(at);
        }
    }
    found
}
