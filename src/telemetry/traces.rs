//! Spans on their way to the collector: which, named how, and which are kept.

use opentelemetry::trace::{
    self as otel, SpanBuilder, SpanContext, SpanKind, TraceContextExt as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    Sampler, SamplingDecision, SamplingResult, SdkTracer, SdkTracerProvider, ShouldSample, Span,
};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::registry::LookupSpan;
use upstream::span;

use super::{QUIET, REQUEST_SPAN, collector};
use crate::config::{OtlpConfig, OtlpExporter};

/// The scope that spans and instruments belong to.
pub(super) const SCOPE: &str = "ai-interviewer";

/// # Errors
/// The exporter can't be built.
pub(super) fn provider(
    config: &OtlpConfig,
    exporter: &OtlpExporter,
) -> anyhow::Result<SdkTracerProvider> {
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(SdkTracerProvider::builder()
        .with_resource(collector::resource(config))
        .with_sampler(OfRequests(config.sampler.clone()))
        // Its queue is bounded, and a span that finds no place in it is dropped.
        .with_batch_exporter(collector::spans(exporter)?)
        .build())
}

/// Hands spans over that are meant for traces; log lines stay in the log.
pub(super) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(
    provider: &SdkTracerProvider,
) -> impl Layer<S> {
    tracing_opentelemetry::layer()
        .with_tracer(Tracer(provider.tracer(SCOPE)))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        // Nobody asks for OpenTelemetry's own current span.
        .with_context_activation(false)
        .with_filter(filter_fn(is_traced).with_max_level_hint(LevelFilter::INFO))
}

fn is_traced(metadata: &Metadata<'_>) -> bool {
    let is_ours = metadata.target().starts_with(env!("CARGO_CRATE_NAME"));
    metadata.is_span()
        && (metadata.target() == span::TARGET || (metadata.name() == REQUEST_SPAN && is_ours))
}

/// The SDK's tracer, which gives the spans of requests OpenTelemetry's names: in the log they keep their own.
struct Tracer(SdkTracer);

impl otel::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Span {
        let builder = if builder.name == REQUEST_SPAN {
            of_request(builder)
        } else {
            builder
        };
        self.0.build_with_context(builder, parent)
    }
}

/// By <https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span>, without the path, which could
/// hold an id. One of [`QUIET`] is no server's span, so that no trace begins with it.
fn of_request(mut builder: SpanBuilder) -> SpanBuilder {
    let (mut method, mut route) = (String::new(), None);
    let mut attributes = Vec::new();
    for attribute in builder.attributes.take().unwrap_or_default() {
        match attribute.key.as_str() {
            "method" => method = known_method(&attribute.value.as_str()).to_owned(),
            "route" => route = Some(attribute.value.as_str().into_owned()),
            _ => attributes.push(attribute),
        }
    }
    let route = route.filter(|route| route.starts_with('/'));
    let is_quiet = route.as_deref().is_some_and(|route| QUIET.contains(&route));
    builder.name = match &route {
        Some(route) => format!("{method} {route}").into(),
        None => method.clone().into(),
    };
    builder.span_kind = (!is_quiet).then_some(SpanKind::Server);
    attributes.push(KeyValue::new("http.request.method", method));
    attributes.extend(route.map(|route| KeyValue::new("http.route", route)));
    builder.attributes = Some(attributes);
    builder
}

/// A method that anybody made up could have any name.
fn known_method(method: &str) -> &str {
    match method {
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => method,
        _ => "_OTHER",
    }
}

/// Keeps what belongs to a request, as far as the sampler wants it: not what probes and scheduled jobs ask Supabase.
#[derive(Clone, Debug)]
struct OfRequests(Sampler);

impl ShouldSample for OfRequests {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: otel::TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[otel::Link],
    ) -> SamplingResult {
        let of_parent = parent.map(|parent| parent.span().span_context().clone());
        let of_parent = of_parent.filter(SpanContext::is_valid);
        let is_wanted = match &of_parent {
            Some(local) if !local.is_remote() => local.is_sampled(),
            _ => *kind == SpanKind::Server,
        };
        if is_wanted {
            return self
                .0
                .should_sample(parent, trace_id, name, kind, attributes, links);
        }
        SamplingResult {
            decision: SamplingDecision::Drop,
            attributes: Vec::new(),
            trace_state: of_parent.map_or_else(Default::default, |of| of.trace_state().clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    fn builder(method: &'static str, route: &'static str) -> SpanBuilder {
        SpanBuilder::from_name(REQUEST_SPAN).with_attributes([
            KeyValue::new("request_id", "the-id"),
            KeyValue::new("method", method),
            KeyValue::new("route", route),
        ])
    }

    fn told(builder: &SpanBuilder) -> Vec<String> {
        let attributes = builder.attributes.iter().flatten();
        let mut told: Vec<String> = attributes
            .map(|attribute| format!("{}={}", attribute.key, attribute.value))
            .collect();
        told.sort();
        told
    }

    #[test]
    fn requests_are_named_by_method_and_route() {
        let span = of_request(builder("POST", "/agent/send_message"));
        assert_eq!(span.name, "POST /agent/send_message");
        assert_eq!(span.span_kind, Some(SpanKind::Server));
        assert_eq!(
            told(&span),
            [
                "http.request.method=POST",
                "http.route=/agent/send_message",
                "request_id=the-id"
            ]
        );
        let nowhere = of_request(builder("BREW", "unknown"));
        assert_eq!(nowhere.name, "_OTHER");
        assert_eq!(
            told(&nowhere),
            ["http.request.method=_OTHER", "request_id=the-id"]
        );
        assert_eq!(of_request(builder("GET", "/readyz")).span_kind, None);
    }

    fn is_kept(sampler: Sampler, parent: Option<(bool, bool)>, kind: SpanKind) -> bool {
        let parent = parent.map(|(remote, sampled)| {
            let flags = if sampled {
                TraceFlags::SAMPLED
            } else {
                TraceFlags::default()
            };
            let (trace, span) = (TraceId::from(7_u128), SpanId::from(7_u64));
            let of_parent = SpanContext::new(trace, span, flags, remote, TraceState::default());
            Context::new().with_remote_span_context(of_parent)
        });
        let trace = TraceId::from(7_u128);
        let result =
            OfRequests(sampler).should_sample(parent.as_ref(), trace, "a span", &kind, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn traces_begin_with_requests_alone() {
        let default = || Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
        assert!(is_kept(default(), None, SpanKind::Server));
        assert!(!is_kept(default(), None, SpanKind::Client));
        assert!(
            !is_kept(Sampler::AlwaysOn, None, SpanKind::Internal),
            "a probe"
        );
        let (local, remote) = (false, true);
        for sampler in [default(), Sampler::AlwaysOn] {
            assert!(is_kept(
                sampler.clone(),
                Some((local, true)),
                SpanKind::Client
            ));
            assert!(!is_kept(
                sampler.clone(),
                Some((local, false)),
                SpanKind::Client
            ));
            assert!(is_kept(sampler, Some((remote, true)), SpanKind::Server));
        }
        assert!(!is_kept(default(), Some((remote, false)), SpanKind::Server));
        assert!(
            !is_kept(default(), Some((remote, true)), SpanKind::Internal),
            "a probe's trace"
        );
    }
}
