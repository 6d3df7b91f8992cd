//! What clients read of a session: its history, its feedback, its clock. Each is rendered once per
//! version and kept with the snapshot.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::row::SessionStatus;
use super::state::SessionState;
use interview::director;
use interview::{Check, Delivery, Feedback, FeedbackStatus, QuestionKind, Reply, Score, Turn};

/// One entry of the conversation's history.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = HistoryItem)]
enum HistoryItem<'a> {
    User {
        role: &'static str,
        content: &'a str,
        #[schema(value_type = String, format = DateTime)]
        timestamp: Timestamp,
        turn_id: &'a str,
        turn_no: u32,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        unanswered: bool,
    },
    Assistant {
        #[serde(flatten)]
        reply: &'a Reply,
        turn_no: u32,
    },
}

/// The coach's feedback on the answer to one question.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FeedbackItem {
    pub turn_id: String,
    pub turn_no: u32,
    /// The question that was answered.
    pub question: Option<String>,
    pub answer: String,
    pub status: FeedbackStatus,
    /// Readable text; null until `status` is `ready`.
    pub feedback: Option<String>,
    pub worked: Vec<String>,
    pub to_change: Vec<String>,
    pub scores: Vec<Score>,
    /// The answer in one sentence, to be read first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question_kind: Option<QuestionKind>,
    /// What can be seen without understanding the answer; the offline coach's instead of scores.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<Check>,
    /// The answer rewritten, with placeholders where a fact is missing; for technical questions the right answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stronger_answer: Option<String>,
    /// Measured, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Passages that address the grader or the software and were not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    pub coach: String,
    pub rubric_version: String,
}

#[derive(Serialize)]
struct History<'a> {
    #[serde(serialize_with = "serialize_items")]
    history: &'a [Arc<Turn>],
}

fn serialize_items<S: Serializer>(turns: &[Arc<Turn>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(turns.iter().flat_map(|turn| history_items(turn)))
}

fn history_items(turn: &Turn) -> impl Iterator<Item = HistoryItem<'_>> {
    let message = turn.message.as_deref().map(|content| HistoryItem::User {
        role: "user",
        content,
        timestamp: turn.accepted_at,
        turn_id: &turn.turn_id,
        turn_no: turn.turn_no,
        unanswered: turn.unanswered_at.is_some(),
    });
    let reply = turn.reply.as_ref().map(|reply| HistoryItem::Assistant {
        reply,
        turn_no: turn.turn_no,
    });
    message.into_iter().chain(reply)
}

impl SessionState {
    /// `{"history": [...]}` as JSON.
    pub fn history_json(&self) -> Bytes {
        let render = || {
            render(&History {
                history: &self.turns,
            })
        };
        self.history.get_or_init(render).clone()
    }

    /// The history's items alone, as a JSON array.
    pub fn history_items_json(&self) -> Bytes {
        let whole = self.history_json();
        whole.slice(r#"{"history":"#.len()..whole.len() - "}".len())
    }

    /// The feedback items as a JSON array.
    pub fn feedback_json(&self) -> Bytes {
        let render = || render(&self.feedback_items());
        self.feedback.get_or_init(render).clone()
    }

    /// One item per message of the candidate, in order; pending until the coach is done.
    pub fn feedback_items(&self) -> Vec<FeedbackItem> {
        self.turns
            .iter()
            .filter_map(|turn| self.feedback_item(turn))
            .collect()
    }

    pub fn feedback_item(&self, turn: &Turn) -> Option<FeedbackItem> {
        let asked = turn.question_no.and_then(|no| self.turns.get(no as usize));
        let reply = asked.and_then(|asked| asked.reply.as_ref());
        feedback_item(reply.map(|reply| reply.content.clone()), turn)
    }

    /// Seconds left by the server's clock; `None` when it is not the clock that ends the interview.
    pub fn seconds_remaining(&self, now: Timestamp) -> Option<i64> {
        let started_at = self.introduction().map(|turn| turn.accepted_at);
        director::seconds_remaining(&self.row.config, started_at, now)
    }

    pub fn is_active(&self) -> bool {
        self.row.status == SessionStatus::Active
    }
}

/// The feedback on a turn's message, which answers that question; `None` for the introduction.
pub(super) fn feedback_item(question: Option<String>, turn: &Turn) -> Option<FeedbackItem> {
    let answer = turn.message.clone()?;
    let given = turn
        .feedback
        .clone()
        .unwrap_or_else(|| Feedback::empty(FeedbackStatus::Pending));
    Some(FeedbackItem {
        turn_id: turn.turn_id.clone(),
        turn_no: turn.turn_no,
        question,
        answer,
        status: given.status,
        feedback: given.feedback,
        worked: given.worked,
        to_change: given.to_change,
        scores: given.scores,
        headline: given.headline,
        question_kind: given.question_kind,
        checklist: given.checklist,
        stronger_answer: given.stronger_answer,
        delivery: given.delivery,
        set_aside: given.set_aside,
        coach: given.coach,
        rubric_version: given.rubric_version,
    })
}

fn render(value: &impl Serialize) -> Bytes {
    // Strings, numbers and maps with string keys: serialization can't fail.
    serde_json::to_vec(value)
        // Without the room that it grew by.
        .map(|json| Bytes::from(json.into_boxed_slice()))
        .unwrap_or_default()
}
