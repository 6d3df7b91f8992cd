//! The process's metrics by OTLP: the same names, labels and units as on `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use metrics_util::registry::{Registry, Storage};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{self as otel, Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::catalog::{self, Described};
use super::{SECONDS, collector, traces};
use crate::config::{OtlpConfig, OtlpExporter};

/// # Errors
/// The exporter can't be built.
pub(super) fn provider(
    config: &OtlpConfig,
    exporter: &OtlpExporter,
) -> anyhow::Result<SdkMeterProvider> {
    Ok(SdkMeterProvider::builder()
        .with_resource(collector::resource(config))
        .with_periodic_exporter(collector::measurements(exporter)?)
        .build())
}

/// Records metrics for the exporter. What they are is in the [`catalog`], so descriptions are not listened to.
pub(super) struct Exported(Registry<Key, Instruments>);

impl Exported {
    pub(super) fn new(provider: &SdkMeterProvider) -> Self {
        Self(Registry::new(Instruments(provider.meter(traces::SCOPE))))
    }
}

impl Recorder for Exported {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0
            .get_or_create_counter(key, |counter| Counter::from_arc(Arc::clone(counter)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.0
            .get_or_create_gauge(key, |gauge| Gauge::from_arc(Arc::clone(gauge)))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.0
            .get_or_create_histogram(key, |histogram| Histogram::from_arc(Arc::clone(histogram)))
    }
}

/// Makes an instrument for each name with its labels.
struct Instruments(Meter);

impl Storage<Key> for Instruments {
    type Counter = Arc<OneCounter>;
    type Gauge = Arc<OneGauge>;
    type Histogram = Arc<OneHistogram>;

    fn counter(&self, key: &Key) -> Self::Counter {
        let Described { unit, help, .. } = catalog::of(key.name());
        let counter = self.0.u64_counter(key.name().to_owned());
        Arc::new(OneCounter {
            counter: counter.with_unit(*unit).with_description(*help).build(),
            labels: labels(key),
            highest: AtomicU64::new(0),
        })
    }

    fn gauge(&self, key: &Key) -> Self::Gauge {
        let Described { unit, help, .. } = catalog::of(key.name());
        let gauge = self.0.f64_gauge(key.name().to_owned());
        Arc::new(OneGauge {
            gauge: gauge.with_unit(*unit).with_description(*help).build(),
            labels: labels(key),
            value: Mutex::new(0.0),
        })
    }

    fn histogram(&self, key: &Key) -> Self::Histogram {
        let Described { unit, help, .. } = catalog::of(key.name());
        let histogram = self.0.f64_histogram(key.name().to_owned());
        let histogram = histogram.with_boundaries(SECONDS.to_vec());
        Arc::new(OneHistogram {
            histogram: histogram.with_unit(*unit).with_description(*help).build(),
            labels: labels(key),
        })
    }
}

fn labels(key: &Key) -> Vec<KeyValue> {
    let labels = key.labels();
    labels
        .map(|label| KeyValue::new(label.key().to_owned(), label.value().to_owned()))
        .collect()
}

struct OneCounter {
    counter: otel::Counter<u64>,
    labels: Vec<KeyValue>,
    /// The highest absolute value so far.
    highest: AtomicU64,
}

impl CounterFn for OneCounter {
    fn increment(&self, value: u64) {
        self.counter.add(value, &self.labels);
    }

    fn absolute(&self, value: u64) {
        let before = self.highest.fetch_max(value, Ordering::Relaxed);
        self.increment(value.saturating_sub(before));
    }
}

struct OneGauge {
    gauge: otel::Gauge<f64>,
    labels: Vec<KeyValue>,
    /// OpenTelemetry's gauges can't be asked for what they were set to.
    value: Mutex<f64>,
}

impl OneGauge {
    fn update(&self, new: impl FnOnce(f64) -> f64) {
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        *value = new(*value);
        self.gauge.record(*value, &self.labels);
    }
}

impl GaugeFn for OneGauge {
    fn increment(&self, value: f64) {
        self.update(|held| held + value);
    }

    fn decrement(&self, value: f64) {
        self.update(|held| held - value);
    }

    fn set(&self, value: f64) {
        self.update(|_| value);
    }
}

struct OneHistogram {
    histogram: otel::Histogram<f64>,
    labels: Vec<KeyValue>,
}

impl HistogramFn for OneHistogram {
    fn record(&self, value: f64) {
        self.histogram.record(value, &self.labels);
    }
}
