//! Whether a message is an answer, as far as words can tell without being understood.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::asked::Asked;
use super::data::WORDS;
use super::plan::OWN_QUESTIONS;
use super::roles::Role;
use super::text::{Text, clipped, share, stem};
use super::{form, intents};

/// Words below which a message says too little to be an answer.
const FEW_WORDS: usize = 5;
/// Share of words without a subject of their own, below which words make no sentences. English prose has
/// about half; learners who leave out articles still have a quarter.
const LEAST_FUNCTION: f64 = 0.12;
const LEAST_FUNCTION_IMPERSONAL: f64 = 0.25;
/// So many words in a row without one of those are terms; share of terms from which on words are a list.
const LONG_RUN: usize = 7;
const TERMS: f64 = 0.4;
/// Share of an answer's runs of three words that stand in the question or an earlier answer, from which on
/// it is a copy.
const COPY: f64 = 0.6;
/// Subject words that must belong to working life, the question, the job or the résumé: how many, how many
/// more than this for each that is far from work, and their share.
const LEAST_NEAR: usize = 2;
const NEAR_PER_FAR: usize = 2;
/// Share of joining words from which on words read as a telling, of which less is asked.
const TELLING: f64 = 0.33;
const LEAST_SHARE: f64 = 0.15;
/// Characters of job description and résumé that are looked at.
const LOOKED_AT: usize = 12_000;

/// Why a message is no answer that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer {
    /// Its name in `data/checklist.toml`.
    pub(super) name: &'static str,
    /// The language it is in, where that is the reason.
    pub(super) language: &'static str,
}

/// `None` for an answer.
pub(super) fn no_answer(message: &str, asked: &Asked<'_>) -> Option<NoAnswer> {
    let text = Text::new(message);
    let words = text.words();
    let copies = |other: &str| text.shared_with(&Text::new(other)) >= COPY;
    let intent = intents::of(message);
    let language = other_language(message, &words);
    let name = if words.is_empty() {
        "silence"
    } else if asked.topic == OWN_QUESTIONS && intent.is_none_or(|intent| !intent.request) {
        "own_questions"
    } else if is_code(message) {
        "code"
    } else if language.is_some() {
        "other_language"
    } else if intent.is_some() {
        "evasion"
    } else if words.len() < FEW_WORDS {
        "few_words"
    } else if is_noise(&words) || form::goes_in_circles(&words) || form::is_out_of_order(&text) {
        "gibberish"
    } else if form::is_left_blank(&words) {
        "blanks"
    } else if is_list(&words) {
        "terms"
    } else if asked.lines.iter().any(|line| copies(&line.content)) {
        "copied"
    } else if asked.earlier.iter().any(|said| copies(said)) {
        "repeated"
    } else if !is_related(&words, asked) {
        "off_subject"
    } else if form::is_crowded(&text) {
        "crowded"
    } else {
        return None;
    };
    Some(NoAnswer {
        name,
        language: language.unwrap_or("another language"),
    })
}

/// A fenced block, or half of the lines end like statements.
fn is_code(message: &str) -> bool {
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    let coded = |line: &&&str| {
        line.ends_with(['{', '}', ';']) || line.ends_with("):") || line.contains("()")
    };
    let coded = lines.iter().filter(coded).count();
    message.contains("```")
        || coded > 0 && coded * 2 >= lines.iter().filter(|line| !line.is_empty()).count()
}

/// The language, when it is not English: by script, else by function words.
fn other_language(message: &str, words: &[&str]) -> Option<&'static str> {
    let letters = || message.chars().filter(|c| c.is_alphabetic());
    let latin = |c: &char| c.is_ascii() || ('\u{c0}'..='\u{24f}').contains(c);
    if letters().filter(latin).count() * 2 < letters().count() {
        return Some("another language");
    }
    let count = |of: &HashSet<&str>| words.iter().filter(|word| of.contains(**word)).count();
    let others = WORDS.other_languages.iter();
    let (found, language) = others.map(|(language, of)| (count(of), *language)).max()?;
    let is_english = found < 2 || found * 5 < words.len() || found <= count(&WORDS.function);
    (!is_english).then_some(language)
}

