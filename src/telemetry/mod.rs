//! Logs, metrics, and what of them goes to an OpenTelemetry collector, with traces, where one is configured.

pub mod catalog;
mod collector;
mod process;
mod recorder;
mod traces;

use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_util::layers::FanoutBuilder;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};
use upstream::span;

use crate::config::{LogFormat, OtlpConfig};

pub use collector::{Signal, probe};
pub use process::observe as observe_process;

/// It would log each frame of a WebSocket, and with them candidates' words and tokens.
const NO_FRAMES: &str = "tungstenite=info";
const DEFAULT_FILTER: &str = "info,actix_server=warn,tokio_postgres=warn";
/// The name of the span that a request runs in.
pub(crate) const REQUEST_SPAN: &str = "request";
/// Paths that load balancers and scrapers ask for, which are neither limited, logged nor traced.
pub(crate) const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What exports, in a process that does.
#[derive(Debug)]
struct Exporting {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

static EXPORTING: OnceLock<Exporting> = OnceLock::new();

/// Installs the log subscriber: pretty lines for people, JSON lines for machines, on standard error.
/// `RUST_LOG` chooses what is logged. Does nothing when one is installed already.
pub fn init_logs(format: LogFormat) {
    install(format, None);
}

/// The same, and exports what is configured. Runs within the runtime that sends it.
///
/// # Errors
/// An exporter can't be built: a compression that is not known, no TLS backend.
pub fn init(format: LogFormat, config: &OtlpConfig) -> anyhow::Result<()> {
    let traces = config
        .traces
        .as_ref()
        .map(|to| traces::provider(config, to));
    let metrics = config
        .metrics
        .as_ref()
        .map(|to| recorder::provider(config, to));
    let exporting = Exporting {
        traces: traces.transpose()?,
        metrics: metrics.transpose()?,
    };
    install(format, exporting.traces.as_ref());
    EXPORTING
        .set(exporting)
        .map_err(|_| anyhow::anyhow!("telemetry is exported already"))
}

fn install(format: LogFormat, traces: Option<&SdkTracerProvider>) {
    let installed = match (format, traces) {
        (LogFormat::Pretty, None) => registry().with(filter()).with(pretty()).try_init(),
        (LogFormat::Json, None) => registry().with(filter()).with(json()).try_init(),
        (LogFormat::Pretty, Some(traces)) => registry()
            .with(pretty().with_filter(filter()))
            .with(traces::layer(traces))
            .try_init(),
        (LogFormat::Json, Some(traces)) => registry()
            .with(json().with_filter(filter()))
            .with(traces::layer(traces))
            .try_init(),
    };
    if installed.is_err() {
        tracing::debug!("a log subscriber is installed already");
    }
}

/// What is logged. Spans of traces are no part of the log, and cost nothing where it is all there is.
fn filter() -> EnvFilter {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    let no_spans = format!("{}=off", span::TARGET);
    [NO_FRAMES, &no_spans]
        .into_iter()
        .fold(filter, |filter, directive| {
            filter.add_directive(directive.parse().expect("a directive"))
        })
}

fn pretty<S: Subscriber + for<'span> LookupSpan<'span>>() -> impl Layer<S> {
    fmt::layer().with_writer(std::io::stderr).compact()
}

fn json<S: Subscriber + for<'span> LookupSpan<'span>>() -> impl Layer<S> {
    fmt::layer()
        .with_writer(std::io::stderr)
        .json()
        .flatten_event(true)
        .with_current_span(false)
}

/// Whether traces are exported.
pub(crate) fn has_traces() -> bool {
    EXPORTING.get().is_some_and(|to| to.traces.is_some())
}

/// Whether metrics are exported.
pub(crate) fn has_metrics() -> bool {
    EXPORTING.get().is_some_and(|to| to.metrics.is_some())
}

/// Sends what was not sent yet, and ends the exports; gives up after `limit`.
pub(crate) async fn shutdown(limit: Duration) {
    let Some(Exporting { traces, metrics }) = EXPORTING.get() else {
        return;
    };
    // The providers block their thread, and may do so for longer than there is time.
    let (done, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let sent = std::thread::scope(|scope| {
            let spans = scope.spawn(|| traces.as_ref().map(|to| to.shutdown_with_timeout(limit)));
            let rest = metrics.as_ref().map(|to| to.shutdown_with_timeout(limit));
            let spans = spans.join().ok().flatten();
            [spans, rest].into_iter().flatten().all(|sent| sent.is_ok())
        });
        let _given_up = done.send(sent);
    });
    if !matches!(tokio::time::timeout(limit, ended).await, Ok(Ok(true))) {
        tracing::warn!("the last traces and metrics did not reach the collector in time");
    }
}

/// Buckets of what is measured in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Installs the metrics recorder, once a process; later calls get the same one.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: LazyLock<PrometheusHandle> = LazyLock::new(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .expect("the buckets are not empty");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Another recorder is installed only by tests that bring their own.
        let _installed = match EXPORTING.get().and_then(|to| to.metrics.as_ref()) {
            None => metrics::set_global_recorder(recorder).is_ok(),
            Some(exported) => {
                let both = FanoutBuilder::default()
                    .add_recorder(recorder)
                    .add_recorder(recorder::Exported::new(exported));
                metrics::set_global_recorder(both.build()).is_ok()
            }
        };
        catalog::describe();
        handle
    });
    HANDLE.clone()
}
