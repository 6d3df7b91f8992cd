//! The offline coach: a checklist for each answer; the report's texts are made in [`report`].

use async_trait::async_trait;

use super::asked::Asked;
use super::checks::{CheckWording, Sheet, WORDING};
use super::{NAME, RUBRIC_VERSION, report};
use crate::{Coach, Conversation, InterviewError, Usage};
use crate::{Feedback, FeedbackStatus, Narrative, Scores};

/// Sentences of praise or advice on one answer.
const MOST_SAID: usize = 3;

/// Tells what can be seen in the text. It gives no scores: counting words is no judgement.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfflineCoach;

#[async_trait]
impl Coach for OfflineCoach {
    async fn assess(
        &self,
        conversation: &Conversation,
        turn_no: u32,
    ) -> Result<Feedback, InterviewError> {
        let turn = conversation
            .turn(turn_no)
            .ok_or_else(|| InterviewError::Invalid(format!("there is no turn {turn_no}")))?;
        let message = turn
            .message
            .as_deref()
            .ok_or_else(|| InterviewError::Invalid(format!("turn {turn_no} has no message")))?;
        let asked = Asked::of(conversation, turn);
        let mut sheet = Sheet::of(message, turn_no, &asked);
        sheet.delivery = sheet.delivery.spoken(turn.speech_timing);
        Ok(card(sheet, &asked))
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError> {
        Ok((report::of(conversation, scores), Usage::default()))
    }
}

fn card(sheet: Sheet, asked: &Asked<'_>) -> Feedback {
    let worked = said(sheet.that_are(true), |wording| wording.worked);
    let mut to_change = said(sheet.that_are(false), |wording| wording.to_change);
    let headline = match &sheet.no_answer {
        Some((headline, advice)) => {
            to_change = vec![(*advice).to_owned()];
            headline.clone()
        }
        None => headline(sheet.that_are(true).count(), sheet.that_are(false).count()),
    };
    if to_change.is_empty() {
        to_change.push(WORDING.nothing_to_change.into());
    }
    let mut paragraphs = vec![headline.clone()];
    paragraphs.extend((!worked.is_empty()).then(|| worked.join(" ")));
    paragraphs.push(to_change.join(" "));
    paragraphs.push(WORDING.limits.into());
    Feedback {
        feedback: Some(paragraphs.join("\n\n")),
        worked,
        to_change,
        headline: Some(headline),
        question_kind: Some(asked.kind),
        checklist: sheet.checks,
        delivery: Some(sheet.delivery),
        coach: NAME.into(),
        rubric_version: RUBRIC_VERSION.into(),
        ..Feedback::empty(FeedbackStatus::Ready)
    }
}

fn headline(met: usize, missing: usize) -> String {
    match missing {
        0 => format!("Everything I can check is there: {met} of {met} points."),
        1 => format!(
            "Nearly everything I can check is there: {met} of {} points.",
            met + 1
        ),
        _ => format!(
            "{met} of the {} points I can check are there.",
            met + missing
        ),
    }
}

/// What is said about these lines of the checklist, the weightiest first.
fn said(
    lines: impl Iterator<Item = &'static CheckWording>,
    of: impl Fn(&CheckWording) -> &'static str,
) -> Vec<String> {
    let mut lines: Vec<&CheckWording> = lines.collect();
    lines.sort_by_key(|wording| wording.weight);
    let sentences = lines.into_iter().map(of).filter(|said| !said.is_empty());
    sentences.take(MOST_SAID).map(str::to_owned).collect()
}
