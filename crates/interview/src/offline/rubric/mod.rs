//! The rubric: five dimensions, each measured from the text, each with the words that show it.

mod dimensions;
pub(super) mod facts;

pub(super) use dimensions::{Asked, measure};

/// One dimension of one answer. Without quotes there is no score.
pub(super) struct Measure<'a> {
    pub(super) dimension: &'static str,
    pub(super) score: Option<u8>,
    /// What was counted, as a sentence.
    pub(super) reason: String,
    pub(super) quotes: Vec<&'a str>,
    /// What to do about it, as a sentence.
    pub(super) advice: String,
}
