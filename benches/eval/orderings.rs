//! Answers whose order is not in doubt, judged by a coach: does it see the order?

use std::collections::BTreeMap;
use std::sync::Arc;

use interview::{Coach, Conversation, Feedback, Line, ResponseType, SessionConfig, SessionStats};
use jiff::Timestamp;
use llm::Usage;
use serde::Deserialize;

use crate::simulated::turn;
use crate::statistics::{mean, percent, score, spread};

#[derive(Deserialize)]
struct Orderings {
    question: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    name: String,
    role: String,
    language: String,
    text: String,
    answers: BTreeMap<String, String>,
    pairs: Vec<Pairs>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    better: String,
    worse: Vec<String>,
    /// Only somebody who understands the words can tell them apart.
    #[serde(default)]
    meaning: bool,
}

/// What a coach made of the pairs.
#[derive(Default)]
pub(crate) struct Agreement {
    right: usize,
    wrong: Vec<String>,
    spreads: Vec<f64>,
    failed: usize,
}

/// Has the coach judge every answer `repeats` times; pairs that need meaning only if it `understands`, and other
/// languages than English likewise.
pub(crate) async fn judge(
    coach: &dyn Coach,
    repeats: usize,
    understands: bool,
) -> anyhow::Result<Agreement> {
    let orderings: Orderings = toml::from_str(include_str!("orderings.toml"))?;
    let mut agreement = Agreement::default();
    for question in &orderings.question {
        if !understands && question.language != "en" {
            continue;
        }
        let mut marks: BTreeMap<&str, f64> = BTreeMap::new();
        for (name, answer) in &question.answers {
            let mut values = Vec::new();
            for _ in 0..repeats {
                let asked = (question.role.as_str(), question.language.as_str());
                match coach
                    .assess(&conversation(asked, &question.text, answer), 1)
                    .await
                {
                    Ok(feedback) => values.push(mark(&feedback)),
                    Err(_) => agreement.failed += 1,
                }
            }
            agreement.spreads.extend(spread(&values));
            if let Some(mean) = mean(&values) {
                marks.insert(name, mean);
            }
        }
        println!("  {}: {}", question.name, told(&marks));
        for pairs in question
            .pairs
            .iter()
            .filter(|pairs| understands || !pairs.meaning)
        {
            for worse in &pairs.worse {
                let (better, lower) = (marks.get(pairs.better.as_str()), marks.get(worse.as_str()));
                if better
                    .zip(lower)
                    .is_some_and(|(better, lower)| better > lower)
                {
                    agreement.right += 1;
                } else {
                    let pair = format!("{}: {} > {worse}", question.name, pairs.better);
                    agreement.wrong.push(pair);
                }
            }
        }
    }
    Ok(agreement)
}

/// The mean score of an answer, or the share of its checklist that is met; 0 when nothing could be judged.
pub(crate) fn mark(feedback: &Feedback) -> f64 {
    let scores: Vec<f64> = feedback
        .scores
        .iter()
        .filter_map(|score| score.score.map(f64::from))
        .collect();
    let met = feedback
        .checklist
        .iter()
        .filter(|check| check.met == Some(true))
        .count();
    match mean(&scores) {
        Some(mean) => mean,
        None if feedback.checklist.is_empty() => 0.0,
        None => met as f64 / feedback.checklist.len() as f64,
    }
}

/// One question and its answer.
pub(crate) fn conversation(
    (role, language): (&str, &str),
    question: &str,
    answer: &str,
) -> Conversation {
    let asked = Line {
        content: question.to_owned(),
        response_type: ResponseType::Introduction,
        topic: None,
        question_kind: None,
        interviewer: "eval".to_owned(),
        prompt_version: String::new(),
        usage: Usage::default(),
        stopped: false,
        repairs: 0,
    };
    Conversation {
        config: Arc::new(SessionConfig {
            job_role: (!role.is_empty()).then(|| role.to_owned()),
            language: Some(language.to_owned()),
            ..Default::default()
        }),
        turns: Arc::new(vec![
            Arc::new(turn(0, None, Some(asked))),
            Arc::new(turn(1, Some(answer), None)),
        ]),
        stats: SessionStats::default(),
        started_at: Some(Timestamp::now()),
        seed: 1,
    }
}

fn told(marks: &BTreeMap<&str, f64>) -> String {
    let mut marks: Vec<(&str, f64)> = marks.iter().map(|(name, mark)| (*name, *mark)).collect();
    marks.sort_by(|one, other| other.1.total_cmp(&one.1));
    let told: Vec<String> = marks
        .iter()
        .map(|(name, mark)| format!("{name} {mark:.2}"))
        .collect();
    told.join(", ")
}

impl Agreement {
    pub(crate) fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    pub(crate) fn tell(&self) {
        let all = self.right + self.wrong.len();
        println!(
            "pairs in the right order          {} ({} of {all})",
            percent(self.right as f64, all as f64),
            self.right
        );
        println!(
            "spread over repeats, mean         {}",
            score(mean(&self.spreads))
        );
        println!("answers that were not judged      {}", self.failed);
        for pair in &self.wrong {
            println!("  WRONG {pair}");
        }
    }
}
