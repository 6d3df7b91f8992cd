//! A curated list of learning resources, for when the web cannot be searched.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Entry, parsed};
use super::roles::Role;
use crate::Resource;

const MOST: usize = 6;
/// What every interview asks for, where no weakness is known.
const ALWAYS_WORTH: [&str; 2] = ["structure", "communication"];

/// What `data/resources.toml` holds on a dimension.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dimension {
    /// Why its resources help, as a clause.
    reason: &'static str,
    resources: Vec<Entry>,
}

static DIMENSIONS: LazyLock<HashMap<&str, Dimension>> =
    LazyLock::new(|| parsed(include_str!("../../data/resources.toml")));

/// Resources for the weaknesses (names of dimensions, the worst first) and the role: three to six,
/// each URL once.
pub(super) fn for_weaknesses(weaknesses: &[&str], role: &Role) -> Vec<Resource> {
    let known = |name: &&&str| DIMENSIONS.contains_key(**name);
    let mut names: Vec<&str> = weaknesses.iter().filter(known).copied().collect();
    let reason = |name: &str| format!("For your {name}: {}.", DIMENSIONS[name].reason);
    let worth = |name: &str| format!("Worth it for every interview: {}.", DIMENSIONS[name].reason);
    let because: &dyn Fn(&str) -> String = if names.is_empty() { &worth } else { &reason };
    if names.is_empty() {
        names = ALWAYS_WORTH.to_vec();
    }
    // One each before the second of any: the worst does not fill the list alone.
    let nth = |nth: usize| {
        names
            .iter()
            .take(3)
            .filter_map(move |name| Some((DIMENSIONS[name].resources.get(nth)?, because(name))))
    };
    let of_role = role.resources.iter().map(|entry| {
        let why = format!("Gives you matter for {} interviews.", role.label);
        (entry, why)
    });
    let mut chosen: Vec<Resource> = Vec::new();
    for (entry, reasoning) in nth(0).chain(of_role).chain(nth(1)) {
        if chosen.len() < MOST && chosen.iter().all(|one| one.url != entry.url) {
            chosen.push(Resource {
                title: entry.title.into(),
                url: entry.url.into(),
                resource_type: entry.resource_type.into(),
                reasoning,
                description: entry.description.into(),
            });
        }
    }
    chosen
}
