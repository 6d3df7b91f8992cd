//! What goes to an OpenTelemetry collector, by the variables of the specification
//! (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/> and
//! <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>). Headers, compression, the
//! queue's bounds, the interval of metrics and the resource's attributes are read by the SDK itself.

use std::collections::HashSet;
use std::time::Duration;

use opentelemetry_sdk::trace::Sampler;
use url::Url;

use super::environment::{ConfigError, Environment};

/// Where it goes when an exporter is asked for and no address is named.
const DEFAULT_ENDPOINT: &str = "http://localhost:4318";

/// Traces and metrics that leave the process: none unless configured.
#[derive(Clone, Debug)]
pub struct OtlpConfig {
    pub traces: Option<OtlpExporter>,
    pub metrics: Option<OtlpExporter>,
    /// Which traces that begin here are kept.
    pub sampler: Sampler,
    /// `OTEL_SERVICE_NAME`.
    pub service_name: Option<String>,
}

impl OtlpConfig {
    pub fn is_on(&self) -> bool {
        self.traces.is_some() || self.metrics.is_some()
    }
}

/// How one kind of telemetry is sent.
#[derive(Clone, Debug)]
pub struct OtlpExporter {
    /// The whole address.
    pub endpoint: Url,
    pub timeout: Duration,
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// What this process exports, whatever else is wrong with its settings.
    ///
    /// # Errors
    /// Unusable variables.
    pub fn telemetry(mut self) -> Result<OtlpConfig, ConfigError> {
        let config = self.otlp();
        self.finish(config)
    }

    pub(super) fn otlp(&mut self) -> OtlpConfig {
        let mut config = OtlpConfig {
            traces: None,
            metrics: None,
            sampler: Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
            service_name: self.text("OTEL_SERVICE_NAME"),
        };
        if !self.flag("OTEL_SDK_DISABLED") {
            config.traces = self.exporter("TRACES", "v1/traces");
            config.metrics = self.exporter("METRICS", "v1/metrics");
        }
        if config.traces.is_some() {
            config.sampler = self.sampler();
        }
        // What both signals share is wrong once.
        let mut told = HashSet::new();
        self.problems.retain(|problem| told.insert(problem.clone()));
        config
    }

    fn exporter(&mut self, signal: &str, path: &str) -> Option<OtlpExporter> {
        let asked_for = self.is_asked_for(&format!("OTEL_{signal}_EXPORTER"))?;
        let own = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
        let endpoint = if self.text(&own).is_some() {
            self.whole_url(&own)
        } else {
            let common = "OTEL_EXPORTER_OTLP_ENDPOINT";
            if self.text(common).is_none() && !asked_for {
                return None;
            }
            let base = self.base_url(common, DEFAULT_ENDPOINT);
            base.join(path).unwrap_or(base)
        };
        self.check_protocol(signal);
        let millis = self
            .either(signal, "TIMEOUT")
            .unwrap_or("OTEL_EXPORTER_OTLP_TIMEOUT".into());
        Some(OtlpExporter {
            endpoint,
            timeout: self.millis(&millis, 10_000).max(Duration::from_millis(1)),
        })
    }

    /// Whether the exporter is named, and not only meant by an address; `None` where it is turned off.
    fn is_asked_for(&mut self, name: &str) -> Option<bool> {
        match self.text(name).as_deref() {
            None => Some(false),
            Some("otlp") => Some(true),
            Some("none") => None,
            Some(other) => {
                self.problems.push(format!(
                    "{name}={other} is not usable; it should be otlp or none"
                ));
                None
            }
        }
    }

    /// The name of the variable that is set, the signal's own before the common one.
    fn either(&self, signal: &str, what: &str) -> Option<String> {
        [
            format!("OTEL_EXPORTER_OTLP_{signal}_{what}"),
            format!("OTEL_EXPORTER_OTLP_{what}"),
        ]
        .into_iter()
        .find(|name| self.text(name).is_some())
    }

    fn check_protocol(&mut self, signal: &str) {
        let Some(name) = self.either(signal, "PROTOCOL") else {
            return;
        };
        if let Some(other) = self.text(&name).filter(|text| text != "http/protobuf") {
            self.problems.push(format!(
                "{name}={other} is not usable; it should be http/protobuf, which collectors take on port 4318"
            ));
        }
    }

