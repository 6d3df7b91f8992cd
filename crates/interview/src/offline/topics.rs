//! Which words belong to the topics of the question banks.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::data::parsed;

/// Words that belong to a topic of the question banks, so that an answer can be on the topic without
/// repeating the question's words. By stems.
pub(super) fn topic_words(topic: &str) -> &'static [&'static str] {
    static TOPICS: LazyLock<HashMap<String, Vec<&'static str>>> =
        LazyLock::new(|| parsed(include_str!("../../data/topics.toml")));
    TOPICS.get(topic).map_or(&[], Vec::as_slice)
}
