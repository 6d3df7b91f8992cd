//! The making of a turn's reply: the interviewer and the coach beside each other, under a lease.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Sessions;
use super::error::SessionError;
use super::state::SessionState;
use super::wire::{Answer, Outcome, ReleaseLease, RenewLease};
use crate::auth::Caller;
use interview::director;
use interview::{Conversation, Draft, InterviewError, Line};
use interview::{Feedback, Reply, ResponseType, SessionStats};

/// What the interviewer and the coach made of a turn.
pub(super) struct Generated {
    pub(super) reply: Reply,
    pub(super) feedback: Option<Feedback>,
    pub(super) stats: SessionStats,
}

/// The accepted turn that this process holds the lease of.
pub(super) struct Leased {
    pub(super) caller: Caller,
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
        draft: &Draft,
    ) -> Result<Arc<Generated>, SessionError> {
        let kept = (
            leased.caller.principal(),
            leased.session_id,
            leased.turn_id.clone(),
        );
        if let Some(generated) = self.kept.get(&kept) {
            return Ok(generated);
        }
        let conversation = conversation(state);
        let started = Instant::now();
        let lead = self.lead(&conversation, leased.turn_no, draft);
        let mut judge =
            (leased.turn_no > 0).then(|| self.judge(conversation.clone(), leased.turn_no));
        let lease = self.keep_lease(leased, draft);
        tokio::pin!(lead, lease);
        let mut feedback = None;
        let line = loop {
            tokio::select! {
                biased;
                assessed = async { judge.as_mut().expect("guarded").await }, if judge.is_some() => {
                    judge = None;
                    feedback = Some(assessed);
                }
                line = &mut lead => break line,
                // A slow renewal does not hold a ready line up.
                () = &mut lease => {}
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                self.release(leased).await;
                if matches!(error, InterviewError::Stopped) {
                    return Err(SessionError::Stopped);
                }
                tracing::warn!(turn_no = leased.turn_no, %error, "the interviewer gave no line");
                return Err(SessionError::Interviewer(error));
            }
        };
        if let Some(judge) = judge {
            // The next question does not wait for the coach.
            self.judge_later(leased, judge);
        }
        let message = state
            .turns
            .get(leased.turn_no as usize)
            .and_then(|turn| turn.message.as_deref());
        let seconds = started.elapsed().as_secs_f64();
        let stats = director::stats_after(&conversation.stats, &line, message, seconds);
        Ok(Arc::new(Generated {
            reply: reply(line, &stats, seconds, draft),
            feedback,
            stats: SessionStats {
                coach_input_tokens: 0,
                coach_output_tokens: 0,
                ..stats
            },
        }))
    }

    async fn lead(
        &self,
        conversation: &Conversation,
        turn_no: u32,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        if turn_no == 0 {
            return self.interviewer.introduce(conversation, draft).await;
        }
        let allowed = director::allowed(conversation, Timestamp::now());
        self.interviewer.reply(conversation, allowed, draft).await
    }

    /// Renews the lease every third of its length, until dropped. A turn that was stopped on another
    /// instance ends its line here.
    async fn keep_lease(&self, leased: &Leased, draft: &Draft) {
        let third = self.config.lease / 3;
        // An interval that ticks at once would cost the timer's granularity, a millisecond, each turn.
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + third, third);
        loop {
            due.tick().await;
            if self.renew(leased).await == Some(Outcome::Stopped) {
                draft.stop();
            }
        }
    }

    async fn renew(&self, leased: &Leased) -> Option<Outcome> {
        let arguments = RenewLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: self.config.lease.as_secs(),
        };
        // A lease that could not be renewed shows at complete, which decides.
        let identity = leased.caller.identity(leased.session_id);
        match self
            .rest
            .rpc::<Answer>(&identity, "renew_lease", &arguments)
            .await
        {
            Ok(answer) => Some(answer.outcome),
            Err(error) => {
                tracing::warn!(turn_no = leased.turn_no, %error, "the lease was not renewed");
                None
            }
        }
    }

    async fn release(&self, leased: &Leased) {
        let arguments = ReleaseLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
        };
        let identity = leased.caller.identity(leased.session_id);
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

fn reply(line: Line, stats: &SessionStats, seconds: f64, draft: &Draft) -> Reply {
    let mut metadata = Map::new();
    if let Some(topic) = line.topic {
        metadata.insert("topic".into(), Value::String(topic));
    }
    if line.response_type != ResponseType::Closing {
        metadata.insert("question_number".into(), stats.questions.into());
    }
    metadata.insert("interviewer".into(), Value::String(line.interviewer));
    metadata.insert("prompt_version".into(), Value::String(line.prompt_version));
    if let Some(id) = draft.id() {
        // A reader's position in the draft stays one in the reply.
        metadata.insert("draft".into(), Value::String(id));
    }
    if line.repairs > 0 {
        metadata.insert("repairs".into(), line.repairs.into());
    }
    if line.stopped {
        metadata.insert("stopped".into(), Value::Bool(true));
    }
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
