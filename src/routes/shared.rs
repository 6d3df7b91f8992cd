//! A report that was shared, for whoever has the link.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};

use super::web as app;
use crate::error::ApiError;
use crate::session::ReadReport;
use crate::state::AppState;

const ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// The report that a link shows; browsers get the web app's page at the same address. Unknown, expired and revoked
/// links answer alike.
#[utoipa::path(get, path = "/shared/{token}", tag = "shared", params(("token" = String, Path)),
    responses((status = 200, body = ReadReport)))]
pub(crate) async fn shared_report(
    state: web::Data<AppState>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let mut response = if app::wants_page(&request) {
        app::page(&request)
    } else {
        let read = state.sessions.shares.read(&token).await;
        read.map_or_else(
            |error| ApiError::from(error).error_response(),
            |report| HttpResponse::Ok().json(report),
        )
    };
    keep_private(response.headers_mut());
    response
}

/// Neither caches nor search engines keep it.
fn keep_private(headers: &mut HeaderMap) {
    headers.insert(ROBOTS_TAG, HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
}
