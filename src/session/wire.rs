//! The session functions of the database as they travel: arguments and answers.
//!
//! Each answer is an `outcome` beside a [`Delta`]: what the caller's copy of the session lacks.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::row::{SessionRow, SessionStatus};
use interview::{Feedback, Reply, SessionConfig, SessionStats, Turn};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Ok,
    Accepted,
    Replay,
    InFlight,
    Resumed,
    Busy,
    Ended,
    KeyReused,
    Unanswered,
    NotStarted,
    NotFound,
    Completed,
    Already,
    Lost,
    Renewed,
    Released,
    Recorded,
    Reset,
    NotEnded,
    Granted,
    InProgress,
    Claimed,
    Deleted,
    Stopped,
    Idle,
}

/// The small columns of a session; the large ones travel only in a full answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SessionFields {
    pub session_id: Uuid,
    pub user_id: Option<Uuid>,
    pub status: SessionStatus,
    pub version: i64,
    pub base_version: i64,
    pub session_stats: SessionStats,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default)]
    pub session_config: Option<SessionConfig>,
    #[serde(default)]
    pub final_summary: Option<Value>,
}

impl SessionFields {
    pub(crate) fn into_row(
        self,
        config: Arc<SessionConfig>,
        final_summary: Option<Arc<Value>>,
    ) -> SessionRow {
        SessionRow {
            session_id: self.session_id,
            user_id: self.user_id,
            status: self.status,
            version: self.version,
            base_version: self.base_version,
            stats: self.session_stats,
            created_at: self.created_at,
            updated_at: self.updated_at,
            config,
            final_summary,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Delta {
    pub full: bool,
    pub session: SessionFields,
    pub turns: Vec<Turn>,
}

/// Any answer of a session function.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub outcome: Outcome,
    #[serde(default)]
    pub turn_no: Option<u32>,
    #[serde(default)]
    pub turn_id: Option<String>,
    #[serde(default)]
    pub lease_remaining_ms: Option<i64>,
    #[serde(flatten)]
    pub delta: Option<Delta>,
}

#[derive(Serialize)]
pub(crate) struct Known {
    pub p_session_id: Uuid,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct StartInterview<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_config: Option<&'a SessionConfig>,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct AcceptTurn<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_message: &'a str,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
    pub p_join_same_text: bool,
}

#[derive(Serialize)]
pub(crate) struct RenewLease<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
}

#[derive(Serialize)]
pub(crate) struct ReleaseLease<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
}

#[derive(Serialize)]
pub(crate) struct CompleteTurn<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
    pub p_reply: &'a Reply,
    pub p_feedback: Option<&'a Feedback>,
    pub p_stats: &'a SessionStats,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct RecordFeedback<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_feedback: &'a Feedback,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct EndInterview {
    pub p_session_id: Uuid,
    pub p_force: bool,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct BeginReport<'a> {
    pub p_session_id: Uuid,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct RecordReport<'a> {
    pub p_session_id: Uuid,
    pub p_lease_owner: &'a str,
    pub p_summary: &'a Value,
    pub p_known_version: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct DeleteSession {
    pub p_session_id: Uuid,
}
