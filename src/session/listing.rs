//! The caller's sessions, newest first, by keyset: a page costs the same wherever it lies.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::SessionError;
use super::row::SessionStatus;
use crate::auth::User;
use crate::supabase::postgrest::PostgRest;
use interview::{CheckTotal, Practice, SessionStats};

/// A session in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionSummary {
    pub session_id: Uuid,
    pub status: SessionStatus,
    pub job_role: Option<String>,
    pub company_name: Option<String>,
    pub style: Option<String>,
    /// Set when the session is the practice of one question, which no average of interviews should count.
    #[serde(deserialize_with = "readable")]
    pub practice: Option<Practice>,
    /// The session whose question is practised; null when it was deleted.
    pub practice_of: Option<Uuid>,
    /// Number of that main question, from 1.
    pub practice_question: Option<u32>,
    pub difficulty: Option<String>,
    #[serde(deserialize_with = "readable")]
    pub session_stats: SessionStats,
    /// 1 to 5, once there is a report.
    #[serde(deserialize_with = "readable")]
    pub overall_score: Option<f64>,
    /// 1 to 5 by dimension, without those that could not be judged; empty until there is a report.
    #[serde(deserialize_with = "readable")]
    pub scores_by_dimension: BTreeMap<String, f64>,
    /// How often each line of the offline coach's checklist was met, once there is a report; else empty.
    #[serde(deserialize_with = "readable")]
    pub checklist: Vec<CheckTotal>,
    /// Who judged, and by which rubric: scores of different ones can't be compared.
    pub coach: Option<String>,
    pub rubric_version: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// What can't be read of a row, which another client may have written, must not break the list.
pub(super) fn readable<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: DeserializeOwned + Default,
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// A page of sessions; `next_cursor` leads to the next one, null on the last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page {
    pub sessions: Vec<SessionSummary>,
    pub next_cursor: Option<String>,
}

/// Which sessions a list shows; all unless told otherwise.
#[derive(Debug, Default)]
pub struct Filter {
    pub status: Option<SessionStatus>,
    /// Stands in the role or the company's name, in capitals or not.
    pub search: Option<String>,
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
    practice:session_config->practice,practice_of,practice_question,style:session_config->>style,difficulty:session_config->>difficulty,\
    overall_score:final_summary->results->overall_score,scores_by_dimension,\
    checklist:final_summary->results->checklist,\
    coach:final_summary->results->>coach,rubric_version:final_summary->results->>rubric_version";

/// A literal text as a quoted regular expression of a PostgREST filter. `ilike` would not do: PostgREST reads every `*`
/// of its pattern as a wildcard, and knows no way to escape one.
fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2 + 2);
    pattern.push('"');
    for character in text.chars() {
        match character {
            // Once for the regular expression, once more for the quotes.
            '"' | '\\' => {
                pattern.push_str(r"\\\");
                pattern.push(character);
            }
            _ if character.is_ascii_punctuation() => {
                pattern.push_str(r"\\");
                pattern.push(character);
            }
            _ => pattern.push(character),
        }
    }
    pattern.push('"');
    pattern
}

impl Filter {
    fn conditions(&self) -> Vec<(&'static str, String)> {
        let mut conditions = Vec::new();
        if let Some(status) = self.status {
            conditions.push(("status", format!("eq.{}", status.name())));
        }
        if let Some(search) = &self.search {
            let pattern = containing(search);
            let columns = ["job_role", "company_name"]
                .map(|field| format!("session_config->>{field}.imatch.{pattern}"));
            conditions.push(("or", format!("({})", columns.join(","))));
        }
        conditions
    }
}

/// One page of the caller's sessions that the filter lets through. One round trip.
///
/// # Errors
/// Upstream failures.
pub(crate) async fn list(
    rest: &PostgRest,
    user: &User,
    limit: usize,
    after: Option<Cursor>,
    filter: &Filter,
) -> Result<Page, SessionError> {
    let identity = user.identity(None);
    let mut query = vec![
        ("select", COLUMNS.to_owned()),
        ("order", "created_at.desc,session_id.desc".to_owned()),
        // One more than asked for tells whether there is a next page.
        ("limit", (limit + 1).to_string()),
    ];
    query.extend(filter.conditions());
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
    let mut sessions: Vec<SessionSummary> =
        rest.select(&identity, "interview_sessions", &query).await?;
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
