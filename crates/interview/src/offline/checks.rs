//! The checklist: what can be seen of an answer without understanding it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::asked::Asked;
use super::data::{WORDS, parsed};
use super::reading::{NoAnswer, no_answer};
use super::text::{Text, share};
use crate::{Check, Delivery, Evidence, QuestionKind, Style};

/// Words below which fillers and repetition can't be told.
const SHORT: usize = 20;
/// Fillers per word that go unnoticed.
const FILLERS: f64 = 0.035;
/// Share of runs of three words that must be new, and words for each sentence begun twice.
const FRESH: f64 = 0.85;
const WORDS_PER_START: usize = 40;
/// Share of an answer that may stand in the question or in an earlier answer.
const BORROWED: f64 = 0.3;
/// Lines of the checklist that count when it is plain whose they are.
const TOLD_OF_SOMEBODY: [&str; 3] = ["result", "reason", "numbers"];
/// Readings of what may well be good, but can't be looked at.
const UNTOLD: [&str; 4] = ["other_language", "code", "own_questions", "crowded"];

/// `data/checklist.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    /// In the order in which they are shown.
    checks: Vec<CheckWording>,
    #[serde(borrow)]
    readings: HashMap<&'static str, ReadingWording>,
    kinds: HashMap<QuestionKind, KindOfQuestion>,
    /// Said on every card.
    pub(super) limits: &'static str,
    pub(super) nothing_to_change: &'static str,
    not_told: &'static str,
    too_short: &'static str,
    nobody: &'static str,
    not_needed: &'static str,
}

/// What is said about a line of the checklist; `{words}`, `{from}`, `{to}` and `{count}` are filled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckWording {
    pub(super) name: &'static str,
    met: &'static str,
    missing: &'static str,
    /// Praise and advice on one answer.
    pub(super) worked: &'static str,
    pub(super) to_change: &'static str,
    /// For the report: what often shows, what often lacks, what to do, how to practise.
    pub(super) strength: &'static str,
    pub(super) weakness: &'static str,
    pub(super) action: &'static str,
    pub(super) exercise: &'static str,
    /// The lower, the more it is worth changing.
    pub(super) weight: u8,
}

/// What is said about a message that is no answer; `{language}` is filled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingWording {
    /// The line of the checklist that tells it, if any does.
    #[serde(default)]
    check: &'static str,
    #[serde(default)]
    detail: &'static str,
    headline: &'static str,
    to_change: &'static str,
    #[serde(borrow, default)]
    follow_ups: Vec<&'static str>,
}

/// What answers to a kind of question have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindOfQuestion {
    /// Usual numbers of words.
    words: (u32, u32),
    /// Lines of the checklist that count when they are missing, and those that are asked about.
    #[serde(borrow)]
    needs: Vec<&'static str>,
    asks: Vec<&'static str>,
}

pub(super) static WORDING: LazyLock<Wording> =
    LazyLock::new(|| parsed(include_str!("../../data/checklist.toml")));

pub(super) fn check_wording(name: &str) -> Option<&'static CheckWording> {
    WORDING.checks.iter().find(|check| check.name == name)
}

/// What the interviewer asks further about.
pub(super) enum Gap {
    /// The message is no answer: one of these is said.
    NoAnswer(&'static [&'static str]),
    /// A line of the checklist is open.
    Open(&'static str),
}

/// What is worth a follow-up; `None` when the answer needs none.
pub(super) fn gap(message: &str, asked: &Asked<'_>) -> Option<Gap> {
    if let Some(reading) = no_answer(message, asked) {
        let wordings = &WORDING.readings[reading.name].follow_ups;
        return (!wordings.is_empty()).then_some(Gap::NoAnswer(wordings));
    }
    let text = Text::new(message);
    let kind = &WORDING.kinds[&asked.kind];
    if text.words().len() * 2 < kind.words.0 as usize {
        return Some(Gap::Open("length"));
    }
    let style = asked.conversation.config.style.unwrap_or_default();
    let presses = matches!(style, Style::Aggressive | Style::Technical);
    let mut open = kind
        .asks
        .iter()
        .filter(|name| places(name, &text).is_empty());
    let gap = open.find(|name| presses || !matches!(**name, "reason" | "numbers"))?;
    Some(Gap::Open(gap))
}

