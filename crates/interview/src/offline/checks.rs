//! The checklist: what can be seen of an answer without understanding it.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::asked::Asked;
use super::data::{parsed, words};
use super::reading::Reading;
use super::text::{Text, share};
use crate::{Check, Delivery, Evidence, QuestionKind, Style};

/// Words below which fillers and repetition can't be told.
const SHORT: usize = 20;
/// Fillers per word that go unnoticed.
const FILLERS: f64 = 0.035;
/// Share of runs of three words that must be new.
const FRESH: f64 = 0.85;
/// Share of an answer that may stand in the question or in an earlier answer.
const BORROWED: f64 = 0.3;

/// `data/checklist.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    /// In the order in which they are shown.
    checks: Vec<CheckWording>,
    readings: Vec<ReadingWording>,
    kinds: Vec<KindOfQuestion>,
    /// Said on every card.
    pub(super) limits: &'static str,
    pub(super) nothing_to_change: &'static str,
    not_told: &'static str,
    too_short: &'static str,
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
    /// The earlier, the more it is worth changing.
    pub(super) weight: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingWording {
    name: &'static str,
    /// The line of the checklist that tells it.
    check: &'static str,
    detail: &'static str,
    headline: &'static str,
    to_change: &'static str,
    #[serde(borrow)]
    follow_ups: Vec<&'static str>,
}

/// What answers to a kind of question have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindOfQuestion {
    kind: QuestionKind,
    words: (u32, u32),
    /// Lines of the checklist that count when they are missing.
    #[serde(borrow)]
    needs: Vec<&'static str>,
}

pub(super) fn wording() -> &'static Wording {
    static WORDING: LazyLock<Wording> =
        LazyLock::new(|| parsed(include_str!("../../data/checklist.toml")));
    &WORDING
}

pub(super) fn check_wording(name: &str) -> Option<&'static CheckWording> {
    wording().checks.iter().find(|check| check.name == name)
}

fn kind_of_question(kind: QuestionKind) -> &'static KindOfQuestion {
    let mut kinds = wording().kinds.iter();
    kinds
        .find(|one| one.kind == kind)
        .expect("each kind is described")
}

/// An answer and what was seen of it.
pub(super) struct Sheet {
    /// Why the message is no answer that can be looked at: what is said of it, and what to do.
    pub(super) no_answer: Option<(String, &'static str)>,
    pub(super) checks: Vec<Check>,
    pub(super) delivery: Delivery,
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
    if asked.topic == super::plan::OWN_QUESTIONS {
        return None;
    }
    let reading = Reading::of(message, asked);
    if let Some(said) = reading_wording(reading) {
        return Some(Gap::NoAnswer(&said.follow_ups));
    }
    let text = Text::new(message);
    let kind = kind_of_question(asked.kind);
    if text.words().len() * 2 < kind.words.0 as usize {
        return Some(Gap::Open("length"));
    }
    let style = asked.conversation.config.style.unwrap_or_default();
    let presses = matches!(style, Style::Aggressive | Style::Technical);
    let names = ["own_actions", "result", "reason", "numbers"];
    let open = |name: &&str| kind.needs.contains(name) && places(name, &text).is_empty();
    let gap = names.into_iter().find(open)?;
    (presses || !matches!(gap, "reason" | "numbers")).then_some(Gap::Open(gap))
}

fn reading_wording(reading: Reading) -> Option<&'static ReadingWording> {
    let name = reading.name()?;
    wording().readings.iter().find(|one| one.name == name)
}

impl Sheet {
    pub(super) fn of(message: &str, turn_no: u32, asked: &Asked<'_>) -> Self {
        let text = Text::new(message);
        let reading = Reading::of(message, asked);
        let kind = kind_of_question(asked.kind);
        let delivery = delivery(&text, kind);
        let mut sheet = Self {
            no_answer: None,
            checks: Vec::new(),
            delivery,
        };
        if let Some(said) = reading_wording(reading) {
            let language = match reading {
                Reading::OtherLanguage(name) if !name.is_empty() => name,
                _ => "another language",
            };
            let headline = said.headline.replace("{language}", language);
            sheet.no_answer = Some((headline, said.to_change));
            sheet.checks = not_looked_at(reading, said, language);
            return sheet;
        }
        let seen = Seen {
            text: &text,
            asked,
            kind,
            delivery: &sheet.delivery,
        };
        let checks = wording().checks.iter();
        sheet.checks = checks.map(|check| seen.check(check, turn_no)).collect();
        sheet
    }

    pub(super) fn met(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.met == Some(true))
    }

    pub(super) fn missing(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.met == Some(false))
    }
}

/// What is no answer meets nothing. What can't be read may well be one, so nothing is told of it.
fn not_looked_at(reading: Reading, said: &ReadingWording, language: &str) -> Vec<Check> {
    let unreadable = matches!(reading, Reading::OtherLanguage(_) | Reading::Code);
    let check = |check: &CheckWording| {
        let tells = check.name == said.check;
        Check {
            check: check.name.into(),
            met: (tells && reading != Reading::Code || !unreadable).then_some(false),
            detail: if tells {
                said.detail.replace("{language}", language)
            } else {
                wording().not_told.into()
            },
            evidence: Vec::new(),
        }
    };
    wording().checks.iter().map(check).collect()
}

