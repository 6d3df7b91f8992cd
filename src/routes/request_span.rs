//! The span that every log line of a request stands in, and the id that it carries.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderName;
use actix_web::{Error, HttpMessage as _};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;
use uuid::Uuid;

use super::request_trace::RequestTrace;
use crate::telemetry::REQUEST_SPAN;

pub(super) const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called in logs, metrics and its response; in its extensions. Found once: the route is looked for
/// among all of them.
#[derive(Clone)]
pub(super) struct RequestLabels {
    /// The caller's own `X-Request-ID` when it is a sane one, else a new one.
    pub(super) id: String,
    /// The route's pattern, never the path: a path could carry an id.
    pub(super) route: String,
}

impl RequestLabels {
    fn of(request: &ServiceRequest) -> Self {
        let given = request
            .headers()
            .get(&REQUEST_ID_HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_sane(id));
        Self {
            id: given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned),
            route: request
                .match_pattern()
                .unwrap_or_else(|| "unknown".to_owned()),
        }
    }
}

fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Opens the span of a request. It is one of errors, so that no log level leaves an error without its
/// request's id.
pub(crate) struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let labels = RequestLabels::of(request);
        let span = tracing::error_span!(
            REQUEST_SPAN,
            request_id = labels.id,
            method = request.method().as_str(),
            route = labels.route,
            trace_id = Empty,
        );
        RequestTrace::begin(&span, request.headers());
        request.extensions_mut().insert(labels);
        span
    }

    /// The middleware inside the span logs how the request ended.
    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
