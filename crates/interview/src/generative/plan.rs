//! Where the interview stands and what may come next, for the model to know. The server decides; the model is told.

use jiff::Timestamp;
use serde_json::json;

use super::decision::Action;
use crate::asking::has_question_mark;
use crate::{Conversation, QuestionKind, ResponseType, director, offline};

/// Topics that the model is reminded of.
const TOPICS_TOLD: usize = 30;
/// Clarifications in a row: somebody who asks back for ever moves on.
const CLARIFICATIONS: usize = 3;
/// Interviews with fewer questions have none to spare for the candidate's own.
const LONG_ENOUGH: u32 = 4;

/// A part of the interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    WarmUp,
    Experience,
    Role,
    Situation,
    OwnQuestions,
}

impl Stage {
    fn of(question: u32, target: u32) -> Self {
        if question >= target && target >= LONG_ENOUGH {
            return Self::OwnQuestions;
        }
        if question <= 1 {
            return Self::WarmUp;
        }
        if question + 1 == target && target >= LONG_ENOUGH {
            return Self::Situation;
        }
        // The first third is about what the candidate has done.
        if question * 3 <= target.max(6) {
            Self::Experience
        } else {
            Self::Role
        }
    }

    /// Of the next new question.
    fn now(conversation: &Conversation) -> Self {
        let config = &conversation.config;
        match seconds_left(conversation) {
            None => Self::of(conversation.stats.questions + 1, config.question_target()),
            Some(seconds) => {
                // By the clock, progress is time.
                let limit = config.time_limit_seconds().unwrap_or(seconds).max(1);
                let tenths = u32::try_from((limit - seconds) * 10 / limit).unwrap_or(0);
                Self::of(tenths.max(1), 11)
            }
        }
    }

    fn told(self) -> &'static str {
        match self {
            Self::WarmUp => "warm-up: an easy question about the candidate",
            Self::Experience => {
                "experience: something the candidate has done, from the résumé if there is one"
            }
            Self::Role => "role: knowledge and skills that this job needs, in depth",
            Self::Situation => "situation: what the candidate would do in a situation of this job",
            Self::OwnQuestions => {
                "own questions: what the candidate wants to ask about the job; make no facts up when you answer later"
            }
        }
    }
}

/// What the model may do next.
pub(super) fn actions(conversation: &Conversation) -> Vec<Action> {
    let mut actions = Vec::with_capacity(3);
    if director::may_follow_up(conversation) {
        actions.push(Action::FollowUp);
    }
    actions.push(Action::NewQuestion);
    if may_clarify(conversation) {
        actions.push(Action::Clarify);
    }
    actions
}

/// Whether the candidate's last message may be a question back although the last question has been asked: it has
/// a question mark, in any script, or asks in so many words, and the clock does not run.
pub(super) fn may_ask_back(conversation: &Conversation) -> bool {
    let last = conversation.turns.last();
    let message = last
        .and_then(|turn| turn.message.as_deref())
        .unwrap_or_default();
    let asks = has_question_mark(message) || offline::asks_back(message);
    let by_clock = conversation.config.time_limit_seconds().is_some();
    asks && !by_clock && may_clarify(conversation)
}

/// What the next new question asks for, where its stage says so.
pub(super) fn question_kind(conversation: &Conversation) -> Option<QuestionKind> {
    match Stage::now(conversation) {
        Stage::WarmUp | Stage::OwnQuestions => Some(QuestionKind::Motivation),
        Stage::Experience => Some(QuestionKind::Behavioral),
        Stage::Situation => Some(QuestionKind::Situational),
        Stage::Role => None,
    }
}

fn seconds_left(conversation: &Conversation) -> Option<i64> {
    let (config, started) = (&conversation.config, conversation.started_at);
    director::seconds_remaining(config, started, Timestamp::now())
}

fn may_clarify(conversation: &Conversation) -> bool {
    let replies = conversation
        .turns
        .iter()
        .rev()
        .filter_map(|turn| turn.reply.as_ref());
    let in_a_row = replies
        .take_while(|reply| reply.response_type == ResponseType::Clarification)
        .count();
    in_a_row < CLARIFICATIONS
}

/// What the server knows of the interview's course, as JSON.
pub(super) fn state(conversation: &Conversation) -> String {
    let (config, stats) = (&conversation.config, &conversation.stats);
    let recent = &stats.topics[stats.topics.len().saturating_sub(TOPICS_TOLD)..];
    let seconds = seconds_left(conversation);
    let (next, target) = (stats.questions + 1, config.question_target());
    let stage = Stage::now(conversation);
    json!({
        "questions_asked": stats.questions,
        "question_target": seconds.is_none().then_some(target),
        "minutes_left": seconds.map(|seconds| (seconds + 30) / 60),
        "next_is_last_question": seconds.is_none() && next >= target,
        "stage_of_a_new_question": stage.told(),
        "follow_up_allowed": director::may_follow_up(conversation),
        "topics_covered": recent,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interview_goes_from_warm_up_to_the_candidates_own_questions() {
        let stages: Vec<Stage> = (1..=8).map(|question| Stage::of(question, 8)).collect();
        use Stage::{Experience, OwnQuestions, Role, Situation, WarmUp};
        assert_eq!(
            stages,
            [
                WarmUp,
                Experience,
                Role,
                Role,
                Role,
                Role,
                Situation,
                OwnQuestions
            ]
        );
        assert_eq!(
            Stage::of(2, 2),
            Experience,
            "a short one stays with the candidate"
        );
        assert_eq!(Stage::of(1, 1), WarmUp);
    }
}
