//! Whether a message is an answer, as far as words can tell without being understood.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::asked::Asked;
use super::data::words;
use super::intents;
use super::roles::Role;
use super::text::{Text, clipped, share, stem};

/// Words below which a message says too little to be an answer.
const FEW_WORDS: usize = 5;
/// Share of words without a subject of their own, below which words make no sentences. English prose has
/// about half; learners who leave out articles still have a quarter.
const LEAST_FUNCTION: f64 = 0.12;
const LEAST_FUNCTION_IMPERSONAL: f64 = 0.25;
/// Share of an answer's runs of three words that stand in the question or an earlier answer, from which on
/// it is a copy.
const COPY: f64 = 0.6;
/// Subject words that must belong to working life, the question, the job or the résumé, and their share.
const LEAST_SUBJECTS: usize = 2;
const LEAST_RELATED: f64 = 0.3;
/// Characters of job description and résumé that are looked at.
const LOOKED_AT: usize = 12_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Answer,
    Silence,
    FewWords,
    /// A refusal, a request or an insult: the name of the intent.
    Evasion(&'static str),
    /// In a language that is not read: its English name, empty when unknown.
    OtherLanguage(&'static str),
    Code,
    Gibberish,
    /// Terms without sentences.
    Terms,
    /// The question's own words.
    Copied,
    /// An earlier answer again.
    Repeated,
    OffSubject,
}

impl Reading {
    pub(super) fn of(message: &str, asked: &Asked<'_>) -> Self {
        let text = Text::new(message);
        let lower = text.words();
        if lower.is_empty() {
            return Self::Silence;
        }
        if is_code(message) {
            return Self::Code;
        }
        if let Some(language) = other_language(message, &lower) {
            return Self::OtherLanguage(language);
        }
        let own_questions = asked.topic == super::plan::OWN_QUESTIONS;
        if let Some(intent) = intents::of(message).filter(|intent| !own_questions || intent.request)
        {
            return Self::Evasion(intent.name);
        }
        if lower.len() < FEW_WORDS {
            return Self::FewWords;
        }
        if let Some(noise) = noise(&lower) {
            return noise;
        }
        let question = asked.lines.iter().map(|line| line.content.as_str());
        if question
            .into_iter()
            .any(|line| text.shared_with(&Text::new(line)) >= COPY)
        {
            return Self::Copied;
        }
        if asked
            .earlier
            .iter()
            .any(|said| text.shared_with(&Text::new(said)) >= COPY)
        {
            return Self::Repeated;
        }
        if is_related(&lower, asked) {
            Self::Answer
        } else {
            Self::OffSubject
        }
    }

    /// Its name in `data/readings.toml`; `None` for an answer.
    pub(super) fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Answer => return None,
            Self::Silence => "silence",
            Self::FewWords => "few_words",
            Self::Evasion(_) => "evasion",
            Self::OtherLanguage(_) => "other_language",
            Self::Code => "code",
            Self::Gibberish => "gibberish",
            Self::Terms => "terms",
            Self::Copied => "copied",
            Self::Repeated => "repeated",
            Self::OffSubject => "off_subject",
        })
    }
}

/// Lines that end like statements, or a fenced block.
fn is_code(message: &str) -> bool {
    if message.contains("```") {
        return true;
    }
    let lines = || {
        message
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let coded = |line: &&str| {
        line.ends_with(['{', '}', ';']) || line.contains("()") || line.ends_with("):")
    };
    lines().filter(coded).count() * 2 >= lines().count().max(1) && lines().any(|line| coded(&line))
}

/// The language, when it is not English: by script, else by function words.
fn other_language(message: &str, lower: &[&str]) -> Option<&'static str> {
    let letters = || message.chars().filter(|c| c.is_alphabetic());
    let latin = |c: &char| c.is_ascii() || ('\u{c0}'..='\u{24f}').contains(c);
    if letters().filter(latin).count() * 2 < letters().count() {
        return Some("");
    }
    let count = |of: &HashSet<&str>| lower.iter().filter(|word| of.contains(**word)).count();
    let english = count(&words().function);
    let others = words().other_languages.iter();
    let (language, found) = others
        .map(|(language, of)| (*language, count(of)))
        .max_by_key(|(language, found)| (*found, *language))?;
    (found >= 2 && found * 5 >= lower.len() && found > english).then_some(language)
}

/// What is wrong with words that make no sentences.
fn noise(lower: &[&str]) -> Option<Reading> {
    let distinct: HashSet<&&str> = lower.iter().collect();
    let runs: HashSet<&[&str]> = lower.windows(3).collect();
    if lower.len() >= 8 && distinct.len() * 3 < lower.len() && runs.len() * 2 < lower.len() {
        return Some(Reading::Gibberish);
    }
    let functions = lower
        .iter()
        .filter(|word| words().function.contains(**word));
    let functions = share(functions.count(), lower.len());
    let speaks = lower.iter().any(|word| words().pronouns.contains(word));
    let least = if speaks {
        LEAST_FUNCTION
    } else {
        LEAST_FUNCTION_IMPERSONAL
    };
    if functions >= least {
        return None;
    }
    let known = lower
        .iter()
        .filter(|word| working_life().contains(&stem(word)))
        .count();
    Some(if known * 5 >= lower.len() {
        Reading::Terms
    } else {
        Reading::Gibberish
    })
}

/// The stems of words of working life.
fn working_life() -> &'static HashSet<String> {
    static STEMS: LazyLock<HashSet<String>> =
        LazyLock::new(|| words().working_life.iter().map(|word| stem(word)).collect());
    &STEMS
}

/// Whether enough words belong to working life, the question, the job or the résumé.
fn is_related(lower: &[&str], asked: &Asked<'_>) -> bool {
    let config = &asked.conversation.config;
    let role = Role::of(config);
    let fields = [
        &config.job_role,
        &config.company_name,
        &config.job_description,
        &config.resume_content,
    ];
    let given = fields
        .into_iter()
        .flatten()
        .map(|text| clipped(text, LOOKED_AT));
    let asked_for = asked.lines.iter().map(|line| line.content.as_str());
    let of_role = role.questions.iter().map(|question| question.text);
    let mut around = HashSet::new();
    for text in given.chain(asked_for).chain(of_role) {
        around.extend(Text::new(text).words().into_iter().map(stem));
    }
    let subjects: HashSet<String> = lower
        .iter()
        .filter(|word| !words().function.contains(**word) && !is_marker(word))
        .filter(|word| !word.contains(char::is_numeric))
        .map(|word| stem(word))
        .collect();
    let related = subjects
        .iter()
        .filter(|stem| working_life().contains(*stem) || around.contains(*stem))
        .count();
    related >= LEAST_SUBJECTS && share(related, subjects.len()) >= LEAST_RELATED
}

/// Words that other lines of the checklist look for; who strings them together has said nothing yet.
fn is_marker(word: &str) -> bool {
    let lists = [&words().results, &words().reasons, &words().quantities];
    lists.iter().any(|list| list.contains(&word))
}
