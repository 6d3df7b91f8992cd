//! The offline report: practice notes from the checklist's totals.

use super::checks::{CheckWording, check_wording};
use crate::scores::answers;
use crate::{CheckTotal, Conversation, Narrative, Scores};

/// Answers below which nothing is called a habit.
const FEW_ANSWERS: u32 = 3;
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
    let mut rated: Vec<(f64, &CheckWording)> = scores
        .checklist
        .iter()
        .filter_map(|total| Some((rate(total)?, check_wording(&total.check)?)))
        .collect();
    rated.sort_by(|(one, first), (other, second)| {
        one.total_cmp(other).then(first.weight.cmp(&second.weight))
    });
    let strong: Vec<&CheckWording> = rated
        .iter()
        .rev()
        .filter(|(rate, _)| *rate >= 0.75)
        .map(|(_, wording)| *wording)
        .collect();
    let weak: Vec<&CheckWording> = rated
        .iter()
        .filter(|(rate, _)| *rate < 0.75)
        .map(|(_, wording)| *wording)
        .collect();
    Narrative {
        verdict: Some(verdict(scores, &strong, &weak)),
        actions: actions(&rated),
        patterns_tendencies: patterns(conversation, scores.answers),
        strengths: listed("What often shows in your answers:", &strong, |wording| {
            wording.strength
        }),
        weaknesses: listed("What is often missing:", &weak, |wording| wording.weakness),
        improvement_focus_areas: weak
            .first()
            .map_or_else(String::new, |wording| wording.exercise.into()),
        ..Narrative::default()
    }
}

fn rate(total: &CheckTotal) -> Option<f64> {
    (total.answers > 0).then(|| f64::from(total.met) / f64::from(total.answers))
}

fn verdict(scores: &Scores, strong: &[&CheckWording], weak: &[&CheckWording]) -> String {
    let given = answers(scores.answers as usize);
    let best = strong.iter().find(|wording| !wording.strength.is_empty());
    match (best, weak.first()) {
        (Some(best), Some(worst)) => format!(
            "In {given}, {} mostly, while {}.",
            best.strength, worst.weakness
        ),
        (Some(best), None) => format!(
            "In {given}, {} and nothing I can check is missing often.",
            best.strength
        ),
        (None, Some(worst)) => format!("In {given}, {}: that is where to begin.", worst.weakness),
        (None, None) => format!("You gave {given}; there was nothing in them that I could check."),
    }
}

/// The lines met least often first.
fn actions(rated: &[(f64, &CheckWording)]) -> Vec<String> {
    let actions = rated
        .iter()
        .map(|(_, wording)| wording.action)
        .filter(|action| !action.is_empty());
    actions.take(ACTIONS).map(str::to_owned).collect()
}

fn listed(
    lead_in: &str,
    wordings: &[&CheckWording],
    of: impl Fn(&CheckWording) -> &'static str,
) -> String {
    let told = wordings
        .iter()
        .map(|wording| of(wording))
        .filter(|told| !told.is_empty());
    let told: Vec<&str> = told.take(MOST_TOLD).collect();
    if told.is_empty() {
        return String::new();
    }
    format!("{lead_in} {}.", told.join("; "))
}

fn patterns(conversation: &Conversation, answered: u32) -> String {
    let feedback = conversation.turns.iter().filter(|turn| turn.is_answer());
    let measured: Vec<_> = feedback
        .filter_map(|turn| turn.feedback.as_ref()?.delivery.as_ref())
        .collect();
    let Some(shortest) = measured.iter().map(|delivery| delivery.words).min() else {
        return String::new();
    };
    let longest = measured
        .iter()
        .map(|delivery| delivery.words)
        .max()
        .unwrap_or_default();
    let fillers: u32 = measured.iter().map(|delivery| delivery.fillers).sum();
    let mut said = vec![format!("Your answers have {shortest} to {longest} words.")];
    if fillers > 0 {
        said.push(format!(
            "There are {fillers} fillers in them, such as “um”, “kind of” or “I guess”."
        ));
    }
    if answered < FEW_ANSWERS {
        said.push("That is too little to speak of habits.".into());
    }
    said.join(" ")
}
