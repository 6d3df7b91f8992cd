//! The way to the collector: OTLP over HTTP with protobuf bodies, sent on the service's runtime.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    MetricExporter, Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter as _;
use opentelemetry_sdk::resource::{
    EnvResourceDetector, ResourceDetector, TelemetryResourceDetector,
};
use opentelemetry_sdk::trace::SpanExporter as _;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::config::{OtlpConfig, OtlpExporter};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Of the collector's answer; what follows is not read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// So seldom is it told that a collector does not take what it is sent.
const WARN_EVERY: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Traces,
    Metrics,
}

impl Signal {
    pub fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        }
    }
}

/// Who sends it: the variables of the specification, and what they leave out.
pub(super) fn resource(config: &OtlpConfig) -> Resource {
    let detectors: [Box<dyn ResourceDetector>; 2] = [
        Box::new(TelemetryResourceDetector),
        Box::new(EnvResourceDetector::new()),
    ];
    let named = config.service_name.iter();
    Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", "ai-interviewer"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", Uuid::new_v4().to_string()),
        ])
        .with_detectors(&detectors)
        .with_attributes(named.map(|name| KeyValue::new("service.name", name.clone())))
        .build()
}

/// # Errors
/// An unknown compression; no TLS backend.
pub(super) fn spans(exporter: &OtlpExporter) -> anyhow::Result<SpanExporter> {
    SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(exporter.endpoint.as_str())
        .with_timeout(exporter.timeout)
        .with_http_client(Client::new(Signal::Traces, exporter)?)
        .with_retry_policy(RetryPolicy::recommended())
        .build()
        .context("traces can't be exported (OTEL_EXPORTER_OTLP_…)")
}

/// # Errors
/// An unknown compression; no TLS backend.
pub(super) fn measurements(exporter: &OtlpExporter) -> anyhow::Result<MetricExporter> {
    MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(exporter.endpoint.as_str())
        .with_timeout(exporter.timeout)
        .with_http_client(Client::new(Signal::Metrics, exporter)?)
        .with_retry_policy(RetryPolicy::recommended())
        .build()
        .context("metrics can't be exported (OTEL_EXPORTER_OTLP_…)")
}

/// Sends nothing, and sees whether it is taken.
///
/// # Errors
/// It is not; why.
pub async fn probe(signal: Signal, exporter: &OtlpExporter) -> anyhow::Result<()> {
    match signal {
        Signal::Traces => spans(exporter)?.export(Vec::new()).await?,
        Signal::Metrics => {
            let nothing = ResourceMetrics::default();
            measurements(exporter)?.export(&nothing).await?;
        }
    }
    Ok(())
}

/// Sends requests on the runtime, since exporters run on threads of their own, and tells when that fails: once, not for
/// each batch.
struct Client {
    signal: Signal,
    http: reqwest::Client,
    runtime: Handle,
    standing: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    failing: bool,
    warned: Option<Instant>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("signal", &self.signal)
            .finish_non_exhaustive()
    }
}

impl Client {
    fn new(signal: Signal, exporter: &OtlpExporter) -> anyhow::Result<Self> {
        Ok(Self {
            signal,
            http: upstream::client(CONNECT_TIMEOUT, exporter.timeout)?,
            runtime: Handle::current(),
            standing: Mutex::default(),
        })
    }

    fn note(&self, failure: Option<&str>) {
        let (signal, outcome) = (self.signal.name(), failure.map_or("ok", |_| "failed"));
        metrics::counter!("otlp_exports_total", "signal" => signal, "outcome" => outcome)
            .increment(1);
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let was_failing = std::mem::replace(&mut standing.failing, failure.is_some());
        let Some(cause) = failure else {
            if was_failing {
                tracing::info!(signal, "the collector takes them again");
            }
            return;
        };
        let is_told = standing
            .warned
            .is_some_and(|warned| warned.elapsed() < WARN_EVERY);
        if !is_told {
            standing.warned = Some(Instant::now());
            tracing::warn!(
                signal,
                cause,
                "the collector does not take them (OTEL_EXPORTER_OTLP_ENDPOINT); the service goes on without"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(exchange(self.http.clone(), request));
        let result = sent.await.unwrap_or_else(|error| Err(error.into()));
        match &result {
            Ok(response) if response.status().is_success() => self.note(None),
            Ok(response) => self.note(Some(response.status().as_str())),
            Err(error) => self.note(Some(&innermost(error.as_ref()))),
        }
        result
    }
}

async fn exchange(
    http: reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let mut answer = http.execute(request.try_into()?).await?;
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        *headers = std::mem::take(answer.headers_mut());
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    Ok(response.body(body.into())?)
}

/// The innermost cause: those around it name the whole address.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
