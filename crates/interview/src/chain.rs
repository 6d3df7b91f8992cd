//! A question with its follow-ups and clarifications: what one judgement is about.

use crate::{Conversation, Reply, ResponseType, Turn};

/// Follow-ups and clarifications that are looked back over.
const LONGEST: usize = 12;

/// What was asked, and the message that it was met with.
pub(crate) struct Exchange<'a> {
    /// The turn whose reply asked.
    pub(crate) asked_in: u32,
    pub(crate) asked: Option<&'a Reply>,
    pub(crate) turn: &'a Turn,
}

/// What was asked and said from the question on that `turn` belongs to; the exchange of `turn` is the last.
pub(crate) fn exchanges<'a>(conversation: &'a Conversation, turn: &'a Turn) -> Vec<Exchange<'a>> {
    let mut exchanges = Vec::new();
    let mut next = Some(turn);
    while let Some(turn) = next.filter(|_| exchanges.len() < LONGEST) {
        let asked_in = asked_in(turn);
        let before = conversation
            .turn(asked_in)
            .filter(|before| before.turn_no < turn.turn_no);
        let asked = before.and_then(|before| before.reply.as_ref());
        exchanges.push(Exchange {
            asked_in,
            asked,
            turn,
        });
        next = before.filter(|before| before.message.is_some() && asked.is_some_and(continues));
    }
    exchanges.reverse();
    exchanges
}

/// The turn whose reply asked the question that `turn` belongs to.
pub(crate) fn question_of(conversation: &Conversation, turn: &Turn) -> u32 {
    exchanges(conversation, turn)
        .first()
        .map_or(asked_in(turn), |first| first.asked_in)
}

fn asked_in(turn: &Turn) -> u32 {
    turn.question_no.unwrap_or(turn.turn_no.saturating_sub(1))
}

/// Whether the line stays with the question before it.
fn continues(reply: &Reply) -> bool {
    matches!(
        reply.response_type,
        ResponseType::FollowUp | ResponseType::Clarification
    )
}
