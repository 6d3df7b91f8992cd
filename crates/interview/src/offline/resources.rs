//! A curated list of learning resources, for when the web cannot be searched.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Entry, parsed};
use super::roles::Role;
use crate::Resource;

const MOST: usize = 6;

/// What `data/resources.toml` holds on a dimension.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dimension {
    /// Why its resources help, as a clause.
    reason: &'static str,
    resources: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Dimensions {
    structure: Dimension,
    specificity: Dimension,
    relevance: Dimension,
    depth: Dimension,
    communication: Dimension,
}

/// Resources for the weaknesses (names of dimensions, the worst first) and the role: three to six,
/// each URL once. Every `reasoning` names the weakness, or says that none was found.
pub(super) fn for_weaknesses(weaknesses: &[&str], role: &Role) -> Vec<Resource> {
    let mut chosen: Vec<Resource> = Vec::new();
    let mut add = |entry: &Entry, reasoning: String| {
        if chosen.len() < MOST && chosen.iter().all(|one| one.url != entry.url) {
            chosen.push(Resource {
                title: entry.title.into(),
                url: entry.url.into(),
                resource_type: entry.resource_type.into(),
                reasoning,
                description: entry.description.into(),
            });
        }
    };
    for weakness in weaknesses.iter().take(3) {
        // One each before the second of any: the worst does not fill the list alone.
        if let Some(entry) = by_dimension(weakness).resources.first() {
            add(entry, reason(weakness));
        }
    }
    let worst = weaknesses.first().copied();
    for entry in &role.resources {
        add(
            entry,
            match worst {
                Some(weakness) => format!(
                    "Gives you matter for {} answers, where {weakness} was your weakest dimension.",
                    role.label
                ),
                None => format!(
                    "No weakness could be established; this prepares you for {} interviews in general.",
                    role.label
                ),
            },
        );
    }
    for weakness in weaknesses {
        for entry in by_dimension(weakness).resources.iter().skip(1).take(1) {
            add(entry, reason(weakness));
        }
    }
    if weaknesses.is_empty() {
        for dimension in ["structure", "communication"] {
            for entry in by_dimension(dimension).resources.iter().take(1) {
                add(
                    entry,
                    format!(
                        "No weakness could be established; {dimension} is worth practising for every interview."
                    ),
                );
            }
        }
    }
    chosen
}

fn reason(weakness: &str) -> String {
    let why = by_dimension(weakness).reason;
    format!("Addresses your weakness in {weakness}: {why}.")
}

fn by_dimension(name: &str) -> &'static Dimension {
    static DIMENSIONS: LazyLock<Dimensions> =
        LazyLock::new(|| parsed(include_str!("../../data/resources.toml")));
    match name {
        "structure" => &DIMENSIONS.structure,
        "specificity" => &DIMENSIONS.specificity,
        "relevance" => &DIMENSIONS.relevance,
        "depth" => &DIMENSIONS.depth,
        _ => &DIMENSIONS.communication,
    }
}
