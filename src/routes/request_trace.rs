//! A request as a part of a trace: joined to the caller's, named in the log and in the response, ended with the
//! response's last byte. Does nothing where no traces are exported.

use std::pin::Pin;
use std::task::{Context as Task, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::{Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue, global};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::telemetry;

/// Tells a browser which trace its request was (<https://www.w3.org/TR/trace-context-2/>, as it is drafted).
pub(super) const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// The field of a request's span that tells the log which trace it belongs to.
pub(super) const TRACE_ID: &str = "trace_id";

/// The span of a request as it is exported. Its work may go on after it: the span is ended by hand, since whatever the
/// request began holds on to it.
pub(super) struct RequestTrace(Context);

impl RequestTrace {
    /// Begins the trace, or continues the one that the request names.
    pub(super) fn begin(span: &Span, headers: &HeaderMap) {
        if !telemetry::has_traces() {
            return;
        }
        let parent = global::get_text_map_propagator(|known| known.extract(&Headers(headers)));
        // Refused only where the layer is not there, or the span began before.
        let _joined = span.set_parent(parent);
        let trace_id = span.context().span().span_context().trace_id();
        span.record(TRACE_ID, tracing::field::display(trace_id));
    }

    /// The trace that the current request is in.
    pub(super) fn current() -> Option<Self> {
        telemetry::has_traces().then(|| Self(Span::current().context()))
    }

    /// Notes how the request was answered, and names the trace in the response.
    pub(super) fn answered(&self, status: StatusCode, headers: &mut HeaderMap) {
        let span = self.0.span();
        let code = i64::from(status.as_u16());
        span.set_attribute(KeyValue::new("http.response.status_code", code));
        if status.is_server_error() {
            span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
            span.set_status(Status::error(""));
        }
        let context = span.span_context();
        let (trace, id, flags) = (context.trace_id(), context.span_id(), context.trace_flags());
        if let Ok(value) = HeaderValue::from_str(&format!("00-{trace}-{id}-{flags:02x}")) {
            headers.insert(TRACERESPONSE, value);
        }
    }

    /// The response's body, whose end is the end of the span.
    pub(super) fn until_end_of(self, body: BoxBody) -> BoxBody {
        BoxBody::new(TracedBody { body, trace: self })
    }
}

struct TracedBody {
    body: BoxBody,
    trace: RequestTrace,
}

impl MessageBody for TracedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        task: &mut Task<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(task)
    }
}

impl Drop for TracedBody {
    fn drop(&mut self) {
        self.trace.0.span().end();
    }
}

/// What a propagator reads of a request's headers.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
