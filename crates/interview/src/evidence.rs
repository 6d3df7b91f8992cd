//! The rule that a judgement cites the candidate's own words, verbatim, or is no judgement.
//!
//! "Verbatim" is meant as a reader means it: how a keyboard sets quotes, dashes and spaces does not matter, the
//! words, their order and their numbers do.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::Score;

/// What a score without usable evidence says instead, in English.
pub const INSUFFICIENT: &str = "Insufficient evidence";

/// Words on either side of an ellipsis, and characters where words are not separated. Shorter pieces could be
/// joined to say anything.
const PIECE_WORDS: usize = 3;
const PIECE_CHARACTERS: usize = 4;
/// Passages that ellipses may join, and places at which each is looked for, so that no text takes long.
const MOST_PIECES: usize = 4;
const MOST_PLACES: usize = 20;
/// Words that an ellipsis must not swallow: they turn a sentence around.
const NEGATIONS: &[&str] = &[
    "not", "no", "never", "cannot", "nor", "without", "hardly", "nicht", "kein", "keine", "keinen",
    "keiner", "nie", "niemals", "ohne", "nunca", "jamás", "sin", "ne", "pas", "jamais", "non",
    "mai", "não", "nem", "niet", "geen", "не", "нет", "ни", "لا", "لم", "لن", "ليس", "ما",
];
/// Han characters that deny what follows them.
const HAN_NEGATIONS: &[char] = &['不', '没', '沒', '未', '无', '無', '非', '别', '勿'];
/// Characters that may stand between those and what they deny.
const HAN_HELPERS: &[char] = &[
    '有', '会', '會', '能', '曾', '想', '要', '让', '讓', '去', '再', '是',
];
const HAN_POWERS: &[char] = &['十', '百', '千', '万', '萬', '亿', '億', '兆'];
const EDGES: &[char] = &[
    ' ', '.', ',', ';', ':', '!', '?', '\'', '(', ')', '[', ']', '¿', '¡', '،', '؛', '؟', '।', '*',
    '_',
];

/// Whether `quote` stands in `transcript_answer` word for word. Quotation marks, dashes, white space, width,
/// Unicode's normal form, invisible marks, punctuation at the edges and the case of the first letter may
/// differ; an ellipsis may join passages in their order. A quote without a letter or digit proves nothing.
pub fn is_verbatim(transcript_answer: &str, quote: &str) -> bool {
    let quote = folded(quote);
    let quote = trimmed(&quote);
    if !quote.contains(char::is_alphanumeric) {
        return false;
    }
    let answer = folded(transcript_answer);
    let after_dots = quote.trim_start_matches('.');
    if [quote, after_dots]
        .iter()
        .any(|quote| passages(&answer, quote).next().is_some())
    {
        return true;
    }
    let pieces: Vec<&str> = quote.split("...").map(trimmed).collect();
    (2..=MOST_PIECES).contains(&pieces.len())
        && pieces.iter().all(|piece| is_long_enough(piece))
        && stand_in_order(&answer, &pieces, None)
}

/// Whether the pieces follow one another in the answer, after `from`, with nothing left out that denies.
fn stand_in_order(answer: &str, pieces: &[&str], from: Option<usize>) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return true;
    };
    passages(answer, piece)
        .filter(|passage| from.is_none_or(|from| passage.start >= from))
        .take(MOST_PLACES)
        .filter(|passage| from.is_none_or(|from| !denies(&answer[from..passage.start])))
        .any(|passage| stand_in_order(answer, rest, Some(passage.end)))
}

/// Whether what was left out belongs to a sentence that is quoted and denies it.
fn denies(left_out: &str) -> bool {
    let ends = |c: char| matches!(c, '.' | '!' | '?');
    let first = left_out.split(ends).next().unwrap_or_default();
    let last = left_out.rsplit(ends).next().unwrap_or_default();
    [first, last].iter().any(|part| {
        part.contains(HAN_NEGATIONS)
            || part
                .unicode_words()
                .any(|word| word.ends_with("n't") || NEGATIONS.contains(&&*word.to_lowercase()))
    })
}

