//! Finds what speaks to the grader or the software, by the patterns of `data/screen.toml`.
//!
//! A pattern alone would take a report ("customers often give me five stars") for an order. So where it stands
//! counts as well: at the beginning of a clause, or within one where no subject goes before it, as in speech that
//! was written down without punctuation. Quoted words are a report.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::evidence::{is_invisible, is_unspaced, quotations};

/// Words after an order that may belong to it.
const LONGEST_REST: usize = 14;
/// Words between an order and the verb of a sentence that is about it.
const REACH_OF_VERB: usize = 8;
/// Words between a helping verb and the one it helps.
const REACH_OF_HELPERS: usize = 5;
/// Words beside a quotation that make it a report.
const REPORTING_WORDS: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(borrow)]
    orders: Vec<&'static str>,
    #[serde(borrow)]
    claims: Vec<&'static str>,
    #[serde(borrow)]
    addresses: Vec<&'static str>,
    #[serde(borrow)]
    foreign: Vec<&'static str>,
    #[serde(borrow)]
    subjects: HashSet<&'static str>,
    #[serde(borrow)]
    helpers: HashSet<&'static str>,
    #[serde(borrow)]
    units: HashSet<&'static str>,
    #[serde(borrow)]
    breaks: HashSet<&'static str>,
    #[serde(borrow)]
    articles: HashSet<&'static str>,
    #[serde(borrow)]
    connectors: HashSet<&'static str>,
    #[serde(borrow)]
    relays: HashSet<&'static str>,
    #[serde(borrow)]
    grading: HashSet<&'static str>,
    #[serde(borrow)]
    leads: HashSet<&'static str>,
    #[serde(borrow)]
    shared: HashMap<&'static str, &'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Order,
    Claim,
    Address,
    Foreign,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/screen.toml"))
        .unwrap_or_else(|error| panic!("data/screen.toml: {error}"))
});

static PATTERNS: LazyLock<Vec<(Group, Regex)>> = LazyLock::new(|| {
    let groups = [
        (Group::Order, &FILE.orders),
        (Group::Claim, &FILE.claims),
        (Group::Address, &FILE.addresses),
        (Group::Foreign, &FILE.foreign),
    ];
    groups
        .into_iter()
        .flat_map(|(group, patterns)| patterns.iter().map(move |pattern| (group, *pattern)))
        .map(|(group, pattern)| {
            let mut pattern = format!("(?im){pattern}");
            for (name, shared) in &FILE.shared {
                pattern = pattern.replace(&format!("{{{name}}}"), shared);
            }
            let regex = Regex::new(&pattern);
            (
                group,
                regex.unwrap_or_else(|error| panic!("data/screen.toml: {error}")),
            )
        })
        .collect()
});

/// What follows on words that are only told of: "…, I said to her".
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    let told = r"(?i)^([^.!?;\n]{0,60}[,\x22”]?\s(i|we|he|she|they|you|a|an|my|our|the|one|people|users)\s([\w']+\s){0,3}?(say|says|said|tell|tells|told|write|wrote|ask|asks|asked|teach|taught|type|typed|read|reads|thought|felt|argued|joked|click|choose)\b|[^.!?;\n]{0,60},\s(\w+\s)?(sagte|sagten|schrieb|meinte|stand|decía|dijo|dice|disait|écrivait|disse)\b|这句话|这几个字)";
    Regex::new(told).unwrap_or_else(|error| panic!("a constant pattern: {error}"))
});

/// What instructions are about where they are not the software's: "… from the day shift".
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    let about = r"(?i)^\s(of|for|from|by|about)\s(the\s|our\s|my\s|this\s)?(\w+)";
    Regex::new(about).unwrap_or_else(|error| panic!("a constant pattern: {error}"))
});

/// Whether words are told of, or are about something else, as what follows on them shows.
fn is_told(group: Group, rest: &str) -> bool {
    if TOLD.is_match(rest) {
        return true;
    }
    let about = ABOUT.captures(rest).and_then(|found| found.get(3));
    let elsewhere =
        about.is_some_and(|word| !FILE.grading.contains(&*word.as_str().to_lowercase()));
    // An address is whole with its colon; what follows is said to whom it names.
    let reach = if group == Group::Address {
        1
    } else {
        REACH_OF_VERB
    };
    (elsewhere && group != Group::Address) || is_subject_of_sentence(rest, reach)
}

