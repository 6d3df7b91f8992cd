//! What happens around every request: its id, its limit, its log line, its metrics, its panics.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use futures_util::FutureExt;
use uuid::Uuid;

use crate::error::{ApiError, REQUEST_ID};
use crate::routes::client;
use crate::state::AppState;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
const NOSNIFF: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-content-type-options"),
    HeaderValue::from_static("nosniff"),
);
/// Answers are their caller's alone; the few that may be kept say so themselves.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_REFERRER: (HeaderName, HeaderValue) = (
    HeaderName::from_static("referrer-policy"),
    HeaderValue::from_static("no-referrer"),
);
/// Paths that load balancers and scrapers ask for, which are neither limited nor logged.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

pub(crate) async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(&request);
    let started = Instant::now();
    let quiet = QUIET.contains(&request.path());
    let method = request.method().clone();
    let refused = if quiet { None } else { over_limit(&request) };
    // actix needs the request to itself while it routes: no handle to it may be kept here.
    let mut served = REQUEST_ID
        .scope(id.clone(), async {
            if let Some(error) = refused {
                return Ok(request.into_response(error.error_response()));
            }
            match AssertUnwindSafe(next.call(request)).catch_unwind().await {
                Ok(Ok(response)) if response.status().is_client_error() => {
                    let (request, response) = response.map_into_boxed_body().into_parts();
                    Ok(ServiceResponse::new(request, as_problem(response)))
                }
                Ok(Ok(response)) => Ok(response.map_into_boxed_body()),
                Ok(Err(error)) => Err(as_problem(error.error_response())),
                Err(_) => {
                    let error = ApiError::internal(anyhow::anyhow!("a handler panicked"));
                    Err(error.error_response())
                }
            }
        })
        .await;
    let headers = match &mut served {
        Ok(response) => response.headers_mut(),
        Err(response) => response.headers_mut(),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID_HEADER, value);
    }
    headers.insert(NOSNIFF.0, NOSNIFF.1);
    headers.insert(NO_REFERRER.0, NO_REFERRER.1);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
    }
    let (status, route) = match &served {
        // The pattern, never the path: a path could carry an id.
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(response) => (response.status(), None),
    };
    let status = status.as_u16();
    let route = route.unwrap_or_else(|| "unknown".to_owned());
    let seconds = started.elapsed().as_secs_f64();
    if !quiet {
        tracing::info!(
            request_id = id,
            method = method.as_str(),
            route,
            status,
            ms = (seconds * 1e5).round() / 100.0,
            "served"
        );
    }
    metrics::counter!("http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route).record(seconds);
    served.map_err(|response| InternalError::from_response("refused", response).into())
}

/// The caller's own `X-Request-ID` when it is a sane one, else a new one.
fn request_id(request: &ServiceRequest) -> String {
    request
        .headers()
        .get(&REQUEST_ID_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (8..=64).contains(&id.len()))
        .filter(|id| {
            id.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn over_limit(request: &ServiceRequest) -> Option<ApiError> {
    let state = request.app_data::<web::Data<AppState>>()?;
    let client = client::address(request.request(), &state.config);
    let refusal = state.limits.check_request(client).err()?;
    Some(
        ApiError::new(
            429,
            "rate_limited",
            "Too many requests. Try again in a moment.",
        )
        .retry_after(refusal.retry_after)
        .retryable(true),
    )
}

/// Gives refusals that actix itself makes (a foreign origin, a broken body) the shape of all others.
fn as_problem(response: actix_web::HttpResponse) -> actix_web::HttpResponse {
    let is_problem = response
        .headers()
        .get("content-type")
        .is_some_and(|value| value == "application/problem+json");
    if is_problem {
        return response;
    }
    let status = response.status();
    let phrase = status.canonical_reason().unwrap_or("Error");
    ApiError::new(
        status.as_u16(),
        "request_refused",
        format!(
            "The request could not be served: {}.",
            phrase.to_lowercase()
        ),
    )
    .error_response()
}