fn is_long_enough(piece: &str) -> bool {
    if piece.contains(is_unspaced) {
        piece.chars().filter(|c| c.is_alphanumeric()).count() >= PIECE_CHARACTERS
    } else {
        piece.unicode_words().count() >= PIECE_WORDS
    }
}

/// Where `quote` stands in `answer` as whole words and numbers; both folded.
fn passages<'a>(answer: &'a str, quote: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let other_case = with_first_letter_turned(quote).map(Cow::Owned);
    [Some(Cow::Borrowed(quote)), other_case]
        .into_iter()
        .flatten()
        .flat_map(|quote| occurrences(answer, quote))
        .filter(|passage| is_whole(answer, passage))
}

/// Where `quote` stands in `answer`, occurrences that overlap included.
fn occurrences<'a>(
    answer: &'a str,
    quote: Cow<'a, str>,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + answer[from..].find(&*quote)?;
        let first = answer[at..].chars().next()?;
        from = at + first.len_utf8();
        Some(at..at + quote.len())
    })
}

fn with_first_letter_turned(quote: &str) -> Option<String> {
    let mut letters = quote.chars();
    let first = letters.next()?;
    let turned: String = if first.is_uppercase() {
        first.to_lowercase().collect()
    } else {
        first.to_uppercase().collect()
    };
    let turned = turned + letters.as_str();
    (turned != quote).then_some(turned)
}

/// Whether the passage neither begins nor ends within a word or a number.
fn is_whole(answer: &str, passage: &Range<usize>) -> bool {
    let (before, found, after) = (
        &answer[..passage.start],
        &answer[passage.clone()],
        &answer[passage.end..],
    );
    let (Some(first), Some(last)) = (found.chars().next(), found.chars().next_back()) else {
        return false;
    };
    begins_whole(before, first) && ends_whole(last, after)
}

fn begins_whole(before: &str, first: char) -> bool {
    let mut back = before.chars().rev();
    let Some(previous) = back.next() else {
        return true;
    };
    let earlier = back.next();
    let denied = |c: char| HAN_NEGATIONS.contains(&c);
    // "没有…" and "不会…" deny what follows as "不" does.
    if continues(previous, first)
        || denied(previous)
        || HAN_HELPERS.contains(&previous) && earlier.is_some_and(denied)
    {
        return false;
    }
    let after_digit = earlier.is_some_and(char::is_numeric);
    let after_gap = earlier.is_none_or(|c| !c.is_alphanumeric());
    !(first.is_numeric()
        && match previous {
            '.' | ',' => after_digit || (previous == '.' && after_gap),
            '-' | '+' => after_digit || after_gap,
            _ => false,
        })
}

fn ends_whole(last: char, after: &str) -> bool {
    let mut ahead = after.chars();
    let Some(next) = ahead.next() else {
        return true;
    };
    if continues(last, next) || is_combining_mark(next) {
        return false;
    }
    let later = ahead.next();
    match next {
        '.' | ',' => !(last.is_numeric() && later.is_some_and(char::is_numeric)),
        // "We can" is not what "we can't" says.
        '\'' => !(last.is_alphanumeric() && matches!(later, Some('t' | 'T'))),
        // C is not C++, and 3 not 3+.
        '+' | '#' => !last.is_alphanumeric(),
        power if HAN_POWERS.contains(&power) => !last.is_numeric(),
        _ => true,
    }
}

/// Whether two neighbours belong to one word or number.
fn continues(left: char, right: char) -> bool {
    let spaced = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    spaced(left) && spaced(right)
}

/// Characters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, Han.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Marks without a width of their own: joiners, directions, soft hyphens, variation selectors.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// The edges are no part of a quote, unless they are part of a number.
fn trimmed(quote: &str) -> &str {
    let mut quote = quote.trim_end_matches(EDGES).trim_end_matches(" -");
    quote = quote.trim_end_matches(EDGES);
    loop {
        let rest = quote.trim_start_matches("- ");
        let rest = match rest.strip_prefix(EDGES) {
            Some(inner) if rest.starts_with('.') && inner.starts_with(char::is_numeric) => rest,
            Some(inner) => inner,
            None => rest,
        };
        if rest.len() == quote.len() {
            return quote;
        }
        quote = rest;
    }
}

