//! The caller's sessions, newest first, by keyset: a page costs the same wherever it lies.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::SessionError;
use super::model::{SessionStats, SessionStatus};
use super::{Actor, Sessions};
use crate::supabase::postgrest::Identity;

/// A session in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionSummary {
    pub session_id: Uuid,
    pub status: SessionStatus,
    pub job_role: Option<String>,
    pub company_name: Option<String>,
    pub style: Option<String>,
    pub difficulty: Option<String>,
    pub session_stats: SessionStats,
    /// 1 to 5, once there is a report.
    pub overall_score: Option<f64>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A page of sessions; `next_cursor` leads to the next one, null on the last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page {
    pub sessions: Vec<SessionSummary>,
    pub next_cursor: Option<String>,
}

/// Where a page ends: opaque to clients.
#[derive(Debug, PartialEq)]
pub struct Cursor {
    created_at: Timestamp,
    session_id: Uuid,
}

impl Cursor {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}|{}", self.created_at, self.session_id))
    }

    /// `None` when it is none of ours.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (created_at, session_id) = text.split_once('|')?;
        Some(Self {
            created_at: created_at.parse().ok()?,
            session_id: session_id.parse().ok()?,
        })
    }
}

const COLUMNS: &str = "session_id,status,session_stats,created_at,updated_at,\
    job_role:session_config->>job_role,company_name:session_config->>company_name,\
    style:session_config->>style,difficulty:session_config->>difficulty,\
    overall_score:final_summary->results->overall_score";

impl Sessions {
    /// One page of the caller's sessions. One round trip.
    ///
    /// # Errors
    /// Upstream failures; [`SessionError::NotFound`] for guests, who have no list.
    pub async fn list(
        &self,
        actor: &Actor,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Page, SessionError> {
        let Some(access_token) = actor.access_token.clone() else {
            return Err(SessionError::NotFound);
        };
        let identity = Identity::User {
            access_token,
            session_id: None,
        };
        let mut query = vec![
            ("select", COLUMNS.to_owned()),
            ("order", "created_at.desc,session_id.desc".to_owned()),
            // One more than asked for tells whether there is a next page.
            ("limit", (limit + 1).to_string()),
        ];
        if let Some(Cursor {
            created_at,
            session_id,
        }) = after
        {
            query.push((
                "or",
                format!(
                    "(created_at.lt.{created_at},and(created_at.eq.{created_at},session_id.lt.{session_id}))"
                ),
            ));
        }
        let mut sessions: Vec<SessionSummary> = self
            .rest
            .select(&identity, "interview_sessions", &query)
            .await?;
        let more = sessions.len() > limit;
        sessions.truncate(limit);
        let next_cursor = sessions.last().filter(|_| more).map(|last| {
            Cursor {
                created_at: last.created_at,
                session_id: last.session_id,
            }
            .encode()
        });
        Ok(Page {
            sessions,
            next_cursor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_encoding_and_garbage_is_refused() {
        let cursor = Cursor {
            created_at: "2026-11-23T23:31:11.65507Z".parse().expect("a time"),
            session_id: Uuid::nil(),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        for garbage in ["", "x", "bm90fGE", "💥"] {
            assert_eq!(Cursor::decode(garbage), None, "{garbage}");
        }
    }
}
