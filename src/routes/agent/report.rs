//! The report at the end: how far it is, and its failed parts made again.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::{Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::session_id::{InSession, SessionId};
use crate::session::{PartStatus, ReportPart, ReportStatus};
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct SummaryStatus {
    /// `not_ended`, `generating`, `completed` or `error`.
    pub status: String,
    /// The report (see `Report`), `{}` while it is being written; without the parts that failed.
    #[schema(value_type = Object)]
    pub results: Value,
    pub error: Option<String>,
    /// How far each part of the report is: `scores`, `narrative`, `resources`.
    pub parts: BTreeMap<ReportPart, PartStatus>,
    /// Seconds.
    pub suggested_poll_interval: u32,
}

impl From<ReportStatus> for SummaryStatus {
    fn from(report: ReportStatus) -> Self {
        let failed = report.name() == "error";
        Self {
            status: report.name().to_owned(),
            results: report.results(),
            error: failed.then(|| {
                "A part of the report could not be written. Ask for it again with retry_report, or end the \
                 interview again."
                    .to_owned()
            }),
            parts: report.parts(),
            suggested_poll_interval: 1,
        }
    }
}

/// Which part of the report to try again.
#[derive(ToSchema)]
pub(crate) struct RetryReport {
    /// Every part that failed when left out.
    pub part: Option<ReportPart>,
    #[schema(ignore)]
    pub session_id: Option<String>,
}

impl FromFields for RetryReport {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            session_id: fields.session_id(),
            part: fields.deserialize("part", "must be scores, narrative or resources"),
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

/// How far the final report is, and the report once it is there.
#[utoipa::path(get, path = "/agent/final_summary_status", tag = "agent", params(SessionId),
    responses((status = 200, body = SummaryStatus)), security((), ("bearer" = [])))]
pub(crate) async fn final_summary_status(
    state: web::Data<AppState>,
    Then(caller, SessionId(session_id)): Then<Caller, SessionId>,
) -> Result<HttpResponse, ApiError> {
    let report = state.sessions.reports.status(&caller, session_id).await?;
    Ok(HttpResponse::Ok().json(SummaryStatus::from(report)))
}

/// Has failed parts of the report made again, one by one or all together.
#[utoipa::path(post, path = "/agent/retry_report", tag = "agent", request_body = RetryReport,
    params(SessionId), responses((status = 202, body = SummaryStatus)), security((), ("bearer" = [])))]
pub(crate) async fn retry_report(
    state: web::Data<AppState>,
    Then(caller, InSession { session_id, body }): Then<Caller, InSession<RetryReport>>,
) -> Result<HttpResponse, ApiError> {
    let status = state
        .sessions
        .reports
        .retry(&caller, session_id, body.part)
        .await?;
    Ok(HttpResponse::Accepted().json(SummaryStatus::from(status)))
}
