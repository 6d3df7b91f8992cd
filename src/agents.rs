//! Who interviews and coaches whom: the model those who may use it, the built-in agents everybody else.

use std::sync::Arc;

use async_trait::async_trait;
use interview::{
    Allowed, Coach, Conversation, Draft, Feedback, InterviewError, Interviewer, Line, Narrative,
    Scores,
};
use llm::Usage;
use upstream::meter::{self, Resource};

/// An agent on a model, and the one for callers who have no use of models here.
pub(crate) struct ByCaller<A: ?Sized> {
    pub model: Arc<A>,
    pub offline: Arc<A>,
}

impl<A: ?Sized> ByCaller<A> {
    fn chosen(&self) -> &A {
        if meter::allows(Resource::ModelCalls) {
            &self.model
        } else {
            &self.offline
        }
    }
}

#[async_trait]
impl Interviewer for ByCaller<dyn Interviewer> {
    async fn introduce(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        self.chosen().introduce(conversation, draft).await
    }

    async fn reply(
        &self,
        conversation: &Conversation,
        allowed: Allowed,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        self.chosen().reply(conversation, allowed, draft).await
    }
}

#[async_trait]
impl Coach for ByCaller<dyn Coach> {
    async fn assess(
        &self,
        conversation: &Conversation,
        turn_no: u32,
    ) -> Result<Feedback, InterviewError> {
        self.chosen().assess(conversation, turn_no).await
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError> {
        self.chosen().narrate(conversation, scores).await
    }

    fn try_again(&self) {
        self.chosen().try_again();
    }
}
