//! Asking the coach again for what failed.

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reading::SummaryStatus;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::JsonObject;
use crate::routes::session_id::session_id;
use crate::session::{FeedbackItem, ReportPart};
use crate::state::AppState;

/// Which answer's feedback to try again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub(crate) struct RetryFeedback {
    /// The answer's turn.
    pub turn_no: u32,
    /// May stand here instead of in the `X-Session-ID` header.
    pub session_id: Option<Uuid>,
}

/// Which part of the report to try again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body, which is read field by field")]
pub(crate) struct RetryReport {
    /// Every part that failed when left out.
    pub part: Option<ReportPart>,
    /// May stand here instead of in the `X-Session-ID` header.
    pub session_id: Option<Uuid>,
}

/// Has the coach judge an answer again whose feedback failed. Feedback that is ready stays as it is.
#[utoipa::path(post, path = "/agent/retry_feedback", tag = "agent",
    request_body = RetryFeedback,
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 202, body = FeedbackItem)),
    security((), ("bearer" = [])))]
pub(crate) async fn retry_feedback(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let turn_no: Option<u32> = body.take("turn_no", "must be a whole number");
    if turn_no.is_none() {
        body.refuse("turn_no", "must be the turn_no of an answer");
    }
    let turn_no = body.finish(turn_no.unwrap_or_default())?;
    let session_id = session_id(&request, in_body.as_deref())?;
    let snapshot = state
        .sessions
        .retry_feedback(&caller, session_id, turn_no)
        .await?;
    let item = snapshot
        .turns
        .get(turn_no as usize)
        .and_then(|turn| snapshot.feedback_item(turn));
    Ok(HttpResponse::Accepted().json(item))
}

/// Has failed parts of the report made again, one by one or all together.
#[utoipa::path(post, path = "/agent/retry_report", tag = "agent",
    request_body = RetryReport,
    params(("X-Session-ID" = Option<Uuid>, Header), ("session_id" = Option<Uuid>, Query)),
    responses((status = 202, body = SummaryStatus)),
    security((), ("bearer" = [])))]
pub(crate) async fn retry_report(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let in_body: Option<String> = body.take("session_id", "must be a string");
    let part: Option<ReportPart> = body.take("part", "must be scores, narrative or resources");
    let part = body.finish(part)?;
    let session_id = session_id(&request, in_body.as_deref())?;
    let status = state
        .sessions
        .retry_report(&caller, session_id, part)
        .await?;
    Ok(HttpResponse::Accepted().json(SummaryStatus::from(status)))
}