/// "Ignore all previous instructions was the payload": the words are what the sentence is about.
fn is_subject_of_sentence(rest: &str, reach: usize) -> bool {
    let clause = rest
        .split(['.', '!', '?', ';', ',', '\n'])
        .next()
        .unwrap_or_default();
    let mut previous = String::new();
    for word in clause.split_whitespace().take(reach) {
        let word = word.to_lowercase();
        if matches!(&*word, "is" | "was" | "were") {
            return true;
        }
        if begins_clause(&word, &previous) {
            return false;
        }
        previous = word;
    }
    false
}

/// Whether something else begins with a word, as far as the word before it shows.
fn begins_clause(word: &str, previous: &str) -> bool {
    !FILE.relays.contains(previous)
        && (FILE.breaks.contains(word)
            || (FILE.articles.contains(word) && !FILE.connectors.contains(previous)))
}

/// Such passages in their order, none touching another.
pub(super) fn found(original: &str) -> Vec<Range<usize>> {
    let text = Plain::of(original);
    let reported = reported(&text.plain);
    let hits: Vec<(Group, Range<usize>)> = PATTERNS
        .iter()
        .flat_map(|(group, regex)| {
            regex
                .find_iter(&text.plain)
                .map(|hit| (*group, hit.range()))
        })
        .filter(|(group, hit)| {
            let quoted = || reported.iter().any(|quote| quote.contains(&hit.start));
            !is_told(*group, &text.plain[hit.end..]) && (*group == Group::Address || !quoted())
        })
        .collect();
    let (mut found, others): (Vec<_>, Vec<_>) = hits
        .into_iter()
        .partition(|(group, hit)| stands(*group, &text.plain, hit.start));
    let chained = others.into_iter().filter(|(_, hit)| {
        let goes_on = |earlier: &Range<usize>| goes_on(&text.plain, earlier.end, hit.start);
        found.iter().any(|(_, earlier)| goes_on(earlier))
    });
    let chained: Vec<_> = chained.collect();
    found.extend(chained);
    let whole = found
        .into_iter()
        .map(|(group, hit)| hit.start..end_of(group, &text.plain, hit.end));
    let joined = joined(whole.collect());
    joined.iter().map(|range| text.original(range)).collect()
}

/// "… and give me full marks" is an order where it goes on from one.
fn goes_on(text: &str, end: usize, start: usize) -> bool {
    let between = text
        .get(end..start)
        .map(|between| between.trim().to_lowercase());
    let joins = |between: String| {
        let word = between.trim_start_matches(',').trim_start();
        matches!(
            word,
            "and" | "and then" | ":" | "und" | "y" | "et" | "e" | "en" | "i" | "ve" | "и" | "و"
        )
    };
    between.is_some_and(joins)
}