/// Guillemets that stand apart from what they hold.
static FRENCH_MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let apart = r"(?<before>^|[\s(])(?<open>«)\s+|\s+(?<close>»)(?<after>[\s.,;:!?)]|$)";
    Regex::new(apart).unwrap_or_else(|error| panic!("a constant pattern: {error}"))
});

/// The text in the form in which texts are compared.
fn folded(text: &str) -> String {
    let text = FRENCH_MARKS.replace_all(text, "$before$open$close$after");
    let plain: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(plain_punctuation)
        .nfkc()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let plain = plain
        .replace("--", "—")
        .replace('—', " - ")
        .replace("[...]", "...")
        .replace("(...)", "...");
    let mut folded = String::with_capacity(plain.len());
    let mut characters = plain.chars().peekable();
    while let Some(c) = characters.next() {
        let previous = folded.chars().next_back();
        if c == ' ' {
            let next = characters.peek().copied();
            let close = |c: Option<char>| c.is_none_or(|c| c == ' ' || is_unspaced(c));
            let percent = next == Some('%') && previous.is_some_and(char::is_numeric);
            // French sets marks apart.
            let mark = matches!(next, Some(':' | ';' | '!' | '?'));
            if close(previous) || close(next) || percent || mark {
                continue;
            }
        } else if c == '.' && folded.ends_with("...") {
            continue;
        }
        folded.push(c);
    }
    folded
}

fn plain_punctuation(c: char) -> char {
    match c {
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '‚' | '‛' | '‹' | '›' | '「'
        | '」' | '『' | '』' | '〝' | '〞' | '〟' | '＂' | '＇' | '`' | '´' | '′' => {
            '\''
        }
        '‐' | '‑' | '‒' | '–' | '−' | '﹣' | '－' => '-',
        '―' | '⸺' => '—',
        '。' | '｡' => '.',
        '、' | '､' => ',',
        other => other,
    }
}

/// Quotations in a text, in whatever marks.
pub(crate) fn quotations(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut previous: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let opens = !previous.is_some_and(char::is_alphanumeric) || !matches!(c, '\'' | '’');
        let inner = closers(c)
            .filter(|_| opens)
            .and_then(|closers| closing(after, closers));
        if let Some(end) = inner {
            found.push(&after[..end]);
            rest = &after[end..];
            previous = rest.chars().next();
            rest = &rest[previous.map_or(0, char::len_utf8)..];
        } else {
            previous = Some(c);
            rest = after;
        }
    }
    found
}

fn closers(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"', '”'],
        '“' => &['”', '"'],
        '„' => &['“', '”', '"'],
        '«' => &['»'],
        '»' => &['«'],
        '‹' => &['›'],
        '›' => &['‹'],
        '‘' | '‚' => &['’', '‘'],
        '\'' => &['\''],
        '「' => &['」'],
        '『' => &['』'],
        _ => return None,
    })
}

/// Where the quotation ends: an apostrophe within a word does not close it.
fn closing(after: &str, closers: &[char]) -> Option<usize> {
    after.match_indices(closers).find_map(|(at, close)| {
        let within = matches!(close, "'" | "’")
            && after[at + close.len()..]
                .chars()
                .next()
                .is_some_and(char::is_alphanumeric);
        (!within).then_some(at)
    })
}

/// Drops evidence that is not in the answer of its turn, takes the score from those left without
/// evidence or out of range, and marks them as insufficient.
///
/// `answer_of` gives the candidate's message of a turn.
pub fn keep_proven<'a>(scores: &mut [Score], answer_of: impl Fn(u32) -> Option<&'a str>) {
    for score in scores {
        score.evidence.retain(|evidence| {
            answer_of(evidence.turn_no).is_some_and(|answer| is_verbatim(answer, &evidence.quote))
        });
        let in_range = score.score.is_some_and(|value| (1..=5).contains(&value));
        if !in_range || score.evidence.is_empty() {
            score.score = None;
            if !score.reason.starts_with(INSUFFICIENT) {
                score.reason = format!("{INSUFFICIENT}: {}", score.reason);
            }
        }
    }
}

#[cfg(test)]
mod tests;
