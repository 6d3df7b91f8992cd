//! The making of a turn's reply: the interviewer and the coach beside each other, under a lease.

use std::sync::Arc;
use std::time::Instant;

use interview::{
    Conversation, Draft, Feedback, FeedbackStatus, InterviewError, Line, Reply, ResponseType,
    SessionStats, director,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Turns;
use super::lease::Leased;
use crate::session::error::SessionError;
use crate::session::state::SessionState;

/// What the interviewer and the coach made of a turn.
pub(super) struct Generated {
    pub(super) reply: Reply,
    pub(super) feedback: Option<Feedback>,
    pub(super) stats: SessionStats,
}

impl Turns {
    /// Asks the interviewer, and the coach beside it, while the lease is renewed. A reply that was made
    /// before and could not be written is used as it is.
    pub(super) async fn generate(
        &self,
        leased: &Leased,
        state: &SessionState,
        draft: &Draft,
    ) -> Result<Arc<Generated>, SessionError> {
        if let Some(generated) = self.pending_replies.get(&leased.key()) {
            return Ok(generated);
        }
        let conversation = state.conversation();
        let started = Instant::now();
        let line = self.line(&conversation, leased.turn_no, draft);
        let mut assessment = (leased.turn_no > 0)
            .then(|| self.feedback.assess(conversation.clone(), leased.turn_no));
        let lease = self.keep_lease(leased, draft);
        tokio::pin!(line, lease);
        let mut feedback = None;
        let line = loop {
            tokio::select! {
                biased;
                assessed = async { assessment.as_mut().expect("guarded").await }, if assessment.is_some() => {
                    assessment = None;
                    feedback = Some(assessed);
                }
                line = &mut line => break line,
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
        if line.response_type == ResponseType::Clarification {
            // The message was no answer: there is nothing to judge.
            assessment = None;
            feedback = Some(Feedback::empty(FeedbackStatus::NotApplicable));
        }
        if let Some(assessment) = assessment {
            // The next question does not wait for the coach.
            let (caller, session_id) = (&leased.caller, leased.session_id);
            let turn = (leased.turn_no, leased.turn_id.clone());
            self.feedback
                .record_later(caller, session_id, turn, assessment);
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

    async fn line(
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
}

fn reply(line: Line, stats: &SessionStats, seconds: f64, draft: &Draft) -> Reply {
    let mut metadata = Map::new();
    if let Some(topic) = line.topic {
        metadata.insert("topic".into(), Value::String(topic));
    }
    if let Some(kind) = line.question_kind {
        metadata.insert("question_kind".into(), json!(kind));
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
