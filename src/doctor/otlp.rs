//! Does the OpenTelemetry collector take what it is sent?

use super::Check;
use crate::config::{Config, OtlpExporter};
use crate::telemetry::{self, Signal};

const NAME: &str = "OpenTelemetry";
const TRACES: &str = "OpenTelemetry traces";
const METRICS: &str = "OpenTelemetry metrics";

/// Sends nothing, with the headers that everything has.
pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let otlp = &config.otlp;
    if !otlp.is_on() {
        return vec![Check::note(
            NAME,
            "off: traces are not made, and metrics are at /metrics alone",
            "set OTEL_EXPORTER_OTLP_ENDPOINT to export both to a collector",
        )];
    }
    let mut checks = Vec::new();
    for (name, signal, exporter) in [
        (TRACES, Signal::Traces, &otlp.traces),
        (METRICS, Signal::Metrics, &otlp.metrics),
    ] {
        checks.push(match exporter {
            Some(exporter) => check(name, signal, exporter).await,
            None => Check::note(name, "not exported", "nothing, if that is meant"),
        });
    }
    checks
}

async fn check(name: &'static str, signal: Signal, exporter: &OtlpExporter) -> Check {
    let host = exporter.endpoint.host_str().unwrap_or_default();
    match telemetry::probe(signal, exporter).await {
        Ok(()) => Check::ok(name, format!("{host} takes them")),
        Err(error) => Check::failed(
            name,
            format!("{host} does not take them: {error:#}"),
            "check OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and that a collector listens for OTLP over HTTP",
        ),
    }
}
