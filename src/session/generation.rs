//! The making of a turn's reply: the interviewer and the coach beside each other, under a lease.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::SessionError;
use super::model::{Feedback, FeedbackStatus, Reply, ResponseType, SessionStats};
use super::state::SessionState;
use super::wire::{Answer, RecordFeedback, ReleaseLease, RenewLease};
use super::{Actor, Sessions};
use crate::interview::director;
use crate::interview::{Conversation, InterviewError, Line};

/// What the interviewer and the coach made of a turn.
pub(super) struct Generated {
    pub(super) reply: Reply,
    pub(super) feedback: Option<Feedback>,
    pub(super) stats: SessionStats,
}

/// The accepted turn that this process holds the lease of.
pub(super) struct Leased {
    pub(super) actor: Actor,
    pub(super) session_id: Uuid,
    pub(super) turn_no: u32,
    pub(super) turn_id: String,
}

impl Sessions {
    /// Asks the interviewer, and the coach beside it, while the lease is renewed. A reply that was made
    /// before and could not be written is used as it is.
    pub(super) async fn generate(
        self: &Arc<Self>,
        leased: &Leased,
        state: &SessionState,
    ) -> Result<Arc<Generated>, SessionError> {
        let kept = (
            leased.actor.principal,
            leased.session_id,
            leased.turn_id.clone(),
        );
        if let Some(generated) = self.kept.get(&kept) {
            return Ok(generated);
        }
        let conversation = conversation(state);
        let started = Instant::now();
        let lead = self.lead(&conversation, leased.turn_no);
        let judge = self.judge(&conversation, leased.turn_no);
        let lease = self.keep_lease(leased);
        tokio::pin!(lead, judge, lease);
        let mut feedback = None;
        let mut judged = false;
        let line = loop {
            tokio::select! {
                biased;
                assessed = &mut judge, if !judged => {
                    judged = true;
                    feedback = assessed;
                }
                line = &mut lead => break line,
                // A slow renewal does not hold a ready line up.
                () = &mut lease => {}
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                tracing::warn!(turn_no = leased.turn_no, %error, "the interviewer gave no line");
                self.release(leased).await;
                return Err(SessionError::Interviewer(error.to_string().into()));
            }
        };
        if !judged {
            // The next question does not wait for the coach.
            self.judge_later(leased, conversation.clone());
        }
        let message = state
            .turns
            .get(leased.turn_no as usize)
            .and_then(|turn| turn.message.as_deref());
        let seconds = started.elapsed().as_secs_f64();
        let stats = director::stats_after(&conversation.stats, &line, message, seconds);
        Ok(Arc::new(Generated {
            reply: reply(line, &stats, seconds),
            feedback,
            stats,
        }))
    }

    async fn lead(
        &self,
        conversation: &Conversation,
        turn_no: u32,
    ) -> Result<Line, InterviewError> {
        if turn_no == 0 {
            return self.interviewer.introduce(conversation).await;
        }
        let allowed = director::allowed(conversation, Timestamp::now());
        self.interviewer.reply(conversation, allowed).await
    }

    async fn judge(&self, conversation: &Conversation, turn_no: u32) -> Option<Feedback> {
        if turn_no == 0 {
            return None;
        }
        match self.coach.assess(conversation, turn_no).await {
            Ok(feedback) => Some(feedback),
            Err(error) => {
                tracing::warn!(turn_no, %error, "the coach gave no feedback");
                Some(failed_feedback())
            }
        }
    }

    fn judge_later(self: &Arc<Self>, leased: &Leased, conversation: Conversation) {
        let sessions = Arc::clone(self);
        let (actor, session_id) = (leased.actor.clone(), leased.session_id);
        let (turn_no, turn_id) = (leased.turn_no, leased.turn_id.clone());
        let task = async move {
            let Some(feedback) = sessions.judge(&conversation, turn_no).await else {
                return;
            };
            if let Err(error) = sessions
                .record_feedback(&actor, session_id, &turn_id, &feedback)
                .await
            {
                tracing::warn!(turn_no, %error, "feedback was not recorded; the report will redo it");
            }
        };
        self.tasks.spawn_on(task, &self.runtime);
    }

    pub(super) async fn record_feedback(
        &self,
        actor: &Actor,
        session_id: Uuid,
        turn_id: &str,
        feedback: &Feedback,
    ) -> Result<Arc<SessionState>, SessionError> {
        let arguments = RecordFeedback {
            p_session_id: session_id,
            p_turn_id: turn_id,
            p_feedback: feedback,
            p_known_version: self.store.known_version(actor, session_id),
        };
        let (_, state) = self
            .store
            .call(actor, session_id, "record_feedback", &arguments)
            .await?;
        Ok(state)
    }

    /// Renews the lease every third of its length, until dropped.
    async fn keep_lease(&self, leased: &Leased) {
        let third = self.config.lease / 3;
        // An interval that ticks at once would cost the timer's granularity, a millisecond, each turn.
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + third, third);
        loop {
            due.tick().await;
            self.renew(leased).await;
        }
    }

    async fn renew(&self, leased: &Leased) {
        let arguments = RenewLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: self.config.lease.as_secs(),
        };
        // A lease that could not be renewed shows at complete, which decides.
        let identity = leased.actor.identity(leased.session_id);
        if let Err(error) = self
            .rest
            .rpc::<Answer>(&identity, "renew_lease", &arguments)
            .await
        {
            tracing::warn!(turn_no = leased.turn_no, %error, "the lease was not renewed");
        }
    }

    async fn release(&self, leased: &Leased) {
        let arguments = ReleaseLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
        };
        let identity = leased.actor.identity(leased.session_id);
        if let Err(error) = self
            .rest
            .rpc::<Answer>(&identity, "release_lease", &arguments)
            .await
        {
            tracing::warn!(turn_no = leased.turn_no, %error, "the lease was not released; it will expire");
        }
    }
}

pub(super) fn conversation(state: &SessionState) -> Conversation {
    Conversation {
        config: Arc::clone(&state.row.config),
        turns: Arc::clone(&state.turns),
        stats: state.row.stats.clone(),
        started_at: state.introduction().map(|turn| turn.accepted_at),
        seed: state.row.session_id.as_u64_pair().0,
    }
}

fn failed_feedback() -> Feedback {
    Feedback {
        status: FeedbackStatus::Failed,
        feedback: None,
        worked: Vec::new(),
        to_change: Vec::new(),
        scores: Vec::new(),
        coach: String::new(),
        rubric_version: String::new(),
    }
}

fn reply(line: Line, stats: &SessionStats, seconds: f64) -> Reply {
    let mut metadata = Map::new();
    if let Some(topic) = line.topic {
        metadata.insert("topic".into(), Value::String(topic));
    }
    if line.response_type != ResponseType::Closing {
        metadata.insert("question_number".into(), stats.questions.into());
    }
    metadata.insert("interviewer".into(), Value::String(line.interviewer));
    metadata.insert("prompt_version".into(), Value::String(line.prompt_version));
    Reply {
        role: "assistant".to_owned(),
        agent: "interviewer".to_owned(),
        content: line.content,
        response_type: line.response_type,
        timestamp: Timestamp::now(),
        processing_time: (seconds * 1e6).round() / 1e6,
        metadata,
    }
}
