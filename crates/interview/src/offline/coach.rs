//! The offline coach: feedback on one answer; the report's texts are made in [`report`].

use async_trait::async_trait;

use super::answer::Answer;
use super::rubric::facts::Facts;
use super::rubric::{Asked, measure};
use super::{NAME, RUBRIC_VERSION, prose, report};
use crate::evidence::keep_proven;
use crate::{Coach, Conversation, InterviewError, Usage};
use crate::{Evidence, Feedback, FeedbackStatus, Narrative, ResponseType, Score, Scores, Turn};

/// How far back a follow-up's question is looked for.
const MOST_FOLLOW_UPS: u32 = 4;

/// Judges by what can be counted in the text.
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
        assessed(conversation, turn)
            .ok_or_else(|| InterviewError::Invalid(format!("turn {turn_no} has no message")))
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError> {
        Ok((report::of(conversation, scores), Usage::default()))
    }
}

/// What the interviewer asked in that turn, without what leads up to it. A follow-up is told with the
/// question before it, and without the words it quotes, which are the candidate's own.
fn question_of(conversation: &Conversation, turn_no: u32) -> String {
    let mut told = String::new();
    for back in 0..=MOST_FOLLOW_UPS {
        let asked = turn_no
            .checked_sub(back)
            .and_then(|turn_no| conversation.turn(turn_no));
        let Some(reply) = asked.and_then(|turn| turn.reply.as_ref()) else {
            continue;
        };
        if reply.response_type != ResponseType::FollowUp {
            told.push_str(Answer::new(&reply.content).ending(0));
            break;
        }
        let mut parts = reply.content.split('“');
        told.push_str(parts.next().unwrap_or_default());
        for part in parts {
            told.push_str(part.split_once('”').map_or("", |(_, rest)| rest));
        }
        told.push(' ');
    }
    told
}

/// Feedback on the turn's message; `None` when it has none.
fn assessed(conversation: &Conversation, answered: &Turn) -> Option<Feedback> {
    let message = answered.message.as_deref()?;
    let asked_in = answered.question_no.or(answered.turn_no.checked_sub(1));
    let question = asked_in
        .map(|turn_no| question_of(conversation, turn_no))
        .unwrap_or_default();
    let asked = Asked {
        question: &question,
        topic: asked_in
            .and_then(|turn_no| conversation.turn(turn_no)?.reply.as_ref())
            .and_then(|reply| reply.metadata.get("topic")?.as_str()),
        config: &conversation.config,
    };
    let answer = Answer::new(message);
    let facts = Facts::of(&answer);
    let measures = measure(&answer, &facts, &asked);
    let worked = prose::worked(&measures);
    let to_change = prose::to_change(&measures);
    let feedback = prose::feedback(&answer, &facts, &worked, &to_change);
    let mut scores: Vec<Score> = measures
        .into_iter()
        .map(|measure| Score {
            dimension: measure.dimension.into(),
            score: measure.score,
            reason: measure.reason,
            evidence: measure
                .quotes
                .into_iter()
                .map(|quote| Evidence {
                    turn_no: answered.turn_no,
                    quote: quote.into(),
                })
                .collect(),
        })
        .collect();
    keep_proven(&mut scores, |turn_no| {
        (turn_no == answered.turn_no).then_some(message)
    });
    Some(Feedback {
        status: FeedbackStatus::Ready,
        feedback: Some(feedback),
        worked,
        to_change,
        scores,
        coach: NAME.into(),
        rubric_version: RUBRIC_VERSION.into(),
        ..Feedback::empty(FeedbackStatus::Ready)
    })
}
