//! Which family of jobs a session practises for.

use super::answer::{Answer, clipped};
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
const KEYWORDS: &[(Role, &[&str])] = &[
    (
        Role::Data,
        &[
            "data",
            "data scientist",
            "data engineer",
            "data analyst",
            "machine learning",
            "ml",
            "analytics",
            "statistics",
            "deep learning",
            "nlp",
            "ai engineer",
            "sql",
            "pandas",
            "experimentation",
            "etl",
            "business intelligence",
            "models",
        ],
    ),
    (
        Role::Design,
        &[
            "designer",
            "ux",
            "ui",
            "figma",
            "user research",
            "usability",
            "wireframes",
            "prototypes",
            "interaction design",
            "visual design",
            "design system",
            "product designer",
            "product design",
        ],
    ),
    (
        Role::Product,
        &[
            "product manager",
            "product owner",
            "product management",
            "roadmap",
            "product lead",
            "discovery",
            "backlog",
            "product strategy",
            "prioritisation",
            "prioritization",
        ],
    ),
    (
        Role::Engineering,
        &[
            "software",
            "engineer",
            "developer",
            "programmer",
            "backend",
            "frontend",
            "full stack",
            "fullstack",
            "devops",
            "sre",
            "rust",
            "python",
            "java",
            "javascript",
            "typescript",
            "go",
            "golang",
            "kubernetes",
            "apis",
            "microservices",
            "architect",
            "code",
            "mobile",
            "android",
            "ios",
            "security engineer",
            "qa",
            "cloud",
        ],
    ),
    (
        Role::Sales,
        &[
            "sales",
            "marketing",
            "account executive",
            "seo",
            "campaigns",
            "growth",
            "brand",
            "content",
            "business development",
            "lead generation",
            "copywriter",
            "quota",
            "crm",
            "social media",
        ],
    ),
    (
        Role::Support,
        &[
            "support",
            "customer support",
            "customer service",
            "customer success",
            "help desk",
            "service desk",
            "tickets",
            "call centre",
            "call center",
            "receptionist",
            "hospitality",
        ],
    ),
    (
        Role::Finance,
        &[
            "finance",
            "financial",
            "accountant",
            "accounting",
            "audit",
            "auditor",
            "controller",
            "bookkeeping",
            "treasury",
            "tax",
            "investment",
            "bank",
            "banking",
            "budgeting",
            "gaap",
            "ifrs",
        ],
    ),
    (
        Role::Operations,
        &[
            "operations",
            "project manager",
            "program manager",
            "programme manager",
            "scrum master",
            "logistics",
            "supply chain",
            "procurement",
            "pmo",
            "project management",
            "office manager",
            "process improvement",
            "coordinator",
            "warehouse",
        ],
    ),
    (
        Role::Leadership,
        &[
            "head of",
            "director",
            "vp",
            "vice president",
            "chief",
            "cto",
            "ceo",
            "coo",
            "cfo",
            "engineering manager",
            "team lead",
            "people manager",
            "general manager",
            "leadership",
            "managing director",
            "founder",
        ],
    ),
];

impl Role {
    /// The family whose words the title and the description use most; `General` without any.
    pub(super) fn of(config: &SessionConfig) -> Self {
        let title = Answer::new(config.job_role.as_deref().unwrap_or_default());
        let description = config.job_description.as_deref().unwrap_or_default();
        let description = Answer::new(clipped(description, DESCRIPTION_CHARS));
        let mut best = (Self::General, 0);
        for (role, keywords) in KEYWORDS {
            let in_title: usize = keywords
                .iter()
                .map(|keyword| title.find(keyword).count() * keyword.split(' ').count())
                .sum();
            let points = in_title * TITLE_WEIGHT + description.count_of(keywords);
            if points > best.1 {
                best = (*role, points);
            }
        }
        best.0
    }

    /// How the family is called in a sentence.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Engineering => "software engineering",
            Self::Data => "data and machine learning",
            Self::Product => "product management",
            Self::Design => "design",
            Self::Sales => "marketing and sales",
            Self::Support => "customer support",
            Self::Operations => "operations and project management",
            Self::Finance => "finance",
            Self::Leadership => "leadership",
            Self::General => "general",
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