/// What the lines of the checklist are told from.
struct Seen<'a> {
    text: &'a Text<'a>,
    asked: &'a Asked<'a>,
    kind: &'a KindOfQuestion,
    delivery: &'a Delivery,
}

impl Seen<'_> {
    fn check(&self, wording: &CheckWording, turn_no: u32) -> Check {
        let (met, at) = self.look(wording.name);
        let words = self.delivery.words as usize;
        let detail = match met {
            Some(true) => wording.met,
            Some(false) => wording.missing,
            None if words < SHORT => self::wording().too_short,
            None => self::wording().not_needed,
        };
        let quote = at.and_then(|at| self.text.quote_at(at));
        Check {
            check: wording.name.into(),
            met,
            detail: self.filled(detail),
            evidence: quote
                .map(|quote| Evidence {
                    turn_no,
                    quote: quote.into(),
                })
                .into_iter()
                .collect(),
        }
    }

    /// Whether a line is met, and the word it rests on.
    fn look(&self, name: &str) -> (Option<bool>, Option<usize>) {
        let delivery = self.delivery;
        let words = delivery.words as usize;
        match name {
            "length" => {
                let fits = (delivery.words_from..=delivery.words_to).contains(&delivery.words);
                (Some(fits), Some(0))
            }
            "fillers" => {
                let few =
                    share(delivery.fillers as usize, words) <= FILLERS || delivery.fillers <= 1;
                let first = self.text.find_all(&self::words().fillers).first().copied();
                ((words >= SHORT).then_some(few), first)
            }
            "repetition" => {
                let lower = self.text.words();
                let runs: HashSet<&[&str]> = lower.windows(3).collect();
                let fresh = share(runs.len(), words.saturating_sub(2)) >= FRESH;
                let starts = repeated_starts(self.text);
                let few = starts.len() * 40 <= words;
                (
                    (words >= SHORT).then_some(fresh && few),
                    starts.first().copied().or(Some(0)),
                )
            }
            "own_words" => {
                let lines = self.asked.lines.iter().map(|line| line.content.as_str());
                let mut others = lines.chain(self.asked.earlier.iter().copied());
                let borrowed =
                    others.any(|other| self.text.shared_with(&Text::new(other)) > BORROWED);
                (Some(!borrowed), Some(0))
            }
            "readable" => (Some(true), Some(0)),
            _ => {
                let first = places(name, self.text).first().copied();
                let needed = self.kind.needs.contains(&name);
                (needed.then_some(first.is_some()), first.filter(|_| needed))
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{words}", &self.delivery.words.to_string())
            .replace("{from}", &self.delivery.words_from.to_string())
            .replace("{to}", &self.delivery.words_to.to_string())
            .replace("{count}", &self.delivery.fillers.to_string())
    }
}

/// Where an answer shows a matter: the words, in order.
fn places(name: &str, text: &Text<'_>) -> Vec<usize> {
    match name {
        "numbers" => numbers(text),
        "own_actions" => deeds(&text.words()),
        "result" => text.find_all(&words().results),
        "reason" => text.find_all(&words().reasons),
        _ => Vec::new(),
    }
}

fn numbers(text: &Text<'_>) -> Vec<usize> {
    let lower = text.words();
    let digits = (0..lower.len()).filter(|at| lower[*at].starts_with(|c: char| c.is_ascii_digit()));
    let mut found: Vec<usize> = digits.chain(text.find_all(&words().quantities)).collect();
    found.sort_unstable();
    found
}

/// "I", at most two auxiliaries or adverbs, and a verb that is a deed. "We" is not the candidate's own.
fn deeds(lower: &[&str]) -> Vec<usize> {
    let done = |at: &usize| {
        let mut rest = lower[at + 1..]
            .iter()
            .take(3)
            .skip_while(|word| words().auxiliaries.contains(**word));
        let verb = match lower[*at] {
            "i" | "i've" | "i'd" | "i'll" => rest.next(),
            "i'm" => rest.next().filter(|word| word.ends_with("ing")),
            _ => None,
        };
        verb.is_some_and(|verb| !words().no_deeds.contains(*verb))
    };
    (0..lower.len()).filter(done).collect()
}

/// Places where a word or a pair of words is said twice in a row within a sentence.
fn repeated_starts(text: &Text<'_>) -> Vec<usize> {
    let lower = text.words();
    let twice = |at: &usize| {
        let again = |length: usize| {
            let runs = lower
                .get(*at..at + length)
                .zip(lower.get(at + length..at + 2 * length));
            runs.is_some_and(|(one, other)| one == other) && !text.ends_sentence(at + length - 1)
        };
        again(1) && !matches!(lower[*at], "that" | "had" | "very" | "really") || again(2)
    };
    (0..lower.len()).filter(twice).collect()
}

fn delivery(text: &Text<'_>, kind: &KindOfQuestion) -> Delivery {
    let lower = text.words();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Delivery {
        words: count(lower.len()),
        words_from: kind.words.0,
        words_to: kind.words.1,
        fillers: count(text.find_all(&words().fillers).len()),
        repeated_starts: count(repeated_starts(text).len()),
    }
}
