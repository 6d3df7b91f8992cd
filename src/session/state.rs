//! One session in memory: an immutable snapshot at a version, and how the next one follows from it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Mutex;

use super::row::SessionRow;
use super::rpc::Delta;
use super::weight::{self, Heap};
use interview::{Conversation, Turn};

static PROCESS_START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn since_start_micros() -> u64 {
    u64::try_from(PROCESS_START.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Snapshot of a session as one principal may see it.
pub struct SessionState {
    pub row: SessionRow,
    pub turns: Arc<Vec<Arc<Turn>>>,
    /// Microseconds after process start at which the database last confirmed this version.
    confirmed_at: AtomicU64,
    /// Lets one request confirm a stale snapshot while the others wait for its answer.
    pub(super) confirming: Mutex<()>,
    /// Of what changes with the session's own columns alone: the configuration and the report.
    base_weight: usize,
    turns_weight: usize,
    pub(super) history: OnceLock<Bytes>,
    pub(super) feedback: OnceLock<Bytes>,
}

impl SessionState {
    fn new(
        row: SessionRow,
        turns: Arc<Vec<Arc<Turn>>>,
        base_weight: usize,
        turns_weight: usize,
    ) -> Self {
        Self {
            row,
            turns,
            confirmed_at: AtomicU64::new(since_start_micros()),
            confirming: Mutex::new(()),
            base_weight,
            turns_weight,
            history: OnceLock::new(),
            feedback: OnceLock::new(),
        }
    }

    pub fn version(&self) -> i64 {
        self.row.version
    }

    /// Approximate bytes in memory, rendered views included.
    pub fn weight(&self) -> usize {
        self.base_weight + self.turns_weight + self.row.stats.heap()
    }

    pub fn is_fresh(&self, max_staleness: Duration) -> bool {
        let age = since_start_micros().saturating_sub(self.confirmed_at.load(Ordering::Relaxed));
        Duration::from_micros(age) < max_staleness
    }

    pub(super) fn confirm(&self) {
        self.confirmed_at
            .store(since_start_micros(), Ordering::Relaxed);
    }

    pub fn turn(&self, turn_id: &str) -> Option<&Arc<Turn>> {
        // The turn asked for is nearly always the latest.
        self.turns.iter().rev().find(|turn| turn.turn_id == turn_id)
    }

    pub fn open_turn(&self) -> Option<&Arc<Turn>> {
        self.turns.last().filter(|turn| turn.is_open())
    }

    /// The introduction's turn: its acceptance is the clock's zero.
    pub fn introduction(&self) -> Option<&Arc<Turn>> {
        self.turns.first()
    }

    /// What the interviewer and the coach may know of the session.
    pub(super) fn conversation(&self) -> Conversation {
        Conversation {
            config: Arc::clone(&self.row.config),
            turns: Arc::clone(&self.turns),
            stats: self.row.stats.clone(),
            started_at: self.introduction().map(|turn| turn.accepted_at),
            seed: self.row.session_id.as_u64_pair().0,
        }
    }

    /// Snapshot from a full answer; `None` when the answer is not full.
    pub(super) fn from_full(delta: Delta) -> Option<Self> {
        if !delta.full {
            return None;
        }
        let mut session = delta.session;
        let config = Arc::new(session.session_config.take()?);
        let summary = session.final_summary.take().map(Arc::new);
        let base_weight = BASE_WEIGHT + config.heap() + summary.as_deref().map_or(0, Heap::heap);
        let turns_weight = delta.turns.iter().map(weight::turn).sum();
        let turns = delta.turns.into_iter().map(Arc::new).collect();
        let origin = session.origin();
        Some(Self::new(
            session.into_row(config, origin, summary),
            Arc::new(turns),
            base_weight,
            turns_weight,
        ))
    }

    /// The snapshot that follows from this one, or `None` when the delta has a gap to it. An answer
    /// that is older than this snapshot changes nothing.
    pub(super) fn advanced(self: &Arc<Self>, delta: Delta) -> Option<Arc<Self>> {
        if delta.session.version < self.row.base_version {
            return Some(Arc::clone(self));
        }
        if delta.full {
            if delta.session.version < self.row.version {
                return Some(Arc::clone(self));
            }
            return Self::from_full(delta).map(Arc::new);
        }
        if delta.session.base_version > self.row.version {
            return None;
        }
        if delta.turns.is_empty() && delta.session.version == self.row.version {
            self.confirm();
            return Some(Arc::clone(self));
        }
        let mut turns = Vec::with_capacity(self.turns.len() + 1);
        turns.extend_from_slice(&self.turns);
        let mut turns_weight = self.turns_weight;
        for turn in delta.turns {
            let index = turn.turn_no as usize;
            if index == turns.len() {
                turns_weight += weight::turn(&turn);
                turns.push(Arc::new(turn));
                continue;
            }
            let held = turns.get_mut(index)?;
            if held.version < turn.version {
                turns_weight -= weight::turn(held);
                turns_weight += weight::turn(&turn);
                *held = Arc::new(turn);
            }
        }
        let row = if delta.session.version >= self.row.version {
            delta.session.into_row(
                Arc::clone(&self.row.config),
                self.row.origin,
                self.row.final_summary.clone(),
            )
        } else {
            self.row.clone()
        };
        let next = Self::new(row, Arc::new(turns), self.base_weight, turns_weight);
        Some(Arc::new(next))
    }
}

const BASE_WEIGHT: usize = 1_024;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOON: &str = "2026-11-26T12:00:00Z";

    fn turn(turn_no: u32, version: i64, reply: Option<&str>) -> Value {
        let reply = reply.map(|content| {
            json!({
                "role": "assistant", "agent": "interviewer", "content": content,
                "response_type": "question", "timestamp": NOON, "processing_time": 0.1,
            })
        });
        json!({
            "turn_no": turn_no, "turn_id": format!("t{turn_no}"), "version": version,
            "message": "an answer", "accepted_at": NOON, "reply": reply,
        })
    }

    fn delta(full: bool, version: i64, base_version: i64, turns: &[Value]) -> Delta {
        serde_json::from_value(json!({
            "full": full,
            "turns": turns,
            "session": {
                "session_id": uuid::Uuid::nil(), "user_id": null, "status": "active",
                "version": version, "base_version": base_version, "session_stats": {},
                "created_at": NOON, "updated_at": NOON,
                "session_config": full.then(|| json!({"job_role": "Nurse"})),
            },
        }))
        .expect("a delta")
    }

    fn held() -> Arc<SessionState> {
        let turns = [turn(0, 2, Some("Hello.")), turn(1, 3, None)];
        Arc::new(SessionState::from_full(delta(true, 3, 1, &turns)).expect("full"))
    }

    fn replies(state: &SessionState) -> Vec<Option<&str>> {
        state
            .turns
            .iter()
            .map(|turn| turn.reply.as_ref().map(|reply| reply.content.as_str()))
            .collect()
    }

    #[test]
    fn a_delta_replaces_and_appends_turns_and_keeps_the_rest() {
        let changes = [turn(1, 4, Some("Why?")), turn(2, 5, None)];
        let next = held().advanced(delta(false, 5, 1, &changes)).expect("next");
        assert_eq!(replies(&next), [Some("Hello."), Some("Why?"), None]);
        assert_eq!(next.version(), 5);
        assert_eq!(next.row.config.job_role.as_deref(), Some("Nurse"));
        assert!(next.open_turn().is_some_and(|turn| turn.turn_no == 2));
        assert!(next.weight() > held().weight());
    }

    #[test]
    fn an_older_answer_changes_nothing() {
        let held = held();
        for late in [
            delta(true, 2, 1, &[turn(0, 2, Some("Hello."))]),
            delta(false, 0, 0, &[]),
        ] {
            let same = held.advanced(late).expect("the same");
            assert!(Arc::ptr_eq(&same, &held));
        }
        // A late delta may still bring a turn that is not held, yet never an older state of the row.
        let next = held
            .advanced(delta(false, 2, 1, &[turn(1, 2, Some("stale"))]))
            .expect("next");
        assert_eq!(next.version(), 3);
        assert_eq!(replies(&next), [Some("Hello."), None]);
    }

    #[test]
    fn an_answer_with_a_gap_is_refused() {
        // Columns that travel in full answers alone changed after what is held.
        assert!(held().advanced(delta(false, 6, 5, &[])).is_none());
        // A turn between is missing.
        assert!(
            held()
                .advanced(delta(false, 6, 1, &[turn(3, 6, None)]))
                .is_none()
        );
        assert!(SessionState::from_full(delta(false, 1, 1, &[])).is_none());
    }

    #[test]
    fn a_reset_takes_the_turns_away() {
        let next = held().advanced(delta(true, 7, 7, &[])).expect("next");
        assert!(next.turns.is_empty());
        assert_eq!(next.version(), 7);
    }

    #[test]
    fn an_empty_delta_confirms_what_is_held() {
        let held = held();
        held.confirmed_at.store(0, Ordering::Relaxed);
        let same = held.advanced(delta(false, 3, 1, &[])).expect("the same");
        assert!(Arc::ptr_eq(&same, &held));
        assert!(held.is_fresh(Duration::from_secs(60)));
    }
}
