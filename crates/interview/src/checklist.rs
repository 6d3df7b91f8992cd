//! What the checklists of all answers add up to.

use crate::{CheckTotal, Feedback};

/// How often each line of the checklists was met, in their order; answers for which it can't be told do not
/// count. Empty when no feedback has a checklist.
pub fn totals(judged: &[&Feedback]) -> Vec<CheckTotal> {
    let mut totals: Vec<CheckTotal> = Vec::new();
    for check in judged.iter().flat_map(|feedback| &feedback.checklist) {
        let known = totals.iter().position(|total| total.check == check.check);
        let at = known.unwrap_or_else(|| {
            totals.push(CheckTotal {
                check: check.check.clone(),
                met: 0,
                answers: 0,
            });
            totals.len() - 1
        });
        let total = &mut totals[at];
        total.met += u32::from(check.met == Some(true));
        total.answers += u32::from(check.met.is_some());
    }
    totals
}
