//! The caller's sessions, page by page.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::auth::User;
use crate::error::ApiError;
use crate::session::SessionStatus;
use crate::session::{self, Cursor, Filter, Page};
use crate::state::AppState;

const LONGEST_SEARCH: usize = 100;

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
    status: Option<String>,
    search: Option<String>,
}

/// The caller's sessions, newest first.
#[utoipa::path(get, path = "/agent/sessions", tag = "agent",
    params(("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless given"),
           ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before, asked for with the same filter"),
           ("status" = Option<SessionStatus>, Query, description = "only those"),
           ("search" = Option<String>, Query, max_length = 100, pattern = r"^[^\u0000-\u001F\u007F-\u009F]*$", description = "only those with this text in `job_role` or `company_name`, in capitals or not")),
    responses((status = 200, body = Page)), security(("bearer" = [])))]
pub(crate) async fn sessions(
    state: web::Data<AppState>,
    caller: User,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query: ListQuery = super::query(&request)?;
    let limit = match query.limit.as_deref() {
        None => 50,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=200).contains(limit))
            .ok_or_else(|| ApiError::invalid("limit", "must be a whole number, 1 to 200"))?,
    };
    let after = query
        .cursor
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(|text| {
            Cursor::decode(text)
                .ok_or_else(|| ApiError::invalid("cursor", "must be the next_cursor of a page"))
        })
        .transpose()?;
    let filter = filter(&query)?;
    let page = session::list(&state.rest, &caller, limit, after, &filter).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// What is empty filters nothing, as forms send it.
fn filter(query: &ListQuery) -> Result<Filter, ApiError> {
    let given = |text: &Option<String>| {
        text.as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let status = given(&query.status)
        .map(|name| {
            SessionStatus::of_name(&name).ok_or_else(|| {
                ApiError::invalid("status", "must be active, completed or abandoned")
            })
        })
        .transpose()?;
    let search = given(&query.search);
    if let Some(text) = &search
        && (text.chars().count() > LONGEST_SEARCH || text.chars().any(char::is_control))
    {
        return Err(ApiError::invalid(
            "search",
            "must have at most 100 characters, and no control characters",
        ));
    }
    Ok(Filter { status, search })
}
