//! The final report: three parts, each written once, by whichever instance holds the report's lease, and
//! stored with the session as it becomes ready. A crash loses the part being made, and a failed part is
//! made again by itself.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::OptionFuture;
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::generation::conversation;
use super::state::SessionState;
use super::summary::{ReportPart, ReportStatus, Summary};
use super::wire::{BeginReport, Outcome, RecordReport};
use crate::auth::{Caller, Principal};
use interview::{Conversation, scores};
use interview::{Narrative, Scores};
use llm::Usage;

const REPORT_LEASE_SECONDS: u64 = 30;
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// Reports being written by this process.
#[derive(Default)]
pub(super) struct Reports {
    running: Mutex<HashMap<(Principal, Uuid), watch::Receiver<bool>>>,
}

impl Reports {
    fn lock(&self) -> MutexGuard<'_, HashMap<(Principal, Uuid), watch::Receiver<bool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_running(&self, caller: &Caller, session_id: Uuid) -> bool {
        let running = self.lock();
        running
            .get(&(caller.principal(), session_id))
            .is_some_and(is_alive)
    }
}

/// A task that ended without a word has dropped its sender.
fn is_alive(written: &watch::Receiver<bool>) -> bool {
    written.has_changed().is_ok()
}

impl Sessions {
    /// How far the report is; one that nobody is writing is taken up again.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn report_status(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(caller, session_id).await?;
        match ReportStatus::of(&state) {
            ReportStatus::Failed(stored) if self.reports.is_running(caller, session_id) => {
                Ok(ReportStatus::Generating(Some(stored)))
            }
            status => {
                if matches!(status, ReportStatus::Generating(_)) {
                    self.write_report(caller, session_id, None);
                }
                Ok(status)
            }
        }
    }

    pub(super) async fn report_within(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        patience: Duration,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(caller, session_id).await?;
        if let completed @ ReportStatus::Completed(_) = ReportStatus::of(&state) {
            return Ok(completed);
        }
        let mut written = self.write_report(caller, session_id, None);
        // Past the patience the report goes on without us; the status endpoint tells.
        let _ready = tokio::time::timeout(patience, written.wait_for(|done| *done)).await;
        let state = self.store.get(caller, session_id).await?;
        Ok(ReportStatus::of(&state))
    }

    /// Has failed parts of the report made again: the one named, or all.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NotEnded`], upstream failures.
    pub async fn retry_report(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.refresh(caller, session_id).await?;
        match ReportStatus::of(&state) {
            ReportStatus::NotEnded => Err(SessionError::NotEnded),
            completed @ ReportStatus::Completed(_) => Ok(completed),
            _ => {
                self.write_report(caller, session_id, part);
                Ok(ReportStatus::Generating(state.row.final_summary.clone()))
            }
        }
    }

    /// Starts writing the report, or one part of it, unless this process is at it; the receiver turns
    /// true at its end.
    fn write_report(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> watch::Receiver<bool> {
        let key = (caller.principal(), session_id);
        let mut running = self.reports.lock();
        if let Some(written) = running.get(&key).filter(|written| is_alive(written)) {
            return written.clone();
        }
        let (sender, receiver) = watch::channel(false);
        running.insert(key, receiver.clone());
        drop(running);
        let (sessions, caller) = (Arc::clone(self), caller.clone());
        let task = async move {
            if let Err(error) = sessions.make_report(&caller, session_id, part).await {
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
        caller: &Caller,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> Result<(), SessionError> {
        let begin = BeginReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: REPORT_LEASE_SECONDS,
            p_known_version: self.store.known_version(caller, session_id),
        };
        let (answer, state) = self
            .store
            .call(caller, session_id, "begin_report", &begin)
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
                    .call(caller, session_id, "begin_report", &begin)
                    .await;
                if let Err(error) = renewed {
                    tracing::warn!(%error, "the report's lease was not renewed");
                }
            }
        };
        tokio::select! {
            made = self.make_parts(caller, session_id, state, part) => made,
            () = renew => Ok(()),
        }
    }

    /// Makes the parts that are not ready, or the one named, and records each as it comes.
    async fn make_parts(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        state: Arc<SessionState>,
        only: Option<ReportPart>,
    ) -> Result<(), SessionError> {
        let mut summary = Summary::of(&state);
        let wanted = |summary: &Summary, part| {
            !summary.is_ready(part) && only.is_none_or(|only| only == part)
        };
        // Whoever looks meanwhile sees that the parts are being made again.
        if summary.reopen(|part| only.is_none_or(|only| only == part)) {
            self.record(caller, session_id, &summary, None).await?;
        }
        let state = self.complete_feedback(caller, session_id, state).await?;
        let conversation = conversation(&state);
        let scores = scores::of(&conversation);
        // Parts that are ready at once are recorded together.
        let mut unrecorded = false;
        let mut usage = None;
        if wanted(&summary, ReportPart::Scores) {
            let judged = scores.answers_judged == scores.answers;
            summary.settle(ReportPart::Scores, judged.then_some(&scores));
            unrecorded = true;
        }
        let narrative =
            wanted(&summary, ReportPart::Narrative).then(|| self.narrate(&conversation, &scores));
        let resources = wanted(&summary, ReportPart::Resources)
            .then(|| self.library.find(&scores, &conversation.config));
        let mut narrative = pin!(OptionFuture::from(narrative));
        let mut resources = pin!(OptionFuture::from(resources));
        let (mut told, mut found) = (false, false);
        while unrecorded || !told || !found {
            tokio::select! {
                biased;
                made = &mut narrative, if !told => {
                    told = true;
                    let Some(made) = made else { continue };
                    usage = made.as_ref().map(|(_, usage)| *usage);
                    summary.settle(ReportPart::Narrative, made.as_ref().map(|(narrative, _)| narrative));
                    unrecorded = true;
                }
                made = &mut resources, if !found => {
                    found = true;
                    let Some(made) = made else { continue };
                    summary.settle(ReportPart::Resources, Some(&made));
                    unrecorded = true;
                }
                () = std::future::ready(()), if unrecorded => {
                    self.record(caller, session_id, &summary, usage.take()).await?;
                    unrecorded = false;
                }
            }
        }
        Ok(())
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Option<(Narrative, Usage)> {
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
        caller: &Caller,
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
            p_known_version: self.store.known_version(caller, session_id),
        };
        self.store
            .call(caller, session_id, "record_report", &arguments)
            .await?;
        Ok(())
    }
}