/// A message and what was seen of it.
pub(super) struct Sheet {
    /// What is said of a message that is no answer, and what to do.
    pub(super) no_answer: Option<(String, &'static str)>,
    pub(super) checks: Vec<Check>,
    pub(super) delivery: Delivery,
}

impl Sheet {
    pub(super) fn of(message: &str, turn_no: u32, asked: &Asked<'_>) -> Self {
        let text = Text::new(message);
        let delivery = delivery(&text, WORDING.kinds[&asked.kind].words);
        if let Some(reading) = no_answer(message, asked) {
            let said = &WORDING.readings[reading.name];
            let headline = said.headline.replace("{language}", reading.language);
            return Self {
                no_answer: Some((headline, said.to_change)),
                checks: not_looked_at(reading, said),
                delivery,
            };
        }
        let nobody = is_of_nobody(&text, asked);
        let check = |wording: &CheckWording| {
            let (met, at) = look(wording.name, &text, &delivery, asked);
            let quote = at.and_then(|at| text.quote_at(at));
            Check {
                check: wording.name.into(),
                met,
                detail: detail(wording, met, &delivery, nobody),
                evidence: quote
                    .map(|quote| Evidence {
                        turn_no,
                        quote: quote.into(),
                    })
                    .into_iter()
                    .collect(),
            }
        };
        Self {
            no_answer: None,
            checks: WORDING.checks.iter().map(check).collect(),
            delivery,
        }
    }

    /// Lines of the checklist that are met, or missing.
    pub(super) fn that_are(&self, met: bool) -> impl Iterator<Item = &'static CheckWording> {
        let lines = self
            .checks
            .iter()
            .filter(move |check| check.met == Some(met));
        lines.filter_map(|check| check_wording(&check.check))
    }
}

/// What is no answer meets nothing. Of what can't be looked at nothing is told, but why.
fn not_looked_at(reading: NoAnswer, said: &ReadingWording) -> Vec<Check> {
    let check = |wording: &CheckWording| {
        let tells = wording.name == said.check;
        let detail = if tells { said.detail } else { WORDING.not_told };
        Check {
            check: wording.name.into(),
            met: (tells || !UNTOLD.contains(&reading.name)).then_some(false),
            detail: detail.replace("{language}", reading.language),
            evidence: Vec::new(),
        }
    };
    WORDING.checks.iter().map(check).collect()
}

fn detail(wording: &CheckWording, met: Option<bool>, delivery: &Delivery, nobody: bool) -> String {
    let said = match met {
        Some(true) => wording.met,
        Some(false) if nobody && TOLD_OF_SOMEBODY.contains(&wording.name) => WORDING.nobody,
        Some(false) => wording.missing,
        None if (delivery.words as usize) < SHORT => WORDING.too_short,
        None => WORDING.not_needed,
    };
    said.replace("{words}", &delivery.words.to_string())
        .replace("{from}", &delivery.words_from.to_string())
        .replace("{to}", &delivery.words_to.to_string())
        .replace("{count}", &delivery.fillers.to_string())
}

