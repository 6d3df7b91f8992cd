//! The coach's feedback on one answer: made beside the conversation, recorded by `turn_id`, idempotently.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;
use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::generation::{Leased, conversation};
use super::state::SessionState;
use super::wire::RecordFeedback;
use crate::auth::{Caller, Principal};
use interview::Conversation;
use interview::{Feedback, FeedbackStatus, Turn};

/// Answers that the coach judges at once when a report needs them.
const AT_ONCE: usize = 4;

type Key = (Principal, Uuid, u32);

/// Answers that are being judged by this process, after their turn.
#[derive(Default)]
pub(super) struct Judging {
    running: Mutex<HashMap<Key, watch::Receiver<()>>>,
}

impl Judging {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the answer is being judged until the sender is dropped; `None` when it is already. A
    /// task that ended without a word has dropped its sender.
    fn begin(&self, key: Key) -> Option<watch::Sender<()>> {
        let mut running = self.lock();
        if running.get(&key).is_some_and(is_alive) {
            return None;
        }
        let (sender, ended) = watch::channel(());
        running.insert(key, ended);
        Some(sender)
    }

    fn is_running(&self, key: &Key) -> bool {
        self.lock().get(key).is_some_and(is_alive)
    }

    fn of(&self, principal: Principal, session_id: Uuid) -> Vec<watch::Receiver<()>> {
        let running = self.lock();
        let here = |key: &Key| key.0 == principal && key.1 == session_id;
        running
            .iter()
            .filter(|(key, _)| here(key))
            .map(|(_, ended)| ended.clone())
            .collect()
    }
}

fn is_alive(ended: &watch::Receiver<()>) -> bool {
    ended.has_changed().is_ok()
}

impl Sessions {
    /// The coach's feedback on a turn; failed when the coach gives none.
    pub(super) fn judge(
        self: &Arc<Self>,
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

    /// Lets the coach go on beside the conversation and records what it finds, unless it is at it already.
    pub(super) fn judge_later(
        self: &Arc<Self>,
        leased: &Leased,
        judge: BoxFuture<'static, Feedback>,
    ) {
        let key = (leased.caller.principal(), leased.session_id, leased.turn_no);
        let Some(sender) = self.judging.begin(key) else {
            return;
        };
        let sessions = Arc::clone(self);
        let (caller, turn_id) = (leased.caller.clone(), leased.turn_id.clone());
        let task = async move {
            let feedback = judge.await;
            let (_, session_id, turn_no) = key;
            if let Err(error) = sessions
                .record_feedback(&caller, session_id, &turn_id, &feedback)
                .await
            {
                tracing::warn!(turn_no, %error, "feedback was not recorded; the report will redo it");
            }
            sessions.judging.lock().remove(&key);
            drop(sender);
        };
        self.tasks.spawn_on(task, &self.runtime);
    }

    async fn record_feedback(
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
        let (_, state) = self
            .store
            .call(caller, session_id, "record_feedback", &arguments)
            .await?;
        Ok(state)
    }

    /// Has the coach judge one answer again whose feedback failed or never came; ready feedback stays.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NoSuchAnswer`], upstream failures.
    pub async fn retry_feedback(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        turn_no: u32,
    ) -> Result<Arc<SessionState>, SessionError> {
        let state = self.store.refresh(caller, session_id).await?;
        let turn = state
            .turns
            .get(turn_no as usize)
            .filter(|turn| turn.message.is_some())
            .ok_or(SessionError::NoSuchAnswer)?;
        let key = (caller.principal(), session_id, turn_no);
        if turn.is_open() || !lacks_feedback(turn) || self.judging.is_running(&key) {
            return Ok(state);
        }
        let leased = Leased {
            caller: caller.clone(),
            session_id,
            turn_no,
            turn_id: turn.turn_id.clone(),
        };
        self.judge_later(&leased, self.judge(conversation(&state), turn_no));
        Ok(state)
    }

    /// Waits for the feedback under way and has the coach do what is missing or failed, so that the
    /// report rests on every answer.
    pub(super) async fn complete_feedback(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Uuid,
        mut state: Arc<SessionState>,
    ) -> Result<Arc<SessionState>, SessionError> {
        let under_way = self.judging.of(caller.principal(), session_id);
        if !under_way.is_empty() {
            for mut ended in under_way {
                // The sender is dropped at the end.
                while ended.changed().await.is_ok() {}
            }
            state = self.store.refresh(caller, session_id).await?;
        }
        let missing: Vec<Arc<Turn>> = state
            .turns
            .iter()
            .filter(|turn| turn.message.is_some() && lacks_feedback(turn))
            .cloned()
            .collect();
        if missing.is_empty() {
            return Ok(state);
        }
        let made = missing.into_iter().map(|turn| {
            let judge = self.judge(conversation(&state), turn.turn_no);
            async move {
                let feedback = judge.await;
                self.record_feedback(caller, session_id, &turn.turn_id, &feedback)
                    .await
            }
        });
        let mut made = stream::iter(made).buffer_unordered(AT_ONCE);
        while let Some(recorded) = made.next().await {
            recorded?;
        }
        drop(made);
        self.store.refresh(caller, session_id).await
    }
}

fn lacks_feedback(turn: &Turn) -> bool {
    turn.feedback
        .as_ref()
        .is_none_or(|feedback| feedback.status != FeedbackStatus::Ready)
}
