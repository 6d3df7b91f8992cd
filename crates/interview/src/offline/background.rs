//! What the résumé and the advertisement give to ask about: short pieces of their text.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::answer::{Answer, clipped};
use super::data::parsed;
use super::lexicon::{is_capitalised, is_stop_word, looks_technical};
use crate::SessionConfig;

/// Characters of either document that are looked at.
const LOOKED_AT: usize = 12_000;
/// Pieces taken of either document.
const MAX_PIECES: usize = 12;
/// Longest line of a résumé that is quoted, in characters.
const LINE_CHARS: usize = 110;

/// `data/skills.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Skills {
    #[serde(borrow)]
    known: Vec<&'static str>,
    ordinary: Vec<&'static str>,
}

fn skills() -> &'static Skills {
    static SKILLS: LazyLock<Skills> =
        LazyLock::new(|| parsed(include_str!("../../data/skills.toml")));
    &SKILLS
}

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
    for skill in &skills().known {
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
        if looks_technical(word) || (is_capitalised(word) && !answer.begins_sentence(at)) {
            let ordinary = is_stop_word(&lower) || skills().ordinary.contains(&&*lower);
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
