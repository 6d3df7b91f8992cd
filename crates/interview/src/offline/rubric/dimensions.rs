//! How the counts of an answer become scores from 1 to 5.

use std::collections::HashSet;

use super::Measure;
use super::facts::Facts;
use crate::SessionConfig;
use crate::evidence::INSUFFICIENT;
use crate::offline::answer::{Answer, clipped};
use crate::offline::lexicon::{is_stop_word, stem};
use crate::offline::topics::topic_words;
use crate::scores::DIMENSIONS;

/// Quotes a dimension cites at most.
const MAX_QUOTES: usize = 3;
/// Characters of the advertisement and of the question that are compared with.
const COMPARED_CHARS: usize = 6_000;

/// What the answer is an answer to.
pub(in crate::offline) struct Asked<'a> {
    pub(in crate::offline) question: &'a str,
    pub(in crate::offline) topic: Option<&'a str>,
    pub(in crate::offline) config: &'a SessionConfig,
}

/// All five dimensions of an answer, in their order.
pub(in crate::offline) fn measure<'a>(
    answer: &Answer<'a>,
    facts: &Facts,
    asked: &Asked<'_>,
) -> Vec<Measure<'a>> {
    if let Some(why) = facts.unreadable() {
        return DIMENSIONS
            .iter()
            .map(|dimension| Measure {
                dimension,
                score: None,
                reason: format!("{INSUFFICIENT}: {why}"),
                quotes: Vec::new(),
                advice: "Answer in full English sentences: the situation, what you did, and what came of it.".into(),
            })
            .collect();
    }
    vec![
        structure(answer, facts),
        specificity(answer, facts),
        relevance(answer, facts, asked),
        depth(answer, facts),
        communication(answer, facts),
    ]
}

fn finished<'a>(
    answer: &Answer<'a>,
    dimension: &'static str,
    points: usize,
    reason: String,
    shown_by: impl IntoIterator<Item = usize>,
    advice: String,
) -> Measure<'a> {
    let mut quotes: Vec<&str> = Vec::new();
    for quote in shown_by
        .into_iter()
        .filter_map(|word| answer.quote_at(word))
    {
        if quotes.len() < MAX_QUOTES && !quotes.contains(&quote) {
            quotes.push(quote);
        }
    }
    if quotes.is_empty() {
        // What is missing is shown by how the answer begins.
        quotes.extend(answer.opening());
    }
    Measure {
        dimension,
        score: u8::try_from(points.clamp(1, 5)).ok(),
        reason,
        quotes,
        advice,
    }
}

fn structure<'a>(answer: &Answer<'a>, facts: &Facts) -> Measure<'a> {
    let parts = [
        ("situation", facts.situation),
        ("task", facts.task),
        ("action", facts.actions.first().copied()),
        ("result", facts.result),
    ];
    let present: Vec<&str> = parts
        .iter()
        .filter(|part| part.1.is_some())
        .map(|part| part.0)
        .collect();
    let missing: Vec<&str> = parts
        .iter()
        .filter(|part| part.1.is_none())
        .map(|part| part.0)
        .collect();
    let mut points = 1 + present.len().saturating_sub(1) + usize::from(facts.sequence >= 2);
    points = points.min(match facts.words {
        0..20 => 1,
        20..40 => 2,
        40..65 => 4,
        _ => 5,
    });
    if facts.words > 450 {
        points = points.saturating_sub(1);
    }
    let told = match (present.is_empty(), missing.is_empty()) {
        (true, _) => "no situation, task, action or result is recognisable".to_owned(),
        (_, true) => "situation, task, action and result are all there".to_owned(),
        _ => format!(
            "{} recognisable, {} missing",
            joined(&present),
            joined(&missing)
        ),
    };
    let reason = format!(
        "{} in {}: {told}; {}.",
        counted(facts.words, "word", ""),
        counted(answer.sentence_count(), "sentence", ""),
        counted(
            facts.sequence,
            "word",
            " of order such as “then” or “finally”"
        ),
    );
    let advice = if facts.words > 450 {
        format!(
            "Cut the answer: {} words take more than three minutes to say.",
            facts.words
        )
    } else if facts.words < 40 {
        format!(
            "Say more than {}: a situation, your task, your action and the result, a sentence or two each.",
            counted(facts.words, "word", "")
        )
    } else if missing.is_empty() {
        "Mark the steps of your story with words of order: first, then, finally.".into()
    } else {
        format!("Add what is missing from the story: {}.", joined(&missing))
    };
    finished(
        answer,
        "structure",
        points,
        reason,
        parts.iter().filter_map(|part| part.1),
        advice,
    )
}

