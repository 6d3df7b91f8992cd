//! Permanent failures that concern every request to a model: its key, its credit, its name.
//!
//! The coach works by itself, so it does not ask again for a while after one; a candidate who waits is always asked
//! for, so that the first request after a repair ends it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Lane, LlmError, Permanent};

/// How long the coach leaves the model alone.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The last such failure, the lane that met it, and when.
#[derive(Default)]
pub(crate) struct Standing(Mutex<Option<(LlmError, Lane, Instant)>>);

impl Standing {
    /// The failure that a request of this lane would meet again.
    pub(crate) fn refuses(&self, lane: Lane) -> Option<LlmError> {
        let standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (error, _, since) = standing.as_ref()?;
        (lane == Lane::Coach && since.elapsed() < PAUSE).then(|| error.clone())
    }

    /// A person asks for it once more: somebody may have repaired it.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Takes note of how a request of this lane ended. What the coach met, a line that the interviewer gets does not
    /// disprove: it asks for less.
    pub(crate) fn note(&self, lane: Lane, failure: Option<&LlmError>) {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(error) if concerns_all(error) => {
                *standing = Some((error.clone(), lane, Instant::now()));
            }
            Some(_) => {}
            None => {
                standing.take_if(|(_, met_by, _)| lane == Lane::Coach || *met_by == lane);
            }
        }
    }
}

fn concerns_all(error: &LlmError) -> bool {
    let kinds = [
        Permanent::KeyRejected,
        Permanent::CreditExhausted,
        Permanent::ModelNotFound,
    ];
    error.permanent().is_some_and(|kind| kinds.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permanent(kind: Permanent) -> LlmError {
        LlmError::Permanent {
            kind,
            status: 400,
            detail: String::new(),
        }
    }

    #[test]
    fn the_coach_waits_and_a_candidate_does_not() {
        let standing = Standing::default();
        let no_credit = permanent(Permanent::CreditExhausted);
        standing.note(Lane::Interviewer, Some(&no_credit));
        standing.note(Lane::Interviewer, Some(&LlmError::Cut));
        assert_eq!(standing.refuses(Lane::Coach), Some(no_credit));
        assert_eq!(standing.refuses(Lane::Interviewer), None);
        standing.note(Lane::Interviewer, None);
        assert_eq!(standing.refuses(Lane::Coach), None);
        standing.note(Lane::Coach, Some(&permanent(Permanent::KeyRejected)));
        standing.forget();
        assert_eq!(standing.refuses(Lane::Coach), None);
    }

    #[test]
    fn a_line_does_not_disprove_what_the_coach_met() {
        let standing = Standing::default();
        standing.note(Lane::Coach, Some(&permanent(Permanent::CreditExhausted)));
        standing.note(Lane::Interviewer, None);
        assert!(standing.refuses(Lane::Coach).is_some());
    }

    #[test]
    fn what_concerns_one_request_stops_no_other() {
        let standing = Standing::default();
        for kind in [Permanent::ContextExceeded, Permanent::RequestRefused] {
            standing.note(Lane::Interviewer, Some(&permanent(kind)));
            assert_eq!(standing.refuses(Lane::Coach), None);
        }
    }
}
