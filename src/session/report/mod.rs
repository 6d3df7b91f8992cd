//! The final report: three parts, each written once, by whichever instance holds the report's lease, and
//! stored with the session as it becomes ready. A crash loses the part being made, and a failed part is
//! made again by itself.

mod stored;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use interview::resources::Library;
use interview::{Coach, Conversation, Narrative, Scores, scores};
use llm::Usage;
use serde_json::json;
use uuid::Uuid;

use super::error::SessionError;
use super::feedback::FeedbackMaker;
use super::rpc::{BeginReport, BeginReportOutcome, RecordReport};
use super::state::SessionState;
use super::store::SessionStore;
use crate::auth::{Caller, Principal};
use crate::background::Background;
use crate::in_flight::{Entered, InFlight, Running};
use stored::StoredReport;

pub use stored::{PartStatus, ReportPart, ReportStatus};

const REPORT_LEASE_SECONDS: u64 = 30;
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// Writes reports.
pub struct Reports {
    store: Arc<SessionStore>,
    coach: Arc<dyn Coach>,
    library: Arc<Library>,
    feedback: Arc<FeedbackMaker>,
    in_flight: InFlight<(Principal, Uuid), ()>,
    lease_owner: Arc<str>,
    background: Background,
}

impl Reports {
    pub(super) fn new(
        store: Arc<SessionStore>,
        coach: Arc<dyn Coach>,
        library: Arc<Library>,
        feedback: Arc<FeedbackMaker>,
        lease_owner: Arc<str>,
        background: Background,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            coach,
            library,
            feedback,
            in_flight: InFlight::default(),
            lease_owner,
            background,
        })
    }

    /// How far the report is; one that nobody is writing is taken up again.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn status(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(caller, session_id).await?;
        Ok(self.status_of(caller, &state))
    }

    /// The same of a session that has been read.
    pub(super) fn status_of(
        self: &Arc<Self>,
        caller: &Caller,
        state: &SessionState,
    ) -> ReportStatus {
        let session_id = state.row.session_id;
        match ReportStatus::of(state) {
            ReportStatus::Failed(stored) if self.is_in_flight(caller, session_id) => {
                ReportStatus::Generating(Some(stored))
            }
            status => {
                if matches!(status, ReportStatus::Generating(_)) {
                    self.start(caller, session_id, None);
                }
                status
            }
        }
    }

    fn is_in_flight(&self, caller: &Caller, session_id: Uuid) -> bool {
        let scope = (caller.principal(), session_id);
        !self.in_flight.of(&scope).is_empty()
    }

    /// Starts the report and waits for it, for no longer than `timeout`.
    pub(super) async fn status_within(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        timeout: Duration,
    ) -> Result<ReportStatus, SessionError> {
        let state = self.store.get(caller, session_id).await?;
        if let completed @ ReportStatus::Completed(_) = ReportStatus::of(&state) {
            return Ok(completed);
        }
        let writing = self.start(caller, session_id, None);
        // Past the timeout the report goes on without us; the status endpoint tells.
        let _finished = tokio::time::timeout(timeout, writing.finished()).await;
        let state = self.store.get(caller, session_id).await?;
        Ok(ReportStatus::of(&state))
    }

    /// Has failed parts of the report made again: the one named, or all.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NotEnded`], upstream failures.
    pub async fn retry(
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
                self.coach.try_again();
                self.start(caller, session_id, part);
                Ok(ReportStatus::Generating(state.row.final_summary.clone()))
            }
        }
    }

    /// Starts writing the report, or one part of it, unless this process is at it.
    fn start(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        part: Option<ReportPart>,
    ) -> Running<()> {
        let scope = (caller.principal(), session_id);
        let entered = self
            .in_flight
            .join_or_start(scope, |running| Some(running.clone()), || ());
        let (guard, running) = match entered {
            Entered::Joined(running) => return running,
            Entered::Started(guard, running) => (guard, running),
        };
        let (reports, caller) = (Arc::clone(self), caller.clone());
        self.background.spawn(async move {
            if let Err(error) = reports.write(&caller, session_id, part).await {
                tracing::warn!(%error, "the report was not written; asking for it tries again");
            }
            drop(guard);
        });
        running
    }

    async fn write(
        &self,
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
        let (response, state) = self.store.call(caller, session_id, &begin).await?;
        match response.outcome {
            BeginReportOutcome::Granted => {}
            BeginReportOutcome::NotEnded => return Err(SessionError::NotEnded),
            BeginReportOutcome::Already | BeginReportOutcome::InProgress => return Ok(()),
        }
        let renew = async {
            loop {
                tokio::time::sleep(RENEW_EVERY).await;
                if let Err(error) = self.store.call(caller, session_id, &begin).await {
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
        &self,
        caller: &Caller,
        session_id: Uuid,
        state: Arc<SessionState>,
        only: Option<ReportPart>,
    ) -> Result<(), SessionError> {
        let mut report = StoredReport::of(&state);
        let wanted = |report: &StoredReport, part| {
            !report.is_ready(part) && only.is_none_or(|only| only == part)
        };
        // Whoever looks meanwhile sees that the parts are being made again.
        if report.reopen(|part| only.is_none_or(|only| only == part)) {
            self.record(caller, session_id, &report, None).await?;
        }
        let state = self.feedback.complete(caller, session_id, state).await?;
        let conversation = state.conversation();
        let scores = scores::of(&conversation);
        // Parts that are ready at once are recorded together.
        let mut unrecorded = false;
        let mut usage = None;
        if wanted(&report, ReportPart::Scores) {
            let judged = scores.answers_judged == scores.answers;
            report.finish(ReportPart::Scores, judged.then_some(&scores));
            unrecorded = true;
        }
        let narrative =
            wanted(&report, ReportPart::Narrative).then(|| self.narrate(&conversation, &scores));
        let resources = wanted(&report, ReportPart::Resources)
            .then(|| self.library.find(&scores, &conversation.config));
        let mut narrative = pin!(OptionFuture::from(narrative));
        let mut resources = pin!(OptionFuture::from(resources));
        let (mut narrated, mut found) = (false, false);
        while unrecorded || !narrated || !found {
            tokio::select! {
                biased;
                made = &mut narrative, if !narrated => {
                    narrated = true;
                    let Some(made) = made else { continue };
                    usage = made.as_ref().map(|(_, usage)| *usage);
                    report.finish(ReportPart::Narrative, made.as_ref().map(|(narrative, _)| narrative));
                    unrecorded = true;
                }
                made = &mut resources, if !found => {
                    found = true;
                    let Some(made) = made else { continue };
                    report.finish(ReportPart::Resources, Some(&made));
                    unrecorded = true;
                }
                () = std::future::ready(()), if unrecorded => {
                    self.record(caller, session_id, &report, usage.take()).await?;
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
        report: &StoredReport,
        usage: Option<Usage>,
    ) -> Result<(), SessionError> {
        let stored = json!({
            "status": report.status,
            "results": report.results,
            "error": report.error,
            "parts": report.parts,
            "usage": usage,
        });
        let arguments = RecordReport {
            p_session_id: session_id,
            p_lease_owner: &self.lease_owner,
            p_summary: &stored,
            p_known_version: self.store.known_version(caller, session_id),
        };
        // A report whose lease was lost is another instance's to record.
        self.store.call(caller, session_id, &arguments).await?;
        Ok(())
    }
}
