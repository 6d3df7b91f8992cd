//! The session functions of the database: their arguments, their outcomes, and the delta they answer with.
//!
//! Each function has an outcome type of its own, so that a new outcome does not compile until every caller
//! handles it. An outcome that this version does not know is a bad response of the database.

use std::sync::Arc;

use interview::{Feedback, Reply, SessionConfig, SessionStats, SpeechTiming, Turn};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::error::SessionError;
use super::listing::readable;
use super::row::{Origin, SessionRow, SessionStatus};
use crate::supabase::postgrest::{Identity, PostgRest};

/// The arguments of a session function.
pub(super) trait SessionFunction: Serialize {
    const NAME: &'static str;
    type Outcome: DeserializeOwned;
}

/// What a session function answers when the caller may see the session.
#[derive(Debug, Deserialize)]
pub(super) struct RpcResponse<O> {
    pub outcome: O,
    #[serde(default)]
    pub turn_no: Option<u32>,
    #[serde(default)]
    pub turn_id: Option<String>,
    #[serde(default)]
    pub lease_remaining_ms: Option<i64>,
    /// Where a reset keeps a finished interview.
    #[serde(default)]
    pub kept_session_id: Option<Uuid>,
    /// What the caller's copy of the session lacks.
    #[serde(flatten)]
    pub delta: Option<Delta>,
}

/// Every function answers `not_found` for a session that the caller may not see.
#[derive(Deserialize)]
#[serde(untagged)]
enum OrNotFound<O> {
    Found(O),
    NotFound(NotFound),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum NotFound {
    NotFound,
}

/// Calls a session function.
///
/// # Errors
/// [`SessionError::NotFound`], upstream failures.
pub(super) async fn call<F: SessionFunction>(
    rest: &PostgRest,
    identity: &Identity,
    arguments: &F,
) -> Result<RpcResponse<F::Outcome>, SessionError> {
    let response: RpcResponse<OrNotFound<F::Outcome>> =
        rest.rpc(identity, F::NAME, arguments).await?;
    match response.outcome {
        OrNotFound::NotFound(NotFound::NotFound) => Err(SessionError::NotFound),
        OrNotFound::Found(outcome) => Ok(RpcResponse {
            outcome,
            turn_no: response.turn_no,
            turn_id: response.turn_id,
            lease_remaining_ms: response.lease_remaining_ms,
            kept_session_id: response.kept_session_id,
            delta: response.delta,
        }),
    }
}

/// The small columns of a session; the large ones travel only in a full answer.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SessionFields {
    pub session_id: Uuid,
    pub user_id: Option<Uuid>,
    pub status: SessionStatus,
    pub version: i64,
    pub base_version: i64,
    #[serde(deserialize_with = "readable")]
    pub session_stats: SessionStats,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default)]
    pub session_config: Option<SessionConfig>,
    #[serde(default)]
    pub final_summary: Option<Value>,
    #[serde(default)]
    pub practice_of: Option<Uuid>,
    #[serde(default)]
    pub practice_question: Option<u32>,
}

impl SessionFields {
    /// Of a full answer.
    pub(super) fn origin(&self) -> Option<Origin> {
        let (session_id, question) = self.practice_of.zip(self.practice_question)?;
        Some(Origin {
            session_id,
            question,
        })
    }

    pub(super) fn into_row(
        self,
        config: Arc<SessionConfig>,
        origin: Option<Origin>,
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
            origin,
            final_summary,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Delta {
    pub full: bool,
    pub session: SessionFields,
    pub turns: Vec<Turn>,
}

#[derive(Serialize)]
pub(super) struct LoadSession {
    pub p_session_id: Uuid,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for LoadSession {
    const NAME: &'static str = "load_session";
    type Outcome = LoadOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LoadOutcome {
    Ok,
}

#[derive(Serialize)]
pub(super) struct CreateSession<'a> {
    pub p_session_id: Uuid,
    pub p_config: &'a SessionConfig,
    /// The question that is practised.
    pub p_practice_of: Option<Uuid>,
    pub p_practice_question: Option<u32>,
}

impl SessionFunction for CreateSession<'_> {
    const NAME: &'static str = "create_session";
    type Outcome = CreateOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CreateOutcome {
    Created,
}

#[derive(Serialize)]
pub(super) struct StartInterview<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_config: Option<&'a SessionConfig>,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for StartInterview<'_> {
    const NAME: &'static str = "start_interview";
    type Outcome = AcceptOutcome;
}

#[derive(Serialize)]
pub(super) struct AcceptTurn<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_message: &'a str,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
    pub p_join_same_text: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_speech_timing: Option<SpeechTiming>,
}

impl SessionFunction for AcceptTurn<'_> {
    const NAME: &'static str = "accept_turn";
    type Outcome = AcceptOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AcceptOutcome {
    Accepted,
    Replay,
    InFlight,
    Resumed,
    Busy,
    Ended,
    KeyReused,
    Unanswered,
    NotStarted,
}

#[derive(Serialize)]
pub(super) struct RenewLease<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
}

impl SessionFunction for RenewLease<'_> {
    const NAME: &'static str = "renew_lease";
    type Outcome = RenewOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RenewOutcome {
    Renewed,
    Lost,
    Stopped,
}

#[derive(Serialize)]
pub(super) struct ReleaseLease<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
}

