//! The final report: written once, by whichever instance holds its lease, and stored with the session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use super::error::SessionError;
use super::generation::conversation;
use super::model::{FeedbackStatus, SessionStatus};
use super::state::SessionState;
use super::wire::{BeginReport, Outcome, RecordReport};
use super::{Actor, Sessions};
use crate::auth::Principal;

const REPORT_LEASE_SECONDS: u64 = 30;

/// How far the report is.
#[derive(Clone, Debug)]
pub enum ReportStatus {
    /// The interview has not ended.
    NotEnded,
    Generating,
    /// `Report` as stored.
    Completed(Arc<Value>),
    /// It failed; ending the interview again, or asking for it, tries once more.
    Failed,
}

impl ReportStatus {
    pub(super) fn of(state: &SessionState) -> Self {
        if state.row.status != SessionStatus::Completed {
            return Self::NotEnded;
        }
        let Some(summary) = &state.row.final_summary else {
            return Self::Generating;
        };
        match summary.get("status").and_then(Value::as_str) {
            Some("completed") => Self::Completed(Arc::clone(summary)),
            Some("error") => Self::Failed,
            _ => Self::Generating,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::NotEnded => "not_ended",
            Self::Generating => "generating",
            Self::Completed(_) => "completed",
            Self::Failed => "error",
        }
    }

    /// The report, `{}` while there is none.
    pub fn results(&self) -> Value {
        match self {
            Self::Completed(summary) => {
                summary.get("results").cloned().unwrap_or_else(|| json!({}))
            }
            _ => json!({}),
        }
    }
}

/// Reports being written by this process.
#[derive(Default)]
pub(super) struct Reports {
    running: Mutex<HashMap<(Principal, Uuid), watch::Receiver<bool>>>,
}

impl Reports {
    fn lock(&self) -> MutexGuard<'_, HashMap<(Principal, Uuid), watch::Receiver<bool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// How far the report is; one that nobody is writing is taken up again.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn report_status(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(actor, session_id).await?;
        let status = ReportStatus::of(&state);
        if matches!(status, ReportStatus::Generating) {
            self.write_report(actor, session_id);
        }
        Ok(status)
    }

    pub(super) async fn report_within(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
        patience: Duration,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(actor, session_id).await?;
        if let completed @ ReportStatus::Completed(_) = ReportStatus::of(&state) {
            return Ok(completed);
        }
        let mut written = self.write_report(actor, session_id);
        // Past the patience the report goes on without us; the status endpoint tells.
        let _ready = tokio::time::timeout(patience, written.wait_for(|done| *done)).await;
        let state = self.store.get(actor, session_id).await?;
        Ok(ReportStatus::of(&state))
    }

    /// Starts writing the report unless this process is at it; the receiver turns true at its end.
    fn write_report(self: &Arc<Self>, actor: &Actor, session_id: Uuid) -> watch::Receiver<bool> {
        let key = (actor.principal, session_id);
        let mut running = self.reports.lock();
        if let Some(written) = running.get(&key) {
            return written.clone();
        }
        let (sender, receiver) = watch::channel(false);
        running.insert(key, receiver.clone());
        drop(running);
        let (sessions, actor) = (Arc::clone(self), actor.clone());
        let task = async move {
            if let Err(error) = sessions.make_report(&actor, session_id).await {
                tracing::warn!(%error, "the report was not written; asking for it tries again");
            }
            sessions.reports.lock().remove(&key);
            sender.send_replace(true);
        };
        self.tasks.spawn_on(task, &self.runtime);
        receiver
    }

    async fn make_report(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
    ) -> Result<(), SessionError> {
        let arguments = BeginReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: REPORT_LEASE_SECONDS,
            p_known_version: self.store.known_version(actor, session_id),
        };
        let (answer, state) = self
            .store
            .call(actor, session_id, "begin_report", &arguments)
            .await?;
        match answer.outcome {
            Outcome::Granted => {}
            Outcome::NotEnded => return Err(SessionError::NotEnded),
            _ => return Ok(()),
        }
        let state = self.complete_feedback(actor, session_id, state).await?;
        let summary = match self.coach.report(&conversation(&state)).await {
            Ok(report) => json!({"status": "completed", "results": report, "error": null}),
            Err(error) => {
                tracing::warn!(%error, "the coach gave no report");
                json!({"status": "error", "results": {}, "error": "The report could not be written. Ask for it again."})
            }
        };
        let arguments = RecordReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_summary: &summary,
            p_known_version: Some(state.version()),
        };
        self.store
            .call(actor, session_id, "record_report", &arguments)
            .await?;
        Ok(())
    }

    /// Has the coach do what is missing or failed, so that the report rests on every answer.
    async fn complete_feedback(
        &self,
        actor: &Actor,
        session_id: Uuid,
        mut state: Arc<SessionState>,
    ) -> Result<Arc<SessionState>, SessionError> {
        let missing: Vec<_> = state
            .turns
            .iter()
            .filter(|turn| turn.message.is_some())
            .filter(|turn| {
                turn.feedback
                    .as_ref()
                    .is_none_or(|feedback| feedback.status != FeedbackStatus::Ready)
            })
            .cloned()
            .collect();
        for turn in missing {
            match self.coach.assess(&conversation(&state), turn.turn_no).await {
                Ok(feedback) => {
                    state = self
                        .record_feedback(actor, session_id, &turn.turn_id, &feedback)
                        .await?;
                }
                Err(error) => {
                    tracing::warn!(turn_no = turn.turn_no, %error, "the coach gave no feedback");
                }
            }
        }
        Ok(state)
    }
}
