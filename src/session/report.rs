//! The final report: three parts, each written once, by whichever instance holds the report's lease, and
//! stored with the session as it becomes ready. A crash loses the part being made, and a failed part is
//! made again by itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::SessionError;
use super::feedback::lacks_feedback;
use super::generation::conversation;
use super::model::{Scores, SessionStatus};
use super::state::SessionState;
use super::wire::{BeginReport, Outcome, RecordReport};
use super::{Actor, Sessions};
use crate::auth::Principal;
use crate::interview::{Usage, scores};

const REPORT_LEASE_SECONDS: u64 = 30;
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// A part of the report, in the order in which they are shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReportPart {
    Scores,
    Narrative,
    Resources,
}

const PARTS: [ReportPart; 3] = [
    ReportPart::Scores,
    ReportPart::Narrative,
    ReportPart::Resources,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    Pending,
    Ready,
    Failed,
}

/// The report as it is stored in `interview_sessions.final_summary`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Summary {
    #[serde(default)]
    status: String,
    /// The fields of the parts that are ready, side by side.
    #[serde(default)]
    results: Map<String, Value>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    parts: BTreeMap<ReportPart, PartStatus>,
}

impl Summary {
    fn of(state: &SessionState) -> Self {
        state
            .row
            .final_summary
            .as_deref()
            .and_then(|stored| Summary::deserialize(stored).ok())
            .unwrap_or_default()
    }

    fn is_ready(&self, part: ReportPart) -> bool {
        self.parts.get(&part) == Some(&PartStatus::Ready)
    }

    fn settle(&mut self, part: ReportPart, made: Option<&impl Serialize>) {
        let fields = made.and_then(|made| serde_json::to_value(made).ok());
        if let Some(Value::Object(fields)) = fields {
            self.results.extend(fields);
            self.parts.insert(part, PartStatus::Ready);
        } else {
            self.parts.insert(part, PartStatus::Failed);
        }
        let settled = |part| {
            self.parts
                .get(part)
                .is_some_and(|status| *status != PartStatus::Pending)
        };
        let status = if PARTS.iter().all(|part| self.is_ready(*part)) {
            "completed"
        } else if PARTS.iter().all(settled) {
            "error"
        } else {
            "generating"
        };
        status.clone_into(&mut self.status);
        self.error = (status == "error")
            .then(|| "A part of the report could not be written. Ask for it again.".to_owned());
    }
}

/// How far the report is.
#[derive(Clone, Debug)]
pub enum ReportStatus {
    /// The interview has not ended.
    NotEnded,
    /// The report as stored, as far as it is.
    Generating(Option<Arc<Value>>),
    /// The report as stored.
    Completed(Arc<Value>),
    /// Parts of it failed; ending the interview again, or asking for them, tries once more.
    Failed(Arc<Value>),
}

impl ReportStatus {
    pub(super) fn of(state: &SessionState) -> Self {
        if state.row.status != SessionStatus::Completed {
            return Self::NotEnded;
        }
        let Some(summary) = &state.row.final_summary else {
            return Self::Generating(None);
        };
        match summary.get("status").and_then(Value::as_str) {
            Some("completed") => Self::Completed(Arc::clone(summary)),
            Some("error") => Self::Failed(Arc::clone(summary)),
            _ => Self::Generating(Some(Arc::clone(summary))),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::NotEnded => "not_ended",
            Self::Generating(_) => "generating",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "error",
        }
    }

    fn stored(&self) -> Option<&Value> {
        match self {
            Self::NotEnded | Self::Generating(None) => None,
            Self::Generating(Some(summary)) | Self::Completed(summary) | Self::Failed(summary) => {
                Some(summary)
            }
        }
    }

    /// The parts that are ready, `{}` while it is being written: clients take resources for its end.
    pub fn results(&self) -> Value {
        match self {
            Self::Completed(_) | Self::Failed(_) => self
                .stored()
                .and_then(|summary| summary.get("results").cloned())
                .unwrap_or_else(|| json!({})),
            _ => json!({}),
        }
    }