impl SessionFunction for ReleaseLease<'_> {
    const NAME: &'static str = "release_lease";
    type Outcome = ReleaseOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReleaseOutcome {
    Released,
    Lost,
}

#[derive(Serialize)]
pub(super) struct CompleteTurn<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_lease_owner: &'a str,
    pub p_reply: &'a Reply,
    pub p_feedback: Option<&'a Feedback>,
    pub p_stats: &'a SessionStats,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for CompleteTurn<'_> {
    const NAME: &'static str = "complete_turn";
    type Outcome = CompleteOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CompleteOutcome {
    Completed,
    Already,
    Lost,
    Stopped,
}

#[derive(Serialize)]
pub(super) struct StopTurn {
    pub p_session_id: Uuid,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for StopTurn {
    const NAME: &'static str = "stop_turn";
    type Outcome = StopOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StopOutcome {
    Stopped,
    Idle,
}

#[derive(Serialize)]
pub(super) struct RecordFeedback<'a> {
    pub p_session_id: Uuid,
    pub p_turn_id: &'a str,
    pub p_feedback: &'a Feedback,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for RecordFeedback<'_> {
    const NAME: &'static str = "record_feedback";
    type Outcome = RecordFeedbackOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordFeedbackOutcome {
    Recorded,
    Already,
}

#[derive(Serialize)]
pub(super) struct EndInterview {
    pub p_session_id: Uuid,
    pub p_force: bool,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for EndInterview {
    const NAME: &'static str = "end_interview";
    type Outcome = EndOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndOutcome {
    Ended,
    Already,
    Busy,
}

#[derive(Serialize)]
pub(super) struct ResetInterview {
    pub p_session_id: Uuid,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for ResetInterview {
    const NAME: &'static str = "reset_interview";
    type Outcome = ResetOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResetOutcome {
    Reset,
}

#[derive(Serialize)]
pub(super) struct BeginReport<'a> {
    pub p_session_id: Uuid,
    pub p_lease_owner: &'a str,
    pub p_lease_seconds: u64,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for BeginReport<'_> {
    const NAME: &'static str = "begin_report";
    type Outcome = BeginReportOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum BeginReportOutcome {
    Granted,
    Already,
    InProgress,
    NotEnded,
}

#[derive(Serialize)]
pub(super) struct RecordReport<'a> {
    pub p_session_id: Uuid,
    pub p_lease_owner: &'a str,
    pub p_summary: &'a Value,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for RecordReport<'_> {
    const NAME: &'static str = "record_report";
    type Outcome = RecordReportOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordReportOutcome {
    Recorded,
    Lost,
}

#[derive(Serialize)]
pub(super) struct ClaimSession {
    pub p_session_id: Uuid,
    pub p_known_version: Option<i64>,
}

impl SessionFunction for ClaimSession {
    const NAME: &'static str = "claim_session";
    type Outcome = ClaimOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClaimOutcome {
    Claimed,
    Already,
    Busy,
}

#[derive(Serialize)]
pub(super) struct RevokeShare {
    pub p_session_id: Uuid,
    pub p_share_id: Uuid,
}

impl SessionFunction for RevokeShare {
    const NAME: &'static str = "revoke_share";
    type Outcome = RevokeOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RevokeOutcome {
    Revoked,
    NotShared,
}

#[derive(Serialize)]
pub(super) struct DeleteSession {
    pub p_session_id: Uuid,
}

impl SessionFunction for DeleteSession {
    const NAME: &'static str = "delete_session";
    type Outcome = DeleteOutcome;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeleteOutcome {
    Deleted,
}
