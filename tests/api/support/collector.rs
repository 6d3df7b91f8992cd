//! An OpenTelemetry collector without a backend: it decodes what it is sent by the protocol's own definitions.

use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::server::Server;

#[derive(Default)]
struct Received {
    traces: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
    bytes: Vec<u8>,
    keys: Vec<String>,
    hangs: bool,
}

pub(crate) struct Collector {
    pub url: String,
    received: Arc<Mutex<Received>>,
    _server: Server,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let received = Arc::new(Mutex::new(Received::default()));
        let shared = web::Data::from(Arc::clone(&received));
        let server = Server::start(move |cfg| {
            cfg.app_data(shared.clone())
                .app_data(web::PayloadConfig::new(10_000_000))
                .route("/v1/traces", web::post().to(traces))
                .route("/v1/metrics", web::post().to(metrics));
        });
        Self {
            url: server.url.clone(),
            received,
            _server: server,
        }
    }

    /// Takes requests from now on, and never answers them.
    pub(crate) fn hang(&self) {
        self.received().hangs = true;
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().expect("not poisoned")
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let received = self.received();
        let resources = received.traces.iter().flat_map(|one| &one.resource_spans);
        let scopes = resources.flat_map(|one| &one.scope_spans);
        scopes.flat_map(|one| one.spans.clone()).collect()
    }

    /// Every metric as often as it came.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let received = self.received();
        let resources = received
            .metrics
            .iter()
            .flat_map(|one| &one.resource_metrics);
        let scopes = resources.flat_map(|one| &one.scope_metrics);
        scopes.flat_map(|one| one.metrics.clone()).collect()
    }

    /// What the sender of traces says of itself.
    pub(crate) fn resource(&self, name: &str) -> Option<String> {
        let received = self.received();
        let sent = received.traces.first()?.resource_spans.first()?;
        attribute(&sent.resource.as_ref()?.attributes, name)
    }

    /// All bodies, as they came.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.received().bytes.clone()
    }

    /// The header `x-key` of every request.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.received().keys.clone()
    }
}

async fn take(received: &Mutex<Received>, request: &HttpRequest, body: &Bytes) {
    let hangs = {
        let mut received = received.lock().expect("not poisoned");
        received.bytes.extend_from_slice(body);
        let key = request
            .headers()
            .get("x-key")
            .and_then(|key| key.to_str().ok());
        received.keys.push(key.unwrap_or_default().to_owned());
        received.hangs
    };
    let kind = request.headers().get("content-type").expect("a type");
    assert_eq!(kind, "application/x-protobuf");
    if hangs {
        std::future::pending::<()>().await;
    }
}

async fn traces(
    received: web::Data<Mutex<Received>>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    take(&received, &request, &body).await;
    let sent = ExportTraceServiceRequest::decode(body).expect("OTLP");
    received.lock().expect("not poisoned").traces.push(sent);
    HttpResponse::Ok()
        .content_type("application/x-protobuf")
        .finish()
}

async fn metrics(
    received: web::Data<Mutex<Received>>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    take(&received, &request, &body).await;
    let sent = ExportMetricsServiceRequest::decode(body).expect("OTLP");
    received.lock().expect("not poisoned").metrics.push(sent);
    HttpResponse::Ok()
        .content_type("application/x-protobuf")
        .finish()
}

/// An attribute as text.
pub(crate) fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    let AnyValue { value } = found.value.as_ref()?;
    Some(match value.as_ref()? {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        Value::BoolValue(flag) => flag.to_string(),
        other => format!("{other:?}"),
    })
}

/// An id as headers write it.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
