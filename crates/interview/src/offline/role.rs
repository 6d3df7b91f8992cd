//! Which family of jobs a session practises for.

use std::sync::LazyLock;

use serde::Deserialize;

use super::answer::{Answer, clipped};
use super::data::{Entry, Question, parsed};
use crate::SessionConfig;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Engineering,
    Data,
    Product,
    Design,
    Sales,
    Support,
    Operations,
    Finance,
    Leadership,
    General,
}

/// Characters of the advertisement that are looked at: its beginning names the job.
const DESCRIPTION_CHARS: usize = 4_000;
/// How much a word of the title outweighs one of the description.
const TITLE_WEIGHT: usize = 8;

/// Families in the order in which they win ties.
const BY_PRECEDENCE: [Role; 9] = [
    Role::Data,
    Role::Design,
    Role::Product,
    Role::Engineering,
    Role::Sales,
    Role::Support,
    Role::Finance,
    Role::Operations,
    Role::Leadership,
];

/// What `data/roles/` holds on a family.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    /// How the family is called in a sentence.
    pub(super) label: &'static str,
    #[serde(borrow, default)]
    keywords: Vec<&'static str>,
    pub(super) resources: Vec<Entry>,
    pub(super) questions: Vec<Question>,
}

impl Role {
    /// The family whose words the title and the description use most; `General` without any.
    pub(super) fn of(config: &SessionConfig) -> Self {
        let title = Answer::new(config.job_role.as_deref().unwrap_or_default());
        let description = config.job_description.as_deref().unwrap_or_default();
        let description = Answer::new(clipped(description, DESCRIPTION_CHARS));
        let mut best = (Self::General, 0);
        for role in BY_PRECEDENCE {
            let keywords = &role.profile().keywords;
            let in_title: usize = keywords
                .iter()
                .map(|keyword| title.find(keyword).count() * keyword.split(' ').count())
                .sum();
            let points = in_title * TITLE_WEIGHT + description.count_of(keywords);
            if points > best.1 {
                best = (role, points);
            }
        }
        best.0
    }

    pub(super) fn profile(self) -> &'static Profile {
        static ENGINEERING: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/engineering.toml")));
        static DATA: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/data.toml")));
        static PRODUCT: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/product.toml")));
        static DESIGN: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/design.toml")));
        static SALES: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/sales.toml")));
        static SUPPORT: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/support.toml")));
        static OPERATIONS: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/operations.toml")));
        static FINANCE: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/finance.toml")));
        static LEADERSHIP: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/leadership.toml")));
        static GENERAL: LazyLock<Profile> =
            LazyLock::new(|| parsed(include_str!("../../data/roles/general.toml")));
        match self {
            Self::Engineering => &ENGINEERING,
            Self::Data => &DATA,
            Self::Product => &PRODUCT,
            Self::Design => &DESIGN,
            Self::Sales => &SALES,
            Self::Support => &SUPPORT,
            Self::Operations => &OPERATIONS,
            Self::Finance => &FINANCE,
            Self::Leadership => &LEADERSHIP,
            Self::General => &GENERAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(title: &str, description: &str) -> Role {
        Role::of(&SessionConfig {
            job_role: Some(title.into()),
            job_description: Some(description.into()),
            ..Default::default()
        })
    }

    #[test]
    fn titles_decide() {
        for (title, expected) in [
            ("Senior Rust Backend Engineer", Role::Engineering),
            ("Data Scientist", Role::Data),
            ("Data Engineer", Role::Data),
            ("Machine Learning Engineer", Role::Data),
            ("Product Manager", Role::Product),
            ("Senior Product Designer", Role::Design),
            ("Account Executive", Role::Sales),
            ("Customer Support Specialist", Role::Support),
            ("Project Manager", Role::Operations),
            ("Accountant", Role::Finance),
            ("Head of Engineering", Role::Leadership),
            ("Engineering Manager", Role::Leadership),
            ("Beekeeper", Role::General),
            ("", Role::General),
        ] {
            assert_eq!(role(title, ""), expected, "{title}");
        }
    }

    #[test]
    fn descriptions_decide_without_a_telling_title() {
        let text = "You will own our marketing campaigns, SEO and brand.";
        assert_eq!(role("Specialist", text), Role::Sales);
    }
}
