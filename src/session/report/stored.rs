//! The report as it is stored, and how far it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::session::row::SessionStatus;
use crate::session::state::SessionState;

/// A part of the report, in the order in which they are shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReportPart {
    Scores,
    Narrative,
    Resources,
}

const PARTS: [ReportPart; 3] = [
    ReportPart::Scores,
    ReportPart::Narrative,
    ReportPart::Resources,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    Pending,
    Ready,
    Failed,
}

/// The report as it is stored in `interview_sessions.final_summary`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredReport {
    #[serde(default)]
    pub(super) status: String,
    /// The fields of the parts that are ready, side by side.
    #[serde(default)]
    pub(super) results: Map<String, Value>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) parts: BTreeMap<ReportPart, PartStatus>,
}

impl StoredReport {
    pub(super) fn of(state: &SessionState) -> Self {
        state
            .row
            .final_summary
            .as_deref()
            .and_then(|stored| StoredReport::deserialize(stored).ok())
            .unwrap_or_default()
    }

    pub(super) fn is_ready(&self, part: ReportPart) -> bool {
        self.parts.get(&part) == Some(&PartStatus::Ready)
    }

    /// Takes in a part that was made, or that failed (`None`).
    pub(super) fn finish(&mut self, part: ReportPart, made: Option<&impl Serialize>) {
        let fields = made.and_then(|made| serde_json::to_value(made).ok());
        if let Some(Value::Object(fields)) = fields {
            self.results.extend(fields);
            self.parts.insert(part, PartStatus::Ready);
        } else {
            self.parts.insert(part, PartStatus::Failed);
        }
        self.update_status();
    }

    /// Puts failed parts back to be made; `false` when there was none.
    pub(super) fn reopen(&mut self, wanted: impl Fn(ReportPart) -> bool) -> bool {
        let mut reopened = false;
        for (part, status) in &mut self.parts {
            if *status == PartStatus::Failed && wanted(*part) {
                *status = PartStatus::Pending;
                reopened = true;
            }
        }
        self.update_status();
        reopened
    }

    fn update_status(&mut self) {
        let is = |part, status| self.parts.get(part) == Some(&status);
        let status = if PARTS.iter().all(|part| is(part, PartStatus::Ready)) {
            "completed"
        } else if PARTS
            .iter()
            .all(|part| is(part, PartStatus::Ready) || is(part, PartStatus::Failed))
        {
            "error"
        } else {
            "generating"
        };
        status.clone_into(&mut self.status);
        self.error = (status == "error")
            .then(|| "A part of the report could not be written. Ask for it again.".to_owned());
    }
}

/// How far the report is.
#[derive(Clone, Debug)]
pub enum ReportStatus {
    /// The interview has not ended.
    NotEnded,
    /// The report as stored, as far as it is.
    Generating(Option<Arc<Value>>),
    /// The report as stored.
    Completed(Arc<Value>),
    /// Parts of it failed; ending the interview again, or asking for them, tries once more.
    Failed(Arc<Value>),
}

impl ReportStatus {
    pub(super) fn of(state: &SessionState) -> Self {
        if state.row.status != SessionStatus::Completed {
            return Self::NotEnded;
        }
        let Some(report) = &state.row.final_summary else {
            return Self::Generating(None);
        };
        match report.get("status").and_then(Value::as_str) {
            Some("completed") => Self::Completed(Arc::clone(report)),
            Some("error") => Self::Failed(Arc::clone(report)),
            _ => Self::Generating(Some(Arc::clone(report))),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::NotEnded => "not_ended",
            Self::Generating(_) => "generating",
            Self::Completed(_) => "completed",
            Self::Failed(_) => "error",
        }
    }

    fn stored(&self) -> Option<&Value> {
        match self {
            Self::NotEnded | Self::Generating(None) => None,
            Self::Generating(Some(report)) | Self::Completed(report) | Self::Failed(report) => {
                Some(report)
            }
        }
    }

    /// The parts that are ready, `{}` while it is being written: clients take resources for its end.
    pub fn results(&self) -> Value {
        match self {
            Self::Completed(_) | Self::Failed(_) => self
                .stored()
                .and_then(|report| report.get("results").cloned())
                .unwrap_or_else(|| json!({})),
            _ => json!({}),
        }
    }

    /// How far each part is.
    pub fn parts(&self) -> BTreeMap<ReportPart, PartStatus> {
        let stored = self.stored().and_then(|report| report.get("parts"));
        let mut parts: BTreeMap<ReportPart, PartStatus> = stored
            .and_then(|parts| BTreeMap::deserialize(parts).ok())
            .unwrap_or_default();
        if !matches!(self, Self::NotEnded) {
            for part in PARTS {
                parts.entry(part).or_insert(match self {
                    // Reports from before there were parts.
                    Self::Completed(_) => PartStatus::Ready,
                    _ => PartStatus::Pending,
                });
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str) -> Map<String, Value> {
        Map::from_iter([(name.to_owned(), Value::Bool(true))])
    }

    #[test]
    fn a_report_is_completed_by_its_last_part() {
        let mut report = StoredReport::default();
        report.finish(ReportPart::Scores, Some(&part("scores")));
        report.finish(ReportPart::Resources, Some(&part("resources")));
        assert_eq!(report.status, "generating");
        report.finish(ReportPart::Narrative, Some(&part("narrative")));
        assert_eq!(
            (report.status.as_str(), &report.error),
            ("completed", &None)
        );
        let fields: Vec<&String> = report.results.keys().collect();
        assert_eq!(fields.len(), 3, "side by side: {fields:?}");
    }

    #[test]
    fn a_failed_part_is_an_error_only_when_no_other_is_pending() {
        let mut report = StoredReport::default();
        report.finish(ReportPart::Narrative, None::<&Value>);
        assert_eq!(report.status, "generating");
        report.finish(ReportPart::Scores, Some(&part("scores")));
        report.finish(ReportPart::Resources, Some(&part("resources")));
        assert_eq!(report.status, "error");
        assert!(report.error.is_some());
        assert!(report.is_ready(ReportPart::Scores), "what is there stays");
    }

    #[test]
    fn only_failed_parts_that_are_wanted_are_reopened() {
        let mut report = StoredReport::default();
        for failed in PARTS {
            report.finish(failed, None::<&Value>);
        }
        assert!(report.reopen(|part| part == ReportPart::Narrative));
        assert_eq!(report.parts[&ReportPart::Narrative], PartStatus::Pending);
        assert_eq!(report.parts[&ReportPart::Scores], PartStatus::Failed);
        assert_eq!((report.status.as_str(), report.error), ("generating", None));
        let mut whole = StoredReport::default();
        whole.finish(ReportPart::Scores, Some(&part("scores")));
        assert!(!whole.reopen(|_| true), "nothing had failed");
    }
}