/// The same words over and over, or none that make English sentences.
fn is_noise(words: &[&str]) -> bool {
    let distinct: HashSet<&&str> = words.iter().collect();
    let runs: HashSet<&[&str]> = words.windows(3).collect();
    let known = words
        .iter()
        .filter(|word| WORKING_LIFE.contains(&stem(word)));
    let circles = distinct.len() * 3 < words.len() && runs.len() * 2 < words.len();
    circles || lacks_sentences(words) && known.count() * 5 < words.len()
}

/// Terms without sentences, or sentences made of jargon.
fn is_list(words: &[&str]) -> bool {
    let subjects = || words.iter().filter(|word| !WORDS.function.contains(**word));
    let jargon = subjects()
        .filter(|word| JARGON.contains(&stem(word)))
        .count();
    let in_long_runs: usize = words
        .split(|word| WORDS.function.contains(word))
        .map(<[_]>::len)
        .filter(|run| *run >= LONG_RUN)
        .sum();
    lacks_sentences(words)
        || share(in_long_runs, words.len()) >= TERMS
        || jargon >= LONG_RUN / 2 && share(jargon, subjects().count()) >= TERMS
}

fn lacks_sentences(words: &[&str]) -> bool {
    let functions = words.iter().filter(|word| WORDS.function.contains(**word));
    let speaks = words.iter().any(|word| WORDS.pronouns.contains(word));
    let least = if speaks {
        LEAST_FUNCTION
    } else {
        LEAST_FUNCTION_IMPERSONAL
    };
    share(functions.count(), words.len()) < least
}

static WORKING_LIFE: LazyLock<HashSet<String>> = LazyLock::new(|| stems(&WORDS.working_life));
static FAR_FROM_WORK: LazyLock<HashSet<String>> = LazyLock::new(|| stems(&WORDS.far_from_work));
static JARGON: LazyLock<HashSet<String>> = LazyLock::new(|| stems(&WORDS.jargon));

fn stems(words: &HashSet<&str>) -> HashSet<String> {
    words.iter().map(|word| stem(word)).collect()
}

/// Whether enough words belong to working life, or else to the question, the job or the résumé.
fn is_related(words: &[&str], asked: &Asked<'_>) -> bool {
    let is_subject = |word: &&&str| {
        !WORDS.function.contains(**word)
            && !MARKERS.contains(**word)
            && !word.contains(char::is_numeric)
    };
    let subjects: HashSet<String> = words
        .iter()
        .filter(is_subject)
        .map(|word| stem(word))
        .collect();
    let per_far = if form::joints(words) >= TELLING {
        1
    } else {
        NEAR_PER_FAR
    };
    let enough = |around: &HashSet<String>| {
        let is_near = |stem: &String| WORKING_LIFE.contains(stem) || around.contains(stem);
        let (near, rest): (Vec<_>, Vec<_>) = subjects.iter().partition(|stem| is_near(stem));
        let far = rest.iter().filter(|stem| FAR_FROM_WORK.contains(**stem));
        near.len() >= LEAST_NEAR
            && near.len() > per_far * far.count()
            && share(near.len(), subjects.len()) >= LEAST_SHARE
    };
    enough(&HashSet::new()) || enough(&stems_around(asked))
}

fn stems_around(asked: &Asked<'_>) -> HashSet<String> {
    let config = &asked.conversation.config;
    let given = [
        &config.job_role,
        &config.company_name,
        &config.job_description,
        &config.resume_content,
    ];
    let given = given
        .into_iter()
        .flatten()
        .map(|text| clipped(text, LOOKED_AT));
    let lines = asked.lines.iter().map(|line| line.content.as_str());
    let of_role = Role::of(config)
        .questions
        .iter()
        .map(|question| question.text);
    let mut around = HashSet::new();
    for text in given.chain(lines).chain(of_role) {
        around.extend(Text::new(text).words().into_iter().map(stem));
    }
    around
}

/// Words that lines of the checklist look for; who strings them together has said nothing yet.
static MARKERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lists = [&WORDS.results, &WORDS.reasons, &WORDS.quantities];
    lists.into_iter().flatten().copied().collect()
});
