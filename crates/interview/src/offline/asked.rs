//! What a message answers: the question with its follow-ups, its kind, and what was said before.

use crate::{Conversation, QuestionKind, Reply, ResponseType, Turn};

use super::plan;

/// How far back a question and earlier answers are looked for, so that a long interview costs no more.
const LOOK_BACK: usize = 24;

pub(super) struct Asked<'a> {
    pub(super) conversation: &'a Conversation,
    /// The question, its follow-ups and clarifications, newest first.
    pub(super) lines: Vec<&'a Reply>,
    pub(super) kind: QuestionKind,
    pub(super) topic: &'a str,
    /// The candidate's earlier answers, newest first.
    pub(super) earlier: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// What the message of `turn` answers.
    pub(super) fn of(conversation: &'a Conversation, turn: &Turn) -> Self {
        let asked_in = turn.question_no.or(turn.turn_no.checked_sub(1));
        let before = || {
            let older = conversation.turns.iter().rev();
            older
                .skip_while(|one| one.turn_no >= turn.turn_no)
                .take(LOOK_BACK)
        };
        let replies: Vec<&Reply> = before()
            .filter(|one| asked_in.is_some_and(|asked_in| one.turn_no <= asked_in))
            .filter_map(|one| one.reply.as_ref())
            .collect();
        let begins = |reply: &&Reply| reply.response_type.begins_question();
        let main = replies.iter().position(begins);
        let lines = replies[..main.map_or(replies.len(), |at| at + 1)].to_vec();
        let question = lines.last();
        Self {
            conversation,
            kind: question.map_or(QuestionKind::Behavioral, |reply| {
                plan::kind_of(&reply.content)
            }),
            topic: question
                .and_then(|reply| reply.metadata.get("topic")?.as_str())
                .unwrap_or_default(),
            lines,
            earlier: before()
                .filter(|one| one.is_answer() && one.unanswered_at.is_none())
                .filter_map(|one| one.message.as_deref())
                .collect(),
        }
    }

    /// The line that waits for an answer: the question or its last follow-up, without clarifications.
    pub(super) fn open_line(&self) -> Option<&'a Reply> {
        let asks = |reply: &&&Reply| reply.response_type != ResponseType::Clarification;
        self.lines.iter().find(asks).copied()
    }

    /// Clarifications since that line.
    pub(super) fn clarifications(&self) -> usize {
        let clarifies = |reply: &&&Reply| reply.response_type == ResponseType::Clarification;
        self.lines.iter().take_while(clarifies).count()
    }
}
