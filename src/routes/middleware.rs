//! What happens around every request, inside its span: its limit, its panics, its headers, its log line
//! and its metrics.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use upstream::meter;

use super::request_span::{REQUEST_ID_HEADER, RequestLabels};
use super::request_trace::RequestTrace;
use crate::error::{ApiError, REQUEST_ID};
use crate::routes::client;
use crate::state::AppState;
use crate::telemetry::QUIET;

const NOSNIFF: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-content-type-options"),
    HeaderValue::from_static("nosniff"),
);
/// Responses are their caller's alone; the few that may be cached say so themselves.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_REFERRER: (HeaderName, HeaderValue) = (
    HeaderName::from_static("referrer-policy"),
    HeaderValue::from_static("no-referrer"),
);

/// Serves a request, or refuses it.
pub(crate) async fn handle_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let RequestLabels { id, route } = request
        .extensions()
        .get()
        .cloned()
        .expect("a RequestSpan is wrapped around");
    let quiet = QUIET.contains(&request.path());
    let state = request
        .app_data::<web::Data<AppState>>()
        .expect("the application has its state");
    let client = client::address(request.request(), &state.config);
    let refusal = if quiet {
        None
    } else {
        over_limit(state, client)
    };
    // It pays for what the request costs.
    let account = state.budgets.account(client);
    request.extensions_mut().insert(Arc::clone(&account));
    let responding = meter::metered(account, respond(request, next, refusal));
    let mut result = REQUEST_ID.scope(id.clone(), responding).await;
    let (status, headers) = match &mut result {
        Ok(response) => (response.status(), response.headers_mut()),
        Err(response) => (response.status(), response.headers_mut()),
    };
    add_headers(headers, &id);
    let trace = RequestTrace::current();
    if let Some(trace) = &trace {
        trace.answered(status, headers);
    }
    let took = started.elapsed();
    if !quiet {
        log(status, took);
    }
    count(route, status, took);
    let end = |body| match trace {
        Some(trace) => trace.until_end_of(body),
        None => body,
    };
    match result {
        Ok(response) => Ok(response.map_body(|_, body| end(body))),
        Err(response) => {
            let response = response.map_body(|_, body| end(body));
            Err(InternalError::from_response("refused", response).into())
        }
    }
}

/// The response of the handler or, if there was none, of what went wrong.
async fn respond(
    // actix needs the request to itself while it routes: no handle to it may be kept elsewhere.
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    refusal: Option<ApiError>,
) -> Result<ServiceResponse<BoxBody>, HttpResponse> {
    if let Some(error) = refusal {
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
}

fn over_limit(state: &AppState, client: IpAddr) -> Option<ApiError> {
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
fn as_problem(response: HttpResponse) -> HttpResponse {
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

fn add_headers(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID_HEADER, value);
    }
    headers.insert(NOSNIFF.0, NOSNIFF.1);
    headers.insert(NO_REFERRER.0, NO_REFERRER.1);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
    }
}

/// Id, method and route stand in the request's span.
fn log(status: StatusCode, took: Duration) {
    tracing::info!(
        status = status.as_u16(),
        ms = (took.as_secs_f64() * 1e5).round() / 100.0,
        "served"
    );
}

fn count(route: String, status: StatusCode, took: Duration) {
    let status = status.as_str().to_owned();
    metrics::counter!("http_requests_total", "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route).record(took.as_secs_f64());
}
