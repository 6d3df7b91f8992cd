//! The span of one request to the model
//! (<https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>). An attempt has a span of its own, so that
//! retries show; neither prompt nor answer is in it.

use tracing::field::Empty;
use upstream::{ClientSpan, span};

use crate::{Lane, Llm, Usage};

/// Seconds from the request to the first words.
pub(crate) const FIRST_TOKEN: &str = "gen_ai.response.time_to_first_chunk";

pub(crate) fn request(llm: &Llm, lane: Lane) -> ClientSpan {
    let server = &llm.config.base_url;
    ClientSpan::of(tracing::info_span!(
        target: span::TARGET,
        "chat",
        otel.name = %format_args!("chat {}", llm.model),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = llm.config.provider.name(),
        gen_ai.request.model = llm.model,
        gen_ai.request.stream = true,
        gen_ai.response.time_to_first_chunk = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        interview.lane = lane.name(),
        http.request.method = "POST",
        url.template = %format_args!("/{}", llm.wire.path()),
        server.address = server.host_str(),
        server.port = server.port_or_known_default().map(i64::from),
        http.response.status_code = Empty,
        "error.type" = Empty,
    ))
}

/// Records the tokens that the provider counted.
pub(crate) fn record_usage(span: &ClientSpan, usage: Usage) {
    for (field, tokens) in [
        ("gen_ai.usage.input_tokens", usage.input_tokens),
        (
            "gen_ai.usage.cache_read.input_tokens",
            usage.cached_input_tokens,
        ),
        ("gen_ai.usage.output_tokens", usage.output_tokens),
    ] {
        span.record(field, i64::try_from(tokens).unwrap_or(i64::MAX));
    }
}
