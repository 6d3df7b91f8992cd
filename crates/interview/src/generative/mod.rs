//! Interviewer and coach on a language model.
//!
//! The model proposes, the server decides: what may come next, when the interview ends, which scores are
//! proven. What candidates, résumés, advertisements say is screened and handed over as data; what comes
//! back is checked before anyone sees it.

mod coach;
mod contact;
mod decision;
mod delivery;
mod grounded;
mod guard;
mod history;
mod interviewer;
mod json;
mod language;
mod material;
mod narrative;
mod non_answer;
mod patterns;
mod plan;
mod prompts;
mod proof;
mod rubric;
mod screen;
mod speaker;
mod structured;
mod unit;

pub use coach::GenerativeCoach;
pub use interviewer::GenerativeInterviewer;

use crate::InterviewError;
use llm::LlmError;

impl From<LlmError> for InterviewError {
    fn from(error: LlmError) -> Self {
        if error.is_about_the_answer() {
            return Self::Invalid(error.to_string());
        }
        if let Some(kind) = error.permanent() {
            return Self::Permanent {
                kind,
                cause: error.to_string(),
            };
        }
        if let LlmError::OverBudget(over) = error {
            return Self::OverBudget(over);
        }
        Self::Unavailable {
            retry_after: error.retry_after(),
            cause: error.to_string(),
        }
    }
}
