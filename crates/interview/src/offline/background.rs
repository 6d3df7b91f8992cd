//! What the résumé and the advertisement give to ask about: short pieces of their text.

use std::collections::HashSet;

use super::answer::{Answer, clipped};
use super::lexicon;
use crate::SessionConfig;

/// Characters of either document that are looked at.
const LOOKED_AT: usize = 12_000;
/// Pieces taken of either document.
const MAX_PIECES: usize = 12;
/// Longest line of a résumé that is quoted, in characters.
const LINE_CHARS: usize = 110;

/// Capitalised words of advertisements that name no skill.
const AD_WORDS: &[&str] = &[
    "english",
    "german",
    "french",
    "spanish",
    "europe",
    "usa",
    "uk",
    "us",
    "eu",
    "remote",
    "hybrid",
    "monday",
    "friday",
    "january",
    "june",
    "september",
    "we",
    "you",
    "our",
    "your",
    "the",
    "about",
    "requirements",
    "responsibilities",
    "qualifications",
    "benefits",
    "role",
    "job",
    "team",
    "bachelor",
    "master",
    "phd",
    "degree",
    "ltd",
    "gmbh",
    "inc",
    "llc",
    "senior",
    "junior",
    "engineer",
    "manager",
    "developer",
    "company",
    "ceo",
    "hr",
    "must",
    "nice",
    "plus",
    "experience",
    "strong",
    "full",
    "time",
];

/// Skills that advertisements write in lower case.
const SKILLS: &[&str] = &[
    "stakeholder management",
    "project management",
    "machine learning",
    "data analysis",
    "code review",
    "distributed systems",
    "customer service",
    "user research",
    "budgeting",
    "forecasting",
    "negotiation",
    "public speaking",
    "mentoring",
    "coaching",
    "agile",
    "scrum",
    "incident response",
    "observability",
    "continuous integration",
    "automated testing",
    "performance tuning",
    "accessibility",
    "design systems",
    "prototyping",
    "copywriting",
    "lead generation",
    "cold calling",
    "account management",
    "risk management",
    "compliance",
    "procurement",
    "process improvement",
    "conflict resolution",
    "data modelling",
    "data modeling",
    "experimentation",
    "financial modelling",
    "financial modeling",
    "reporting",
    "onboarding",
    "prioritisation",
    "prioritization",
    "roadmap",
    "hiring",
    "teamwork",
    "communication",
    "problem solving",
    "time management",
];

/// Lines of the résumé that say what somebody did, verbatim, each once, the ones with numbers first.
pub(super) fn resume_lines(config: &SessionConfig) -> Vec<&str> {
    let text = clipped(
        config.resume_content.as_deref().unwrap_or_default(),
        LOOKED_AT,
    );
    let mut seen = HashSet::new();
    let mut lines: Vec<&str> = text
        .lines()
        .flat_map(|line| line.split(". "))
        .map(|line| line.trim_matches(|c: char| !c.is_alphanumeric() && !")%+".contains(c)))
        .filter(|line| (3..=40).contains(&line.split_whitespace().count()))
        .filter(|line| !line.contains('@') && !line.contains("://") && !line.contains('"'))
        .filter(|line| seen.insert(*line))
        .map(|line| clipped(line, LINE_CHARS))
        .collect();
    lines.sort_by_key(|line| !line.chars().any(|c| c.is_ascii_digit()));
    lines.truncate(MAX_PIECES);
    lines
}

/// Terms that the advertisement asks for and that look like skills: known ones, and words written
/// like names within a sentence (`Kubernetes`, `PostgreSQL`, `SAP`). In the order of the text.
pub(super) fn required_terms(config: &SessionConfig) -> Vec<String> {
    let text = clipped(
        config.job_description.as_deref().unwrap_or_default(),
        LOOKED_AT,
    );
    let answer = Answer::new(text);
    let mut found: Vec<(usize, String)> = Vec::new();
    for skill in SKILLS {
        found.extend(
            answer
                .find(skill)
                .next()
                .map(|at| (at, (*skill).to_owned())),
        );
    }
    let company = config
        .company_name
        .as_deref()
        .unwrap_or_default()
        .to_lowercase();
    for (at, word) in answer.words().enumerate() {
        let lower = word.to_lowercase();
        if lexicon::looks_technical(word)
            || (lexicon::is_capitalised(word) && !answer.begins_sentence(at))
        {
            let ordinary = lexicon::is_stopword(&lower) || AD_WORDS.contains(&&*lower);
            if !ordinary && !company.contains(&lower) && (2..=24).contains(&word.chars().count()) {
                found.push((at, word.to_owned()));
            }
        }
    }
    found.sort();
    let mut seen = HashSet::new();
    found.retain(|(_, term)| seen.insert(term.to_lowercase()));
    found.truncate(MAX_PIECES);
    found.into_iter().map(|(_, term)| term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resume_lines_are_verbatim_and_leave_out_contact_lines() {
        let config = SessionConfig {
            resume_content: Some(
                "Ada\nada@example.com\n- Built the billing service for 3 markets\n\
                 • Led a team that moved to Kubernetes\nhttps://ada.example/cv page here\n"
                    .into(),
            ),
            ..Default::default()
        };
        assert_eq!(
            resume_lines(&config),
            [
                "Built the billing service for 3 markets",
                "Led a team that moved to Kubernetes"
            ]
        );
    }

    #[test]
    fn terms_of_the_advertisement_come_in_its_order() {
        let config = SessionConfig {
            job_description: Some(
                "We at Acme look for someone with PostgreSQL and stakeholder management. \
                 You know Kubernetes. English required."
                    .into(),
            ),
            company_name: Some("Acme".into()),
            ..Default::default()
        };
        assert_eq!(
            required_terms(&config),
            ["PostgreSQL", "stakeholder management", "Kubernetes"]
        );
    }
}