fn specificity<'a>(answer: &Answer<'a>, facts: &Facts) -> Measure<'a> {
    let (numbers, names, deeds) = (facts.numbers.len(), facts.names.len(), facts.actions.len());
    let mut points = 1 + numbers.min(2) + usize::from(names >= 1) + usize::from(deeds >= 2);
    if facts.vague >= 4 && facts.vague * 20 > facts.words {
        points = points.saturating_sub(1);
    }
    if facts.words < 25 {
        points = points.min(2);
    }
    let reason = format!(
        "{}, {} and {}; {}.",
        counted(numbers, "number", ""),
        counted(names, "name", " of a tool, place or person"),
        counted(deeds, "thing", " you say you did yourself"),
        counted(facts.vague, "vague word", ""),
    );
    let advice = if numbers == 0 {
        "You gave no numbers: say how many, how much or how long.".to_owned()
    } else if deeds < 2 {
        "Say what you did yourself, with “I” and a verb of doing.".to_owned()
    } else if names == 0 {
        "Name things: the tool, the product, the customer, the place.".to_owned()
    } else if facts.vague > 0 {
        format!(
            "Replace general words with facts: there {} {}.",
            if facts.vague == 1 { "is" } else { "are" },
            counted(facts.vague, "vague word", "")
        )
    } else {
        "Add another fact: a second number, a date, what it cost or saved.".to_owned()
    };
    let shown = facts
        .numbers
        .iter()
        .take(2)
        .chain(facts.actions.first())
        .chain(facts.names.first());
    finished(
        answer,
        "specificity",
        points,
        reason,
        shown.copied(),
        advice,
    )
}

fn relevance<'a>(answer: &Answer<'a>, facts: &Facts, asked: &Asked<'_>) -> Measure<'a> {
    let question = Answer::new(clipped(asked.question, COMPARED_CHARS));
    let description = clipped(
        asked.config.job_description.as_deref().unwrap_or_default(),
        COMPARED_CHARS,
    );
    let description = Answer::new(description);
    let role = Answer::new(clipped(
        asked.config.job_role.as_deref().unwrap_or_default(),
        200,
    ));
    let topic = Answer::new(asked.topic.unwrap_or_default());
    let literal = stems(&question);
    let mut subject: HashSet<&str> = literal.union(&stems(&topic)).copied().collect();
    subject.extend(
        asked
            .topic
            .map_or(&[][..], topic_words)
            .iter()
            .map(|word| stem(word)),
    );
    let mut wanted = stems(&description);
    wanted.extend(stems(&role));
    let (mut on_subject, mut on_job, mut shown, mut content, mut echoed) =
        (HashSet::new(), HashSet::new(), Vec::new(), 0, 0);
    for (at, word) in answer.lower_words().enumerate() {
        if is_stop_word(word) {
            continue;
        }
        let stem = stem(word);
        content += 1;
        echoed += usize::from(literal.contains(stem));
        let fresh = if subject.contains(stem) {
            on_subject.insert(stem)
        } else {
            wanted.contains(stem) && on_job.insert(stem)
        };
        if fresh {
            shown.push(at);
        }
    }
    let (near, job) = (on_subject.len(), on_job.len());
    let mut points = match (near, near + job) {
        (4.., _) | (3, 6..) => 5,
        (3, _) | (_, 5..) => 4,
        (2, _) | (_, 3..) => 3,
        (_, 1..) => 2,
        _ => 1,
    };
    if facts.words < 25 {
        points = points.min(3);
    }
    let echo = content > 3 && echoed * 10 >= content * 6;
    if echo {
        points = points.min(2);
    }
    let mut reason = format!("{} of the question's subject", counted(near, "word", ""));
    if !wanted.is_empty() {
        reason.push_str(&format!(
            " and {} of the job's title and description",
            counted(job, "further word", "")
        ));
    }
    reason.push_str(if echo {
        "; most of the answer repeats the question."
    } else {
        "."
    });
    let advice = if near == 0 {
        "Answer the question that was asked: none of the words of its subject appear.".to_owned()
    } else if job == 0 && !wanted.is_empty() {
        "Connect the answer to the job: no word of its title or description appears.".to_owned()
    } else {
        "Come back to the question in your last sentence and say what your example shows."
            .to_owned()
    };
    finished(answer, "relevance", points, reason, shown, advice)
}