    /// How far each part is.
    pub fn parts(&self) -> BTreeMap<ReportPart, PartStatus> {
        let stored = self.stored().and_then(|summary| summary.get("parts"));
        let mut parts: BTreeMap<ReportPart, PartStatus> = stored
            .and_then(|parts| BTreeMap::deserialize(parts).ok())
            .unwrap_or_default();
        if !matches!(self, Self::NotEnded) {
            for part in PARTS {
                parts.entry(part).or_insert(match self {
                    // Reports from before there were parts.
                    Self::Completed(_) => PartStatus::Ready,
                    _ => PartStatus::Pending,
                });
            }
        }
        parts
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
        if matches!(status, ReportStatus::Generating(_)) {
            self.write_report(actor, session_id, None);
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
        let mut written = self.write_report(actor, session_id, None);
        // Past the patience the report goes on without us; the status endpoint tells.
        let _ready = tokio::time::timeout(patience, written.wait_for(|done| *done)).await;
        let state = self.store.get(actor, session_id).await?;
        Ok(ReportStatus::of(&state))
    }

    /// Has failed parts of the report made again: the one named, or all.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NotEnded`], upstream failures.
    pub async fn retry_report(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.refresh(actor, session_id).await?;
        match ReportStatus::of(&state) {
            ReportStatus::NotEnded => Err(SessionError::NotEnded),
            completed @ ReportStatus::Completed(_) => Ok(completed),
            _ => {
                self.write_report(actor, session_id, part);
                Ok(ReportStatus::Generating(state.row.final_summary.clone()))
            }
        }
    }

    /// Starts writing the report, or one part of it, unless this process is at it; the receiver turns
    /// true at its end.
    fn write_report(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> watch::Receiver<bool> {
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
            if let Err(error) = sessions.make_report(&actor, session_id, part).await {
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
        part: Option<ReportPart>,
    ) -> Result<(), SessionError> {
        let begin = BeginReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: REPORT_LEASE_SECONDS,
            p_known_version: self.store.known_version(actor, session_id),
        };
        let (answer, state) = self
            .store
            .call(actor, session_id, "begin_report", &begin)
            .await?;
        match answer.outcome {
            Outcome::Granted => {}
            Outcome::NotEnded => return Err(SessionError::NotEnded),
            _ => return Ok(()),
        }
        let renew = async {
            loop {
                tokio::time::sleep(RENEW_EVERY).await;
                let renewed = self
                    .store
                    .call(actor, session_id, "begin_report", &begin)
                    .await;
                if let Err(error) = renewed {
                    tracing::warn!(%error, "the report's lease was not renewed");
                }
            }
        };
        tokio::select! {
            made = self.make_parts(actor, session_id, Summary::of(&state), part) => made,
            () = renew => Ok(()),
        }
    }

    /// Makes the parts that are not ready, or the one named, and records each as it comes.
    async fn make_parts(
        self: &Arc<Self>,
        actor: &Actor,
        session_id: Uuid,
        mut summary: Summary,
        only: Option<ReportPart>,
    ) -> Result<(), SessionError> {
        let wanted = |summary: &Summary, part| {
            !summary.is_ready(part) && only.is_none_or(|only| only == part)
        };
        let state = self.complete_feedback(actor, session_id).await?;
        let conversation = conversation(&state);
        let scores = scores::of(&conversation);
        if wanted(&summary, ReportPart::Scores) {
            let unjudged = state
                .turns
                .iter()
                .any(|turn| turn.message.is_some() && lacks_feedback(turn));
            summary.settle(ReportPart::Scores, (!unjudged).then_some(&scores));
            self.record(actor, session_id, &summary, None).await?;
        }
        let narrative =
            wanted(&summary, ReportPart::Narrative).then(|| self.narrate(&conversation, &scores));
        let resources = wanted(&summary, ReportPart::Resources)
            .then(|| self.library.find(&scores, &conversation.config));
        let mut narrative = std::pin::pin!(futures_util::future::OptionFuture::from(narrative));
        let mut resources = std::pin::pin!(futures_util::future::OptionFuture::from(resources));
        let (mut told, mut found) = (false, false);
        while !(told && found) {
            tokio::select! {
                made = &mut narrative, if !told => {
                    told = true;
                    let Some(made) = made else { continue };
                    let usage = made.as_ref().map(|(_, usage)| *usage);
                    summary.settle(ReportPart::Narrative, made.as_ref().map(|(narrative, _)| narrative));
                    self.record(actor, session_id, &summary, usage).await?;
                }
                made = &mut resources, if !found => {
                    found = true;
                    let Some(made) = made else { continue };
                    summary.settle(ReportPart::Resources, Some(&made));
                    self.record(actor, session_id, &summary, None).await?;
                }
            }
        }
        Ok(())
    }

    async fn narrate(
        &self,
        conversation: &crate::interview::Conversation,
        scores: &Scores,
    ) -> Option<(super::model::Narrative, Usage)> {
        match self.coach.narrate(conversation, scores).await {
            Ok(made) => Some(made),
            Err(error) => {
                tracing::warn!(%error, "the coach wrote no report");
                None
            }
        }
    }

    async fn record(
        &self,
        actor: &Actor,
        session_id: Uuid,
        summary: &Summary,
        usage: Option<Usage>,
    ) -> Result<(), SessionError> {
        let stored = json!({
            "status": summary.status,
            "results": summary.results,
            "error": summary.error,
            "parts": summary.parts,
            "usage": usage,
        });
        let arguments = RecordReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_summary: &stored,
            p_known_version: self.store.known_version(actor, session_id),
        };
        self.store
            .call(actor, session_id, "record_report", &arguments)
            .await?;
        Ok(())
    }
}