    fn sampler(&mut self) -> Sampler {
        let name = self.text("OTEL_TRACES_SAMPLER").unwrap_or_default();
        let (parent_based, own) = match name.strip_prefix("parentbased_") {
            Some(own) => (true, own),
            None => (name.is_empty(), name.as_str()),
        };
        let sampler = match own {
            "" | "always_on" => Sampler::AlwaysOn,
            "always_off" => Sampler::AlwaysOff,
            "traceidratio" => Sampler::TraceIdRatioBased(self.ratio()),
            _ => {
                self.problems.push(format!(
                    "OTEL_TRACES_SAMPLER={name} is not usable; it should be always_on, always_off or traceidratio, \
                     or one of these after parentbased_"
                ));
                Sampler::AlwaysOn
            }
        };
        if parent_based {
            Sampler::ParentBased(Box::new(sampler))
        } else {
            sampler
        }
    }

    fn ratio(&mut self) -> f64 {
        let name = "OTEL_TRACES_SAMPLER_ARG";
        let looks_like = "a number from 0 to 1";
        let ratio = self.parsed(name, 1.0, looks_like);
        if (0.0..=1.0).contains(&ratio) {
            return ratio;
        }
        self.problems.push(format!(
            "{name}={ratio} is not usable; it should be {looks_like}"
        ));
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MINIMUM, read};

    fn told(pairs: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let config = read(&[&MINIMUM, pairs].concat()).expect("usable").otlp;
        let endpoint = |exporter: &super::OtlpExporter| exporter.endpoint.to_string();
        (
            config.traces.as_ref().map(endpoint),
            config.metrics.as_ref().map(endpoint),
        )
    }

    #[test]
    fn nothing_is_exported_unless_it_is_asked_for() {
        let both = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        assert_eq!(told(&[]), (None, None));
        assert_eq!(told(&[both, ("OTEL_SDK_DISABLED", "true")]), (None, None));
        let (traces, metrics) = told(&[both]);
        assert_eq!(traces.as_deref(), Some("http://collector:4318/v1/traces"));
        assert_eq!(metrics.as_deref(), Some("http://collector:4318/v1/metrics"));
        let (traces, metrics) = told(&[both, ("OTEL_METRICS_EXPORTER", "none")]);
        assert!(traces.is_some() && metrics.is_none());
        let (traces, metrics) = told(&[("OTEL_TRACES_EXPORTER", "otlp")]);
        assert_eq!(traces.as_deref(), Some("http://localhost:4318/v1/traces"));
        assert_eq!(metrics, None);
    }

    #[test]
    fn a_signals_own_address_is_taken_as_it_is() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector/otlp/");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://tempo/in");
        let (traces, metrics) = told(&[base, own]);
        assert_eq!(traces.as_deref(), Some("https://tempo/in"));
        assert_eq!(
            metrics.as_deref(),
            Some("https://collector/otlp/v1/metrics")
        );
        assert_eq!(told(&[own]).1, None);
    }

    #[test]
    fn samplers_are_named_as_the_specification_names_them() {
        let on = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let sampler = |name, ratio| {
            let named = [
                ("OTEL_TRACES_SAMPLER", name),
                ("OTEL_TRACES_SAMPLER_ARG", ratio),
            ];
            let config = read(&[&MINIMUM[..], &[on], &named].concat());
            format!("{:?}", config.expect("usable").otlp.sampler)
        };
        assert_eq!(sampler("", ""), "ParentBased(AlwaysOn)");
        assert_eq!(sampler("always_off", ""), "AlwaysOff");
        assert_eq!(sampler("traceidratio", "0.25"), "TraceIdRatioBased(0.25)");
        let ratio = sampler("parentbased_traceidratio", "0.5");
        assert_eq!(ratio, "ParentBased(TraceIdRatioBased(0.5))");
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        let on = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        for wrong in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "unix:///collector"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_SDK_DISABLED", "perhaps"),
        ] {
            let error = read(&[&MINIMUM[..], &[wrong, on]].concat()).expect_err("unusable");
            assert!(error.to_string().contains(wrong.0), "{error}");
        }
        let ratio = [
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
        ];
        let error = read(&[&MINIMUM[..], &[on], &ratio].concat()).expect_err("unusable");
        assert!(
            error.to_string().contains("OTEL_TRACES_SAMPLER_ARG=2"),
            "{error}"
        );
    }
}