fn depth<'a>(answer: &Answer<'a>, facts: &Facts) -> Measure<'a> {
    let (reasons, trade_offs, reflection) = (
        facts.reasons.len(),
        facts.trade_offs.len(),
        facts.reflection.len(),
    );
    let mut points =
        1 + reasons.min(2) + usize::from(trade_offs >= 1) + usize::from(reflection >= 1);
    if facts.words < 30 {
        points = points.min(2);
    }
    let reason = format!(
        "{}, {} and {}.",
        counted(reasons, "reason", " (“because”, “so that”)"),
        counted(trade_offs, "sign", " of weighing alternatives"),
        counted(reflection, "remark", " on what you learned"),
    );
    let advice = if reasons == 0 {
        "Say why: no reason is given for anything you did."
    } else if reflection == 0 {
        "Say what you learned or would do differently: there is no such remark."
    } else if trade_offs == 0 {
        "Name an alternative you rejected, and what spoke for it."
    } else {
        "Go one step further into the reasons for your most important decision."
    };
    let shown = facts
        .reasons
        .iter()
        .take(1)
        .chain(facts.trade_offs.iter().take(1))
        .chain(&facts.reflection);
    finished(
        answer,
        "depth",
        points,
        reason,
        shown.copied(),
        advice.into(),
    )
}

fn communication<'a>(answer: &Answer<'a>, facts: &Facts) -> Measure<'a> {
    if let Some(word) = facts.hostile {
        let reason = "The answer contains an insult or a swear word.".into();
        let advice = "Stay polite, even when a question annoys you.".into();
        return finished(answer, "communication", 1, reason, [word], advice);
    }
    let hedges = facts.filler_words_per_hundred();
    let lengthy = facts.sentence_words > 30;
    let mut points = 5_usize
        .saturating_sub(match hedges {
            0..=1 => 0,
            2..=4 => 1,
            5..=8 => 2,
            _ => 3,
        })
        .saturating_sub(usize::from(lengthy) + usize::from(facts.sentence_words > 45))
        .saturating_sub(usize::from(facts.repeats()));
    points = points.min(match facts.words {
        0..10 => 1,
        10..20 => 2,
        20..35 => 3,
        _ => 5,
    });
    let reason = format!(
        "{} per sentence on average, {}{}.",
        counted(facts.sentence_words, "word", ""),
        counted(facts.filler_words.len(), "hedging word", ""),
        if facts.repeats() {
            ", and whole phrases repeat"
        } else {
            ""
        },
    );
    let advice = if facts.words < 20 {
        format!(
            "{} are too few to be understood without asking back.",
            counted(facts.words, "word", "")
        )
    } else if lengthy {
        format!(
            "Shorten your sentences: they have {} words on average.",
            facts.sentence_words
        )
    } else if hedges >= 2 {
        format!(
            "Drop fillers and hedges: there are {}.",
            facts.filler_words.len()
        )
    } else {
        "Begin with the point, then tell the story behind it.".to_owned()
    };
    let shown: Vec<usize> = facts.filler_words.iter().copied().take(2).collect();
    let mut measure = finished(answer, "communication", points, reason, shown, advice);
    if lengthy {
        measure.quotes.extend(
            answer
                .longest_sentence()
                .filter(|quote| !measure.quotes.contains(quote)),
        );
        measure.quotes.truncate(MAX_QUOTES);
    }
    measure
}

fn stems<'a>(text: &'a Answer<'_>) -> HashSet<&'a str> {
    text.lower_words()
        .filter(|word| word.chars().count() > 2 && !is_stop_word(word))
        .map(stem)
        .collect()
}

fn joined(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `no numbers`, `1 number`, `3 numbers`, each with `rest` behind it.
fn counted(count: usize, noun: &str, rest: &str) -> String {
    match count {
        0 => format!("no {noun}s{rest}"),
        1 => format!("1 {noun}{rest}"),
        _ => format!("{count} {noun}s{rest}"),
    }
}
