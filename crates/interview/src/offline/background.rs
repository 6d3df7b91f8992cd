//! What the résumé and the advertisement give to ask about: lines that tell what somebody did or will do.
//! Personal data is never among them.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::data::parsed;
use super::text::clipped;
use crate::SessionConfig;

/// Characters of either document that are looked at.
const LOOKED_AT: usize = 12_000;
/// Lines taken of either document.
const MAX_LINES: usize = 12;
/// Lines that are looked at more closely, so that a long document costs no more.
const MOST_LOOKED_AT: usize = 40;
/// Words of a line that makes a question.
const WORDS: std::ops::RangeInclusive<usize> = 3..=28;
/// Longest line that is quoted, in characters.
const LINE_CHARS: usize = 140;

/// `data/background.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Background {
    #[serde(borrow)]
    personal: Vec<&'static str>,
    not_duties: Vec<&'static str>,
    lead_ins: Vec<&'static str>,
    deeds: HashSet<&'static str>,
    qualities: HashSet<&'static str>,
    duties: HashSet<&'static str>,
}

static BACKGROUND: LazyLock<Background> =
    LazyLock::new(|| parsed(include_str!("../../data/background.toml")));

/// One by one: a `RegexSet` of so many patterns with counted repeats needs more states than its automaton may
/// hold, and takes ten times as long.
fn compiled(patterns: &[&str]) -> Vec<Regex> {
    let compiled = patterns.iter().map(|pattern| Regex::new(pattern));
    let compiled: Result<_, _> = compiled.collect();
    compiled.expect("the patterns are constant and tested")
}

fn matches_any(patterns: &[Regex], line: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(line))
}

static PERSONAL: LazyLock<Vec<Regex>> = LazyLock::new(|| compiled(&BACKGROUND.personal));
static NOT_DUTIES: LazyLock<Vec<Regex>> = LazyLock::new(|| compiled(&BACKGROUND.not_duties));

/// Lines of the résumé that say what somebody did, verbatim, each once, the ones with numbers first. A line
/// that holds anything personal is left out as a whole.
pub(super) fn deeds(config: &SessionConfig) -> Vec<String> {
    let resume = config.resume_content.as_deref().unwrap_or_default();
    let did = |word: &String| {
        let regular =
            word.len() > 4 && word.ends_with("ed") && !BACKGROUND.qualities.contains(&**word);
        regular || BACKGROUND.deeds.contains(&**word) || is_duty(word)
    };
    let lines = lines(resume);
    let deeds = lines.iter().flat_map(|line| {
        let told = pieces(line).filter(|piece| first_words(piece, 2).iter().any(did));
        let told: Vec<&str> = told.collect();
        let personal = !told.is_empty() && matches_any(&PERSONAL, line);
        told.into_iter().filter(move |_| !personal)
    });
    let mut deeds = distinct(deeds);
    deeds.sort_by_key(|line| !line.chars().any(|c| c.is_ascii_digit()));
    deeds.truncate(MAX_LINES);
    deeds
}

/// What the advertisement says is to be done, in its order.
pub(super) fn duties(config: &SessionConfig) -> Vec<String> {
    let advertisement = config.job_description.as_deref().unwrap_or_default();
    let lines = lines(advertisement);
    let duties = lines
        .iter()
        .flat_map(|line| pieces(line))
        .map(|piece| (piece, without_lead_in(piece)))
        .filter(|(_, duty)| WORDS.contains(&duty.split_whitespace().count()))
        .filter(|(_, duty)| first_words(duty, 1).iter().any(|word| is_duty(word)))
        .filter(|(piece, _)| !matches_any(&PERSONAL, piece) && !matches_any(&NOT_DUTIES, piece))
        .map(|(_, duty)| duty);
    let mut duties = distinct(duties);
    duties.truncate(MAX_LINES);
    duties
}

fn distinct<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    lines
        .take(MOST_LOOKED_AT)
        .filter(|line| seen.insert(*line))
        .map(str::to_owned)
        .collect()
}

fn is_duty(word: &str) -> bool {
    let duties = &BACKGROUND.duties;
    let plain = |stem| duties.contains(stem) || duties.contains(&*format!("{stem}e"));
    duties.contains(word) || word.strip_suffix("ing").is_some_and(plain)
}

/// Lines as they were written before a page was too narrow: what goes on in lower case belongs to the one
/// before it.
fn lines(document: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in clipped(document, LOOKED_AT).lines().map(str::trim) {
        let goes_on = line.starts_with(char::is_lowercase);
        match lines.last_mut() {
            Some(before) if goes_on && !before.is_empty() && !before.ends_with('.') => {
                before.push(' ');
                before.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Sentences and bullet points that can be quoted in a question.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split(". ")
        .map(|piece| piece.trim_matches(|c: char| !c.is_alphanumeric() && !")%+".contains(c)))
        .filter(|piece| WORDS.contains(&piece.split_whitespace().count()))
        .filter(|piece| piece.chars().count() <= LINE_CHARS)
        .filter(|piece| !piece.contains(['"', '“', '”', '<', '{']))
}

fn without_lead_in(line: &str) -> &str {
    let lower = line.to_lowercase();
    let rest = BACKGROUND.lead_ins.iter().find_map(|lead_in| {
        let cut = lower.strip_prefix(lead_in)?;
        line.get(line.len().checked_sub(cut.len())?..)
    });
    rest.unwrap_or(line).trim()
}

fn first_words(line: &str, count: usize) -> Vec<String> {
    let words = line.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).take(count);
    words.map(str::to_lowercase).collect()
}