/// Whether an answer meets a line of the checklist (`None` where it can't be told), and the word that shows it.
fn look(
    name: &str,
    text: &Text<'_>,
    delivery: &Delivery,
    asked: &Asked<'_>,
) -> (Option<bool>, Option<usize>) {
    let words = delivery.words as usize;
    let if_long = |met: bool| (words >= SHORT).then_some(met);
    match name {
        "length" => {
            let usual = delivery.words_from..=delivery.words_to;
            (Some(usual.contains(&delivery.words)), None)
        }
        "fillers" => {
            let fillers = text.find_all(&WORDS.fillers);
            let few = fillers.len() <= 1 || share(fillers.len(), words) <= FILLERS;
            (if_long(few), fillers.first().copied())
        }
        "repetition" => {
            let starts = repeated_starts(text);
            let lower = text.words();
            let runs: HashSet<&[&str]> = lower.windows(3).collect();
            let fresh = share(runs.len(), words.saturating_sub(2)) >= FRESH;
            let few = starts.len() * WORDS_PER_START <= words;
            (if_long(fresh && few), starts.first().copied())
        }
        "own_words" => {
            let lines = asked.lines.iter().map(|line| line.content.as_str());
            let mut others = lines.chain(asked.earlier.iter().copied());
            let borrowed = others.any(|other| text.shared_with(&Text::new(other)) > BORROWED);
            (Some(!borrowed), Some(0))
        }
        "readable" => (Some(true), Some(words / 2)),
        _ => {
            let first = places(name, text).first().copied();
            // What a kind of question does not ask for is welcome and not missed.
            let counts = first.is_some() || WORDING.kinds[&asked.kind].needs.contains(&name);
            let met = first.is_some() && !is_of_nobody(text, asked);
            (counts.then_some(met), first.filter(|_| met))
        }
    }
}

/// Whether the question is about the candidate, and the answer about nobody who says "I" or "we".
fn is_of_nobody(text: &Text<'_>, asked: &Asked<'_>) -> bool {
    let personal = matches!(
        asked.kind,
        QuestionKind::Behavioral | QuestionKind::Motivation
    );
    let somebody = |word: &&str| WORDS.first_person.contains(word);
    personal && !text.words().iter().any(somebody)
}

/// The words by which an answer shows a matter, in order.
fn places(name: &str, text: &Text<'_>) -> Vec<usize> {
    match name {
        "numbers" => numbers(text),
        "own_actions" => deeds(&text.words()),
        "result" => text.find_all(&WORDS.results),
        "reason" => text.find_all(&WORDS.reasons),
        _ => Vec::new(),
    }
}

fn numbers(text: &Text<'_>) -> Vec<usize> {
    let words = text.words();
    let digits = (0..words.len()).filter(|at| words[*at].starts_with(|c: char| c.is_ascii_digit()));
    let mut found: Vec<usize> = digits.chain(text.find_all(&WORDS.quantities)).collect();
    found.sort_unstable();
    found
}

/// "I", at most two auxiliaries or adverbs, and a verb that is a deed. "We" is not the candidate's own.
pub(super) fn deeds(words: &[&str]) -> Vec<usize> {
    let done = |at: &usize| {
        let after = words[at + 1..].iter().take(3);
        let mut after = after.skip_while(|word| WORDS.auxiliaries.contains(**word));
        let verb = match words[*at] {
            "i" | "i've" | "i'd" | "i'll" => after.next(),
            "i'm" => after.next().filter(|word| word.ends_with("ing")),
            _ => None,
        };
        verb.is_some_and(|verb| !WORDS.no_deeds.contains(*verb))
    };
    (0..words.len()).filter(done).collect()
}

/// Places where a word or a pair of words is said twice in a row within a sentence.
fn repeated_starts(text: &Text<'_>) -> Vec<usize> {
    let words = text.words();
    let twice = |at: &usize| {
        let again = |length: usize| {
            let first = words.get(*at..at + length);
            let second = words.get(at + length..at + 2 * length);
            first.is_some() && first == second && !text.ends_sentence(at + length - 1)
        };
        again(2) || again(1) && !matches!(words[*at], "that" | "had" | "very" | "really")
    };
    (0..words.len()).filter(twice).collect()
}

fn delivery(text: &Text<'_>, usual: (u32, u32)) -> Delivery {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Delivery {
        words: count(text.words().len()),
        words_from: usual.0,
        words_to: usual.1,
        fillers: count(text.find_all(&WORDS.fillers).len()),
        repeated_starts: count(repeated_starts(text).len()),
        spoken: None,
    }
}
