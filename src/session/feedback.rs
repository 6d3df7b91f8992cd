//! The coach's feedback on one answer: made beside the conversation, recorded by `turn_id`, idempotently.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use interview::{Coach, Conversation, Feedback, FeedbackStatus, Turn};
use uuid::Uuid;

use super::error::SessionError;
use super::rpc::RecordFeedback;
use super::state::SessionState;
use super::store::SessionStore;
use crate::auth::{Caller, Principal};
use crate::background::Background;
use crate::in_flight::{Entered, InFlight};

/// Answers that the coach assesses at once when a report needs them.
const CONCURRENT_ASSESSMENTS: usize = 4;

/// Has the coach assess answers, and records what it says.
pub struct FeedbackMaker {
    store: Arc<SessionStore>,
    coach: Arc<dyn Coach>,
    /// Turn numbers of answers that are being assessed after their turn.
    in_flight: InFlight<(Principal, Uuid), u32>,
    background: Background,
}

impl FeedbackMaker {
    pub(super) fn new(
        store: Arc<SessionStore>,
        coach: Arc<dyn Coach>,
        background: Background,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            coach,
            in_flight: InFlight::default(),
            background,
        })
    }

    /// The coach's feedback on a turn; failed when the coach gives none.
    pub(super) fn assess(
        &self,
        conversation: Conversation,
        turn_no: u32,
    ) -> BoxFuture<'static, Feedback> {
        let coach = Arc::clone(&self.coach);
        async move {
            match coach.assess(&conversation, turn_no).await {
                Ok(feedback) => feedback,
                Err(error) => {
                    tracing::warn!(turn_no, %error, "the coach gave no feedback");
                    Feedback::empty(FeedbackStatus::Failed)
                }
            }
        }
        .boxed()
    }

    /// Lets the assessment of a turn (its number and id) go on beside the conversation and records it,
    /// unless the turn is being assessed already.
    pub(super) fn record_later(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        (turn_no, turn_id): (u32, String),
        assessment: BoxFuture<'static, Feedback>,
    ) {
        let scope = (caller.principal(), session_id);
        let entered = self.in_flight.join_or_start(
            scope,
            |running| (running.value == turn_no).then_some(()),
            || turn_no,
        );
        let Entered::Started(guard, _) = entered else {
            return;
        };
        let (feedback, caller) = (Arc::clone(self), caller.clone());
        self.background.spawn(async move {
            let assessed = assessment.await;
            let recorded = feedback.record(&caller, session_id, &turn_id, &assessed);
            if let Err(error) = recorded.await {
                tracing::warn!(turn_no, %error, "feedback was not recorded; the report will redo it");
            }
            drop(guard);
        });
    }

    async fn record(
        &self,
        caller: &Caller,
        session_id: Uuid,
        turn_id: &str,
        feedback: &Feedback,
    ) -> Result<Arc<SessionState>, SessionError> {
        let arguments = RecordFeedback {
            p_session_id: session_id,
            p_turn_id: turn_id,
            p_feedback: feedback,
            p_known_version: self.store.known_version(caller, session_id),
        };
        // Recorded now or before: the state has it.
        let (_, state) = self.store.call(caller, session_id, &arguments).await?;
        Ok(state)
    }

    /// Has the coach assess one answer again whose feedback failed or never came; ready feedback stays.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NoSuchAnswer`], upstream failures.
    pub async fn retry(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        turn_no: u32,
    ) -> Result<Arc<SessionState>, SessionError> {
        let state = self.store.refresh(caller, session_id).await?;
        let turn = state
            .turns
            .get(turn_no as usize)
            .filter(|turn| turn.is_answer())
            .ok_or(SessionError::NoSuchAnswer)?;
        if !turn.is_open() && lacks_feedback(turn) {
            self.coach.try_again();
            let assessment = self.assess(state.conversation(), turn_no);
            let turn = (turn_no, turn.turn_id.clone());
            self.record_later(caller, session_id, turn, assessment);
        }
        Ok(state)
    }

    /// Waits for the assessments in flight and has the coach do what is missing or failed, so that the
    /// report rests on every answer.
    pub(super) async fn complete(
        &self,
        caller: &Caller,
        session_id: Uuid,
        mut state: Arc<SessionState>,
    ) -> Result<Arc<SessionState>, SessionError> {
        let in_flight = self.in_flight.of(&(caller.principal(), session_id));
        if !in_flight.is_empty() {
            for assessment in in_flight {
                assessment.finished().await;
            }
            state = self.store.refresh(caller, session_id).await?;
        }
        let missing: Vec<Arc<Turn>> = state
            .turns
            .iter()
            .filter(|turn| turn.is_answer() && lacks_feedback(turn))
            .cloned()
            .collect();
        if missing.is_empty() {
            return Ok(state);
        }
        let made = missing.into_iter().map(|turn| {
            let assessment = self.assess(state.conversation(), turn.turn_no);
            async move {
                let feedback = assessment.await;
                self.record(caller, session_id, &turn.turn_id, &feedback)
                    .await
            }
        });
        let mut made = stream::iter(made).buffer_unordered(CONCURRENT_ASSESSMENTS);
        while let Some(recorded) = made.next().await {
            recorded?;
        }
        drop(made);
        self.store.refresh(caller, session_id).await
    }
}

fn lacks_feedback(turn: &Turn) -> bool {
    let settled = [FeedbackStatus::Ready, FeedbackStatus::NotApplicable];
    turn.feedback
        .as_ref()
        .is_none_or(|feedback| !settled.contains(&feedback.status))
}
