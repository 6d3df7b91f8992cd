//! What candidates sent, and what they were told.

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

/// A message and every answer that its sender got.
#[derive(Debug)]
pub(super) struct Sent {
    pub key: String,
    pub message: String,
    pub first_asked: Instant,
    pub told: Vec<Told>,
}

#[derive(Clone, Debug)]
pub(super) enum Told {
    /// 200 with this reply, as [`identity`] has it.
    Reply { reply: Value, at: Instant },
    /// A later message took its place before it was answered.
    Superseded,
    /// Nothing that a candidate may get.
    Unexpected(String),
}

impl Sent {
    pub(super) fn new(number: usize) -> Self {
        Self {
            key: Uuid::new_v4().to_string(),
            // Recognised in the database, wherever it stands.
            message: format!(
                "In project {number} I led {} people, and costs fell by 30 percent.",
                number % 9 + 2
            ),
            first_asked: Instant::now(),
            told: Vec::new(),
        }
    }

    /// When the reply was told first.
    pub(super) fn acknowledged(&self) -> Option<Instant> {
        self.told.iter().find_map(|told| match told {
            Told::Reply { at, .. } => Some(*at),
            Told::Superseded | Told::Unexpected(_) => None,
        })
    }
}

/// What tells a reply from every other. The words alone do not: the built-in interviewer says the same when it is asked
/// again.
pub(crate) fn identity(reply: &Value) -> Value {
    json!([reply["content"], reply["timestamp"]])
}

/// One session as its candidate knows it.
pub(super) struct Record {
    pub session: Uuid,
    pub sent: Vec<Sent>,
    /// Turn ids and identities of the replies that the event stream showed, of those who followed it.
    pub shown: Vec<(String, Value)>,
    /// Messages and identities of replies in `/agent/history` when all was over; `None` when it could not be read.
    pub history: Option<Vec<Value>>,
}
