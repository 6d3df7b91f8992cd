//! How much memory a session takes: what is held, not what its JSON is long. Allocations are counted with what the
//! allocator adds, so that many small ones weigh what they are.

use std::io::{self, Write};
use std::mem::size_of;

use interview::{
    Check, Evidence, Feedback, Practice, Reply, Score, SessionConfig, SessionStats, Turn,
};
use serde::Serialize;
use serde_json::{Map, Value};

/// Bytes on the heap, without the value itself.
pub(super) trait Heap {
    fn heap(&self) -> usize;
}

/// What an allocation of so many bytes takes.
fn block(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    (bytes + size_of::<usize>()).next_multiple_of(16).max(32)
}

impl Heap for String {
    fn heap(&self) -> usize {
        block(self.capacity())
    }
}

impl<T: Heap> Heap for Option<T> {
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, T::heap)
    }
}

impl<T: Heap> Heap for Vec<T> {
    fn heap(&self) -> usize {
        block(self.capacity() * size_of::<T>()) + self.iter().map(T::heap).sum::<usize>()
    }
}

/// Members of a B-tree's node, which holds 11 and is half full at least, and its bytes.
const NODE_MEMBERS: usize = 6;
const NODE_BYTES: usize = 11 * (size_of::<String>() + size_of::<Value>()) + 16;

impl Heap for Map<String, Value> {
    fn heap(&self) -> usize {
        let nodes = self.len().div_ceil(NODE_MEMBERS) * block(NODE_BYTES);
        let members = self.iter().map(|(name, value)| name.heap() + value.heap());
        nodes + members.sum::<usize>()
    }
}

impl Heap for Value {
    fn heap(&self) -> usize {
        match self {
            Self::String(text) => text.heap(),
            Self::Array(items) => items.heap(),
            Self::Object(members) => members.heap(),
            Self::Null | Self::Bool(_) | Self::Number(_) => 0,
        }
    }
}

impl Heap for Evidence {
    fn heap(&self) -> usize {
        self.quote.heap()
    }
}

impl Heap for Score {
    fn heap(&self) -> usize {
        self.dimension.heap() + self.reason.heap() + self.evidence.heap()
    }
}

impl Heap for Check {
    fn heap(&self) -> usize {
        self.check.heap() + self.detail.heap() + self.evidence.heap()
    }
}

impl Heap for Feedback {
    fn heap(&self) -> usize {
        [&self.feedback, &self.headline, &self.stronger_answer]
            .map(Heap::heap)
            .into_iter()
            .chain([&self.worked, &self.to_change, &self.set_aside].map(Heap::heap))
            .chain([&self.coach, &self.rubric_version].map(Heap::heap))
            .sum::<usize>()
            + self.scores.heap()
            + self.checklist.heap()
    }
}

impl Heap for Reply {
    fn heap(&self) -> usize {
        self.role.heap() + self.agent.heap() + self.content.heap() + self.metadata.heap()
    }
}

impl Heap for SessionStats {
    fn heap(&self) -> usize {
        self.topics.heap()
    }
}

impl Heap for Practice {
    fn heap(&self) -> usize {
        self.question.heap() + self.topic.heap()
    }
}

impl Heap for SessionConfig {
    fn heap(&self) -> usize {
        [
            &self.job_role,
            &self.job_description,
            &self.resume_content,
            &self.company_name,
            &self.language,
        ]
        .map(Heap::heap)
        .into_iter()
        .sum::<usize>()
            + block(self.extra.len())
            + self.practice.heap()
    }
}

/// A turn with its place in the list, and with its part of the history and the feedback as they are rendered.
pub(super) fn turn(turn: &Turn) -> usize {
    let content = turn.reply.as_ref().map(|reply| &reply.content);
    block(size_of::<Turn>() + 2 * size_of::<usize>())
        + size_of::<usize>() * 2
        + turn.turn_id.heap()
        + turn.message.heap()
        + turn.reply.heap()
        + turn.feedback.heap()
        + 2 * json(&turn.message)
        + json(&turn.reply)
        + json(&content)
        + json(&turn.feedback)
        + RENDERED_FIELDS
}

/// Names and small fields of a turn in both views.
const RENDERED_FIELDS: usize = 1_024;

/// Length of a value as JSON.
fn json(value: &impl Serialize) -> usize {
    let mut counted = Counted(0);
    // Counting fails no write.
    let _written = serde_json::to_writer(&mut counted, value);
    counted.0
}

struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn many_small_maps_weigh_what_they_take_and_not_their_length() {
        let maps = vec![json!({"": 0}); 8_000];
        let hostile = json!({ "k": maps });
        let length = json(&hostile);
        assert!(
            hostile.heap() > 50 * length,
            "{} of {length}",
            hostile.heap()
        );
        // As text they weigh their length.
        let extra = SessionConfig {
            extra: hostile.as_object().cloned().expect("an object").into(),
            ..SessionConfig::default()
        };
        assert!(extra.heap() < length + 64);
    }

    #[test]
    fn a_turns_metadata_scores_and_lists_weigh_something() {
        let plain = json!({
            "turn_no": 1, "turn_id": "t", "version": 1, "message": "x", "accepted_at": "2026-11-26T12:00:00Z",
            "reply": {"role": "assistant", "agent": "interviewer", "content": "?", "response_type": "question",
                      "timestamp": "2026-11-26T12:00:00Z", "processing_time": 0.1, "metadata": {}},
            "feedback": {"status": "ready", "worked": [], "scores": []},
        });
        let weigh = |value: &Value| turn(&serde_json::from_value(value.clone()).expect("a turn"));
        for (at, heavy, least) in [
            (
                "/reply/metadata",
                json!({"k": vec![json!({"": 0}); 100]}),
                60_000,
            ),
            ("/feedback/worked", json!(vec!["x"; 1_000]), 50_000),
            (
                "/feedback/scores",
                json!(vec![
                    json!({"dimension": "d", "score": 1, "reason": "", "evidence": []});
                    1_000
                ]),
                100_000,
            ),
            ("/message", json!("\u{1}".repeat(1_000)), 12_000),
        ] {
            let mut more = plain.clone();
            *more.pointer_mut(at).expect("a field") = heavy;
            let added = weigh(&more) - weigh(&plain);
            assert!(added > least, "{at}: {added}");
        }
    }
}
