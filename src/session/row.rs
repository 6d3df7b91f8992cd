//! The row of `interview_sessions`.

use std::sync::Arc;

use interview::{SessionConfig, SessionStats};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Active,
    Completed,
    Abandoned,
}

impl SessionStatus {
    /// As it stands in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Completed, Self::Abandoned]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// A main question of a session, which a practice is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    pub session_id: Uuid,
    /// From 1.
    pub question: u32,
}

/// The row of `interview_sessions`.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub session_id: Uuid,
    pub user_id: Option<Uuid>,
    pub status: SessionStatus,
    pub version: i64,
    /// Version at which anything but turns last changed; an older copy is of no use as a base.
    pub base_version: i64,
    pub stats: SessionStats,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub config: Arc<SessionConfig>,
    /// What a practice practises; `None` in an interview and where the origin was deleted.
    pub origin: Option<Origin>,
    /// `{status, results, error}` of the report, as stored.
    pub final_summary: Option<Arc<Value>>,
}
