//! Marks what speaks to the grader or the software instead of the interviewer.
//!
//! Nothing is taken out: the model reads the whole text and is told which passages are marked and why. None of
//! their words count as evidence, and the candidate is shown what was set aside. This is the first of several
//! fences and the least of them; its patterns (`data/screen.toml`) are narrow, so that honest answers stay as
//! they are.

use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::sync::Cache;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use unicode_segmentation::UnicodeSegmentation as _;

use super::patterns;
use crate::evidence::is_verbatim;

/// Around a marked passage where a text is passed on as one piece.
const MARK: &str = "[said to the grader or the software, not to the interviewer: ";
const MARK_END: &str = "]";
/// An answer that has no more words than these beside marked passages says nothing to the interviewer.
const MOST_BESIDE: usize = 4;

/// Screened texts by their digest, bounded by bytes.
static SCREENED: LazyLock<Cache<[u8; 32], Arc<Screened>>> = LazyLock::new(|| {
    Cache::builder()
        .max_capacity(16 * 1024 * 1024)
        .weigher(|_, screened: &Arc<Screened>| {
            u32::try_from(screened.text.len() + screened.original.len() + 200).unwrap_or(u32::MAX)
        })
        .time_to_idle(Duration::from_secs(30 * 60))
        .build()
});

/// A text as the model may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Screened {
    /// The whole text, with marks around passages that do not address the interviewer.
    pub(super) text: String,
    original: String,
    /// Bytes of the original that are marked.
    marked: Vec<Range<usize>>,
}

impl Screened {
    /// Whether the text speaks to the grader and next to nothing else.
    pub(super) fn is_bare(&self) -> bool {
        !self.marked.is_empty() && self.unmarked().unicode_words().count() <= MOST_BESIDE
    }

    /// Whether words may prove something: they stand in the text outside of what is marked.
    pub(super) fn admits(&self, quote: &str) -> bool {
        is_verbatim(&self.unmarked(), quote)
    }

    /// The marked passages.
    pub(super) fn set_aside(&self) -> Vec<String> {
        let passages = self
            .marked
            .iter()
            .map(|range| &self.original[range.clone()]);
        passages.map(|passage| passage.trim().to_owned()).collect()
    }

    /// The text as a JSON value: a string, or where passages are marked, a list of segments.
    pub(super) fn value(&self) -> Value {
        if self.marked.is_empty() {
            return json!(self.original);
        }
        self.segments()
            .into_iter()
            .filter(|(text, _)| !text.trim().is_empty())
            .map(|(text, marked)| {
                if marked {
                    json!({"addressed_to_the_grader": text.trim()})
                } else {
                    json!(text.trim())
                }
            })
            .collect()
    }

    /// The text with a gap, which no quote can reach across, in the place of each mark.
    pub(super) fn unmarked(&self) -> String {
        let segments = self.segments().into_iter();
        segments
            .map(|(text, marked)| if marked { "\0" } else { text })
            .collect()
    }

    /// The text in order, with whether each part is marked.
    fn segments(&self) -> Vec<(&str, bool)> {
        let mut segments = Vec::new();
        let mut from = 0;
        for range in &self.marked {
            segments.push((&self.original[from..range.start], false));
            segments.push((&self.original[range.clone()], true));
            from = range.end;
        }
        segments.push((&self.original[from..], false));
        segments
    }
}

/// Marks what does not address the interviewer. What was screened before is remembered: a conversation and its
/// material are read again at every turn.
pub(super) fn screened(original: &str) -> Arc<Screened> {
    let key: [u8; 32] = Sha256::digest(original.as_bytes()).into();
    SCREENED.get_with(key, || Arc::new(screen(original)))
}

fn screen(original: &str) -> Screened {
    let marked = patterns::found(original);
    if !marked.is_empty() {
        metrics::counter!("screened_passages_total")
            .increment(u64::try_from(marked.len()).unwrap_or(1));
    }
    let mut screened = Screened {
        text: String::new(),
        original: original.to_owned(),
        marked,
    };
    let parts = screened.segments().into_iter();
    screened.text = parts
        .map(|(text, marked)| {
            if marked {
                format!("{MARK}{}{MARK_END} ", text.trim())
            } else {
                text.to_owned()
            }
        })
        .collect();
    screened
}

#[cfg(test)]
mod tests;
