//! Spans of requests to other servers, named as OpenTelemetry's semantic conventions name them
//! (<https://opentelemetry.io/docs/specs/semconv/http/http-spans/>).
//!
//! Where no traces are exported, the log's filter switches their target off, and a span costs a comparison. They hold a
//! route, never a query, a header or a body: ids, tokens and words are there.

use std::fmt::Display;
use std::sync::OnceLock;

use opentelemetry::global;
use opentelemetry_http::HeaderInjector;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use tracing::field::Empty;
use tracing::{Span, Value};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use url::Url;

/// The target of every span that is made for traces alone: what is exported, and what the log leaves out.
pub const TARGET: &str = "client_span";

/// The span of one request, from its making until it is dropped, which is when the response was read.
#[derive(Debug)]
pub struct ClientSpan {
    span: Span,
    /// Set by the first failure, which is the cause of later ones.
    failed: OnceLock<()>,
}

impl ClientSpan {
    /// `route`: the path without ids and query, from the first part that is the same in every installation.
    pub fn new(method: &Method, server: &Url, route: impl Display) -> Self {
        Self::of(tracing::info_span!(
            target: TARGET,
            "client_request",
            otel.name = %format_args!("{method} {route}"),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = method.as_str(),
            url.template = %route,
            server.address = server.host_str(),
            server.port = server.port_or_known_default().map(i64::from),
            http.response.status_code = Empty,
            "error.type" = Empty,
        ))
    }

    /// A span with other fields, which has [`TARGET`] and the fields for what came of the request.
    pub fn of(span: Span) -> Self {
        Self {
            span,
            failed: OnceLock::new(),
        }
    }

    /// Tells the receiver of a request which trace it belongs to (<https://www.w3.org/TR/trace-context/>).
    pub fn inject(&self, headers: &mut HeaderMap) {
        if !self.span.is_disabled() {
            let context = self.span.context();
            global::get_text_map_propagator(|propagator| {
                propagator.inject_context(&context, &mut HeaderInjector(headers));
            });
        }
    }

    /// Sends a request as part of the trace, and records what it is answered.
    ///
    /// # Errors
    /// The request's.
    pub async fn send(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        let request = if self.span.is_disabled() {
            request
        } else {
            let mut headers = HeaderMap::new();
            self.inject(&mut headers);
            request.headers(headers)
        };
        let sent = request.send().await;
        match &sent {
            Ok(response) => self.answered(response.status()),
            Err(error) => self.failed(kind(error)),
        }
        sent
    }

    /// Records the response's status; one of an error is a failure.
    pub fn answered(&self, status: StatusCode) {
        self.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_client_error() || status.is_server_error() {
            self.failed(status.as_str());
        }
    }

    /// Records a failure by its kind, one of few; of several, the first.
    pub fn failed(&self, kind: &str) {
        if self.failed.set(()).is_ok() {
            self.record("error.type", kind);
            self.record("otel.status_code", "ERROR");
        }
    }

    /// Records a field that the span was made with.
    pub fn record(&self, field: &str, value: impl Value) {
        self.span.record(field, value);
    }
}

/// What kind of failure it is; the error's own text could name an address with ids.
fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "broken"
    }
}
