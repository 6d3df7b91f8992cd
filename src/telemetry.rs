//! Logs and metrics.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

const SILENT: &str = "tungstenite=info";
const DEFAULT_FILTER: &str = "info,actix_server=warn,tokio_postgres=warn";

/// Installs the log subscriber: pretty lines for people, JSON lines for machines, on standard error.
/// `RUST_LOG` chooses what is logged. Does nothing when one is installed already.
pub fn init_logs(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    // It would log each frame, and with them candidates' words and tokens.
    let filter = filter.add_directive(SILENT.parse().expect("a directive"));
    // It logs the output of models and providers, which may repeat candidates' words.
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let installed = match format {
        LogFormat::Pretty => registry.with(layer.compact()).try_init(),
        LogFormat::Json => registry
            .with(layer.json().flatten_event(true).with_current_span(false))
            .try_init(),
    };
    if installed.is_err() {
        tracing::debug!("a log subscriber is installed already");
    }
}

const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Installs the metrics recorder, once a process; later calls get the same one.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: std::sync::LazyLock<PrometheusHandle> = std::sync::LazyLock::new(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .expect("the buckets are not empty");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Another recorder is installed only by tests that bring their own.
        let _installed = metrics::set_global_recorder(recorder);
        handle
    });
    HANDLE.clone()
}