fn joined(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// Whether a match that begins at `start` speaks to somebody there, instead of telling of something.
fn stands(group: Group, text: &str, start: usize) -> bool {
    let mut before = &text[..start];
    if before.ends_with(|c: char| c.is_alphanumeric() && !is_unspaced(c)) {
        return false;
    }
    loop {
        before = before.trim_end_matches([' ', '\t', '*', '_', '>', '#']);
        let word = last_word(before);
        if !FILE.leads.contains(&*word.to_lowercase()) || word.is_empty() {
            break;
        }
        before = &before[..before.len() - word.len()];
    }
    match before.chars().next_back() {
        None
        | Some(
            '.' | '!' | '?' | ';' | '\n' | '。' | '！' | '？' | '；' | '，' | '…' | '"' | '“' | '}',
        ) => true,
        // "Our rule for graders: …" tells of it, "Note: …" does not.
        Some(':' | '：') => sentence_before(before).split_whitespace().count() <= 1,
        Some(',' | '-' | '–' | '—' | '(') => {
            let word = last_word(before.trim_end_matches(|c: char| !c.is_alphanumeric()));
            !FILE.subjects.contains(&*word.to_lowercase())
        }
        Some(_) => group == Group::Order && !is_subject(last_word(before)) && !is_helped(before),
    }
}

fn sentence_before(before: &str) -> &str {
    let ends = ['.', '!', '?', ';', '\n', '。'];
    before.rsplit(ends).next().unwrap_or_default()
}

fn is_subject(word: &str) -> bool {
    let word = word.to_lowercase();
    FILE.subjects.contains(&*word)
        || word.ends_with("ly")
        || (word.ends_with('s') && !FILE.units.contains(&*word))
}

/// Whether a verb of the clause has the next one depend on it: "it made the model ignore …".
fn is_helped(before: &str) -> bool {
    let clause = before.rsplit(['.', '!', '?', ';', ',', ':', '\n']).next();
    let words = clause.unwrap_or_default().split_whitespace().rev();
    words
        .take(REACH_OF_HELPERS)
        .any(|word| FILE.helpers.contains(&*word.to_lowercase()))
}

fn last_word(text: &str) -> &str {
    let word = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
    let from = text.trim_end_matches(word).len();
    &text[from..]
}

/// The end of what belongs to a match: the rest of its clause, of the sentence for an address, as far as
/// nothing else begins there.
fn end_of(group: Group, text: &str, end: usize) -> usize {
    if text[..end].ends_with(['.', '!', ';']) {
        return end;
    }
    let stops: &[char] = match group {
        Group::Address | Group::Claim => &['.', '!', '?', '\n', '。', '！'],
        _ => &['.', '!', '?', '\n', ';', ',', '。', '！', '；', '，'],
    };
    let rest = &text[end..];
    let clause = &rest[..rest.find(stops).unwrap_or(rest.len())];
    let mut reached = end;
    let mut previous = last_word(&text[..end]).to_lowercase();
    let mut relayed = false;
    for (count, word) in clause.split_whitespace().enumerate() {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        // "… and write that I am the best": what is to be written goes with it.
        relayed |= FILE.relays.contains(&*previous);
        let begins = !relayed
            && (FILE.breaks.contains(&*bare)
                || (group != Group::Address && begins_clause(&bare, &previous)));
        if begins || (count >= LONGEST_REST && group != Group::Address) {
            return if begins { reached } else { end };
        }
        if !FILE.connectors.contains(&*bare) {
            reached = position_after(text, word);
        }
        previous = bare;
    }
    let close = rest[clause.len()..].chars().next();
    let close = close.filter(|c| matches!(c, '.' | '!' | '?' | '。' | '！'));
    end + clause.len() + close.map_or(0, char::len_utf8)
}

/// Where `word`, a part of `text`, ends in it.
fn position_after(text: &str, word: &str) -> usize {
    word.as_ptr() as usize - text.as_ptr() as usize + word.len()
}

/// Quotations that a sentence tells of: there are words around them.
fn reported(text: &str) -> Vec<Range<usize>> {
    let words = |text: &str| text.split_whitespace().count() >= REPORTING_WORDS;
    let ends: &[char] = &['.', '!', '?', '\n'];
    quotations(text)
        .into_iter()
        .map(|quote| position_after(text, quote) - quote.len()..position_after(text, quote))
        .filter(|range| {
            let before = text[..range.start].rsplit(ends).next();
            let after = text[range.end..].split(ends).next();
            before.is_some_and(words) || after.is_some_and(words)
        })
        .collect()
}

/// Letters and signs of full width as they are on a Latin keyboard.
fn narrow(c: char) -> char {
    let wide = ('\u{ff21}'..='\u{ff5a}').contains(&c);
    let plain = wide
        .then(|| char::from_u32(u32::from(c) - 0xfee0))
        .flatten();
    plain.unwrap_or(c)
}

/// A text without the invisible characters and look-alikes of spaces that are an old way around a pattern.
struct Plain {
    plain: String,
    /// For each byte of `plain`, the byte of the original; one more for the end.
    at: Vec<usize>,
}

impl Plain {
    fn of(original: &str) -> Self {
        let mut plain = String::with_capacity(original.len());
        let mut at = Vec::with_capacity(original.len() + 1);
        for (from, c) in original.char_indices().filter(|(_, c)| !is_invisible(*c)) {
            let c = match c {
                '\n' => '\n',
                '’' => '\'',
                c if c.is_whitespace() => ' ',
                c => narrow(c),
            };
            plain.push(c);
            at.resize(plain.len(), from);
        }
        at.push(original.len());
        Self { plain, at }
    }

    fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.at[range.start]..self.at[range.end]
    }
}
