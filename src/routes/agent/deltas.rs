//! The interviewer's line as `delta` events. The id of each says how far the reader is after it, so that
//! `Last-Event-ID` resumes at the next byte.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use crate::routes::sse;
use interview::Draft;
use interview::Turn;
use interview::draft::{Piece, Position, piece};

/// Names the text of a reply whose making was not followed here.
const WHOLE: &str = "whole";

/// A reader of one turn's line.
pub(super) struct Deltas {
    turn_no: u32,
    position: Position,
}

impl Deltas {
    pub(super) fn new(turn_no: u32, position: Position) -> Self {
        Self { turn_no, position }
    }

    pub(super) fn turn_no(&self) -> u32 {
        self.turn_no
    }

    /// What was written since the last call. `prefix` comes before the position in each id.
    pub(super) fn read(&mut self, draft: &Draft, prefix: &str) -> Vec<Bytes> {
        let unseen = draft.after(&self.position);
        self.tell(unseen, prefix)
    }

    /// What is missing of a finished reply.
    pub(super) fn finish(&mut self, turn: &Turn, prefix: &str) -> Vec<Bytes> {
        let Some(reply) = &turn.reply else {
            return Vec::new();
        };
        let draft = reply.metadata.get("draft").and_then(|id| id.as_str());
        let unseen = piece(draft.unwrap_or(WHOLE), &reply.content, &self.position);
        self.tell(unseen, prefix)
    }

    fn tell(&mut self, unseen: Option<Piece>, prefix: &str) -> Vec<Bytes> {
        let mut events = Vec::new();
        let Some(unseen) = unseen else {
            return events;
        };
        self.position = unseen.position;
        let turn_no = self.turn_no;
        if unseen.restarted {
            let before = Position {
                draft: self.position.draft.clone(),
                bytes: 0,
            };
            let id = format!("{prefix}{}", id(turn_no, &before));
            events.push(sse::event(
                "restarted",
                Some(&id),
                &json!({"turn_no": turn_no}),
            ));
        }
        if !unseen.text.is_empty() {
            let id = format!("{prefix}{}", id(turn_no, &self.position));
            let data = json!({"turn_no": turn_no, "text": unseen.text});
            events.push(sse::event("delta", Some(&id), &data));
        }
        events
    }
}

/// `{turn_no}-{draft}-{bytes}`
fn id(turn_no: u32, position: &Position) -> String {
    format!("{turn_no}-{}-{}", position.draft, position.bytes)
}

/// Reads what [`id`] wrote.
pub(super) fn parse_id(id: &str) -> Option<(u32, Position)> {
    let mut parts = id.splitn(3, '-');
    let turn_no = parts.next()?.parse().ok()?;
    let draft = parts.next()?.to_owned();
    let bytes = parts.next()?.parse().ok()?;
    Some((turn_no, Position { draft, bytes }))
}

/// Waits until the draft may have grown; for ever when there is none.
pub(super) async fn grown(changes: Option<&mut tokio::sync::watch::Receiver<()>>) {
    let ended = match changes {
        Some(changes) => changes.changed().await.is_err(),
        None => true,
    };
    if ended {
        std::future::pending::<()>().await;
    }
}

/// A draft and the news of its growth.
pub(super) struct Followed {
    pub(super) draft: Arc<Draft>,
    pub(super) changes: tokio::sync::watch::Receiver<()>,
}

impl Followed {
    pub(super) fn new(draft: Arc<Draft>) -> Self {
        let mut changes = draft.subscribe();
        // What is there already counts as news.
        changes.mark_changed();
        Self { draft, changes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back() {
        let position = Position {
            draft: "0badcafe".into(),
            bytes: 17,
        };
        assert_eq!(parse_id(&id(4, &position)), Some((4, position)));
        for odd in ["", "4-message", "x-y-1", "4-y-", "-1-y-2"] {
            assert_eq!(parse_id(odd), None, "{odd}");
        }
    }
}
