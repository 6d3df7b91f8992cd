//! The built-in interviewer and coach, which need nothing but the text: no model, no network, and
//! the same lines for the same seed and answers.
//!
//! What candidates, résumés and advertisements say is measured and quoted, never obeyed.

mod asked;
mod background;
mod checks;
mod coach;
mod data;
mod form;
mod intents;
mod interviewer;
mod plan;
mod reading;
mod report;
mod resources;
mod roles;
#[cfg(test)]
mod tests;
mod text;

pub use coach::OfflineCoach;
pub use interviewer::OfflineInterviewer;

use crate::{Conversation, Resource, SessionConfig};

/// Resources of the curated list for these weaknesses (names of dimensions, the worst first).
pub fn curated(weaknesses: &[&str], config: &SessionConfig) -> Vec<Resource> {
    resources::for_weaknesses(weaknesses, roles::Role::of(config))
}

/// What the offline interviewer plans to ask as the question of that number, from 1.
pub(crate) fn question(conversation: &Conversation, number: u32) -> String {
    let plan = plan::Plan::new(&conversation.config, conversation.seed);
    plan.question(number).text
}

/// Whether the message asks, in English, for the question again, otherwise or for a moment: it is no answer.
pub(crate) fn asks_back(message: &str) -> bool {
    intents::of(message).is_some_and(|intent| intent.then == intents::Then::Clarify)
}

/// Name of both in replies and feedback.
pub const NAME: &str = "offline";
/// Version of the questions and wordings.
pub const PROMPT_VERSION: &str = "offline-2";
/// Version of the checklist.
pub const RUBRIC_VERSION: &str = "offline-checklist-1";

/// A number that looks random and depends on `seed` and `salt` only (SplitMix64's finaliser).
fn mixed(seed: u64, salt: u64) -> u64 {
    let mut z = seed ^ salt.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One of `choices`, by `seed` and `salt`.
fn pick<T: Copy>(choices: &[T], seed: u64, salt: u64) -> Option<T> {
    let count = u64::try_from(choices.len())
        .ok()
        .filter(|count| *count > 0)?;
    let index = usize::try_from(mixed(seed, salt) % count).ok()?;
    choices.get(index).copied()
}
