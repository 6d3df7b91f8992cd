//! The offline report: practice notes from the checklist's totals.

use super::checks::{CheckWording, check_wording};
use crate::{Conversation, Delivery, Narrative, Scores};

/// Share of the answers from which on a line of the checklist shows often.
const OFTEN: f64 = 0.75;
const ACTIONS: usize = 3;
/// Strengths or weaknesses told.
const MOST_TOLD: usize = 3;

pub(super) fn of(conversation: &Conversation, scores: &Scores) -> Narrative {
    if scores.answers == 0 {
        return Narrative {
            verdict: Some("No question was answered, so there is nothing to go by yet.".into()),
            actions: vec![
                "Answer at least three questions: then the notes can say what to practise.".into(),
            ],
            ..Narrative::default()
        };
    }
    let totals = scores.checklist.iter().filter(|total| total.answers > 0);
    let mut lines: Vec<(f64, &CheckWording)> = totals
        .filter_map(|total| {
            let share = f64::from(total.met) / f64::from(total.answers);
            Some((share, check_wording(&total.check)?))
        })
        .collect();
    lines.sort_by(|(one, first), (other, second)| {
        one.total_cmp(other).then(first.weight.cmp(&second.weight))
    });
    let often = lines.partition_point(|(share, _)| *share < OFTEN);
    let told = |lines: &[(f64, &CheckWording)], of: fn(&CheckWording) -> &'static str| {
        let told = lines.iter().map(|(_, wording)| of(wording));
        told.filter(|said| !said.is_empty())
            .take(MOST_TOLD)
            .collect::<Vec<_>>()
    };
    let mut best_first = lines[often..].to_vec();
    best_first.sort_by_key(|(_, wording)| wording.weight);
    let strengths = told(&best_first, |wording| wording.strength);
    let weaknesses = told(&lines[..often], |wording| wording.weakness);
    let exercise = lines[..often].first().map(|(_, wording)| wording.exercise);
    let actions = lines.iter().map(|(_, wording)| wording.action.to_owned());
    Narrative {
        verdict: Some(verdict(
            scores.answers,
            strengths.first(),
            weaknesses.first(),
        )),
        actions: actions.take(ACTIONS).collect(),
        patterns_tendencies: patterns(conversation),
        strengths: listed("What often works", &strengths),
        weaknesses: listed("What to work on", &weaknesses),
        improvement_focus_areas: exercise.unwrap_or_default().into(),
        ..Narrative::default()
    }
}

fn verdict(answers: u32, strength: Option<&&str>, weakness: Option<&&str>) -> String {
    let (most, often) = match answers {
        1 => ("In your one answer,".to_owned(), ""),
        _ => (format!("In most of your {answers} answers,"), "often "),
    };
    match (strength, weakness) {
        (Some(strength), Some(weakness)) => format!("{most} {strength}, but {often}{weakness}."),
        (Some(strength), None) => {
            format!("{most} {strength}, and nothing that I can check is missing.")
        }
        (None, Some(weakness)) => format!("{most} {weakness}: start there."),
        (None, None) => "There was nothing in your answers that I could check.".into(),
    }
}

fn listed(lead_in: &str, told: &[&str]) -> String {
    if told.is_empty() {
        return String::new();
    }
    format!("{lead_in}: {}.", told.join("; "))
}

fn patterns(conversation: &Conversation) -> String {
    let answers = conversation.turns.iter().filter(|turn| turn.is_answer());
    let measured: Vec<&Delivery> = answers
        .filter_map(|turn| turn.feedback.as_ref()?.delivery.as_ref())
        .collect();
    let words = || measured.iter().map(|delivery| delivery.words);
    let fillers: u32 = measured.iter().map(|delivery| delivery.fillers).sum();
    let length = match (words().min(), words().max()) {
        (Some(least), Some(most)) if least < most => {
            format!("Your answers have {least} to {most} words")
        }
        (_, Some(most)) => format!("You answered in {most} words"),
        _ => return String::new(),
    };
    match fillers {
        0 => format!("{length}."),
        1 => format!("{length}, with one filler such as “um” or “I guess”."),
        _ => format!("{length}, with {fillers} fillers such as “um” or “I guess” in all."),
    }
}
