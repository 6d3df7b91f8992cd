//! Traces and metrics at an OpenTelemetry collector: what reaches it, what never does, and what happens without it.

use std::collections::{BTreeMap, BTreeSet};

use ai_interviewer::telemetry::catalog::{self, Kind};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use regex::Regex;
use reqwest::Method;
use serde_json::{Value, json};

use crate::privacy::{LoggingService, private_visit};
use crate::support::collector::{attribute, hex};
use crate::support::{
    Act, Answer, Client, Collector, FaultyProxy, Mode, ModelServer, Purpose, SpeechServer, Tap,
    TestApp, stack,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const BROWSERS_SPAN: &str = "00f067aa0ba902b7";

/// Everything is sent soon, and the last of it at the end.
fn exporting_to<'a>(collector: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut settings = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ("SHUTDOWN_TIMEOUT_SECONDS", "5"),
    ];
    settings.extend_from_slice(more);
    settings
}

/// Sends a message as a part of the browser's trace.
async fn send_traced(client: &Client, session: uuid::Uuid, message: &str) -> Answer {
    let request = client
        .request(Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("x-request-id", "the-callers-own-id")
        .header("traceparent", format!("00-{TRACE}-{BROWSERS_SPAN}-01"))
        .json(&json!({"message": message}));
    Answer::of(request).await
}

#[track_caller]
fn the<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<&Span> = spans.iter().filter(|span| span.name == name).collect();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(found.len(), 1, "{name} in {names:?}");
    found[0]
}

fn told(span: &Span, name: &str) -> String {
    attribute(&span.attributes, name).unwrap_or_default()
}

#[tokio::test]
async fn one_trace_holds_a_request_its_calls_to_supabase_and_to_the_model() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    let (supabase, provider) = (
        Tap::before(stack().api_url()).await,
        Tap::before(&model.url).await,
    );
    let models = format!("{}/v1", provider.url);
    let settings = exporting_to(
        &collector.url,
        &[
            ("SUPABASE_URL", &supabase.url),
            ("OPENAI_BASE_URL", &models),
            ("LLM_MODEL", "stand-in"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=test",
            ),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=the%20key"),
        ],
    );
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    assert_eq!(guest.get("/readyz").await.status, 200);
    let session = guest.started(&json!({})).await;
    // Its feedback is made after the response.
    let answer = send_traced(&guest, session, "I led a team of five").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let log = service.stop();
    let spans = collector.spans();
    let trace: Vec<Span> = spans
        .iter()
        .filter(|span| hex(&span.trace_id) == TRACE)
        .cloned()
        .collect();

    let request = the(&trace, "POST /agent/send_message");
    assert_eq!(request.kind(), SpanKind::Server);
    assert_eq!(hex(&request.parent_span_id), BROWSERS_SPAN);
    assert_eq!(told(request, "http.request.method"), "POST");
    assert_eq!(told(request, "http.route"), "/agent/send_message");
    assert_eq!(told(request, "http.response.status_code"), "200");
    assert_eq!(told(request, "request_id"), "the-callers-own-id");
    let of_request = hex(&request.span_id);
    let response = answer.headers["traceresponse"].to_str().expect("text");
    assert_eq!(response, format!("00-{TRACE}-{of_request}-01"));

    for function in ["accept_turn", "complete_turn"] {
        let path = format!("/rest/v1/rpc/{function}");
        let call = the(&trace, &format!("POST {path}"));
        assert_eq!(call.kind(), SpanKind::Client);
        assert_eq!(hex(&call.parent_span_id), of_request);
        assert_eq!(told(call, "url.template"), path);
        assert_eq!(told(call, "server.address"), "127.0.0.1");
        assert_eq!(told(call, "http.response.status_code"), "200");
        let header = format!("traceparent: 00-{TRACE}-{}-01\r\n", hex(&call.span_id));
        let heads = supabase.heads(&path);
        assert!(heads.iter().any(|head| head.contains(&header)), "{heads:?}");
    }

    let asked: Vec<&Span> = trace
        .iter()
        .filter(|span| span.name == "chat stand-in")
        .collect();
    let lanes: BTreeSet<String> = asked
        .iter()
        .map(|span| told(span, "interview.lane"))
        .collect();
    assert_eq!(lanes, ["coach".to_owned(), "interviewer".to_owned()].into());
    let heads = provider.heads("/v1/chat/completions");
    for span in asked {
        assert_eq!(span.kind(), SpanKind::Client);
        assert_eq!(hex(&span.parent_span_id), of_request);
        assert_eq!(told(span, "gen_ai.operation.name"), "chat");
        assert_eq!(told(span, "gen_ai.provider.name"), "openai");
        assert_eq!(told(span, "gen_ai.request.model"), "stand-in");
        for tokens in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] {
            let counted: i64 = told(span, tokens).parse().expect("a number");
            assert!(counted > 0, "{tokens}");
        }
        let header = format!("traceparent: 00-{TRACE}-{}-01\r\n", hex(&span.span_id));
        assert!(heads.iter().any(|head| head.contains(&header)), "{heads:?}");
    }

    // What no request asked for is no trace, nor is a probe.
    for root in spans.iter().filter(|span| span.parent_span_id.is_empty()) {
        assert_eq!(root.kind(), SpanKind::Server, "{}", root.name);
        assert_ne!(root.name, "GET /readyz");
    }
    assert_eq!(
        collector.resource("service.name").as_deref(),
        Some("ai-interviewer")
    );
    let environment = collector.resource("deployment.environment.name");
    assert_eq!(environment.as_deref(), Some("test"));
    assert!(collector.keys().iter().all(|key| key == "the key"));
    let served = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["message"] == "served" && line["spans"][0]["trace_id"] == TRACE)
        .unwrap_or_else(|| panic!("no such line: {log}"));
    assert_eq!(served["spans"][0]["route"], "/agent/send_message");
    assert_eq!(
        served["spans"].as_array().map(Vec::len),
        Some(1),
        "{served}"
    );
}

#[tokio::test]
async fn a_failure_shows_where_it_was_and_which_attempt_helped() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    let settings = exporting_to(&collector.url, &[("LLM_MODEL", "stand-in")]);
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    model.next(Purpose::Decision, Act::Status(503, None));
    assert_eq!(send_traced(&guest, session, "My answer").await.status, 200);
    service.stop();
    let spans = collector.spans();
    let of_line = spans.iter().filter(|span| {
        hex(&span.trace_id) == TRACE && told(span, "interview.lane") == "interviewer"
    });
    let mut attempts: Vec<&Span> = of_line.collect();
    attempts.sort_by_key(|span| span.start_time_unix_nano);
    let outcomes: Vec<String> = attempts
        .iter()
        .map(|span| told(span, "error.type"))
        .collect();
    assert_eq!(outcomes, ["503", ""]);
    let status = attempts[0].status.as_ref().expect("a status");
    assert_eq!(status.code, 2, "an error");
}

#[tokio::test]
async fn speech_is_a_part_of_its_requests_trace() {
    let (collector, model, speech) = (
        Collector::start(),
        ModelServer::start(),
        SpeechServer::start(),
    );
    let provider = Tap::before(&speech.url).await;
    let base = format!("{}/v1", provider.url);
    let settings = exporting_to(&collector.url, &[("SPEECH_BASE_URL", &base)]);
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    let session = guest.create(&json!({})).await;
    let request = guest
        .request(Method::POST, "/speech/text_to_speech")
        .header("x-session-id", session.to_string())
        .header("traceparent", format!("00-{TRACE}-{BROWSERS_SPAN}-01"))
        .json(&json!({"text": "A question"}));
    assert_eq!(Answer::of(request).await.status, 200);
    service.stop();
    let mut trace = collector.spans();
    trace.retain(|span| hex(&span.trace_id) == TRACE);
    let request = the(&trace, "POST /speech/text_to_speech");
    let spoken = the(&trace, "POST /audio/speech");
    assert_eq!(spoken.kind(), SpanKind::Client);
    assert_eq!(spoken.parent_span_id, request.span_id);
    assert_eq!(told(spoken, "http.response.status_code"), "200");
    let header = format!("traceparent: 00-{TRACE}-{}-01\r\n", hex(&spoken.span_id));
    let heads = provider.heads("/v1/audio/speech");
    assert!(heads.iter().any(|head| head.contains(&header)), "{heads:?}");
}

#[tokio::test]
async fn nothing_private_is_exported() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    let service = LoggingService::start(&model, &exporting_to(&collector.url, &[]));
    let url = service.url.clone();
    let guest = Client::new(&url);
    let session = guest
        .started(&json!({"resume_content": "Résumé of a private person"}))
        .await;
    model.next(Purpose::Decision, Act::Status(500, None));
    assert_eq!(
        send_traced(&guest, session, "My private words")
            .await
            .status,
        200
    );
    let secrets = private_visit(&guest, session).await;
    service.stop();
    assert!(collector.spans().len() > 10, "something is traced");
    assert!(!collector.metrics().is_empty());
    let bytes = collector.bytes();
    let exported = String::from_utf8_lossy(&bytes);
    let key = ("another key", stack().var("PUBLISHABLE_KEY").to_owned());
    for (what, secret) in secrets.into_iter().chain([key]) {
        assert!(!exported.contains(&secret), "{what} is exported");
    }
}

#[tokio::test]
async fn metrics_are_exported_as_they_are_served() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    let service = LoggingService::start(&model, &exporting_to(&collector.url, &[]));
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    assert_eq!(guest.send(session, "My answer").await.status, 200);
    service.stop();
    let mut last = BTreeMap::new();
    for metric in collector.metrics() {
        last.insert(metric.name.clone(), metric);
    }
    for (name, metric) in &last {
        let known = catalog::METRICS.iter().find(|known| known.name == name);
        let known = known.unwrap_or_else(|| panic!("{name} is in no catalog"));
        assert_eq!(
            (metric.unit.as_str(), metric.description.as_str()),
            (known.unit, known.help)
        );
        let labels: Vec<BTreeSet<String>> = match metric.data.as_ref().expect("data") {
            Data::Sum(sum) => {
                assert_eq!(known.kind, Kind::Counter, "{name}");
                sum.data_points
                    .iter()
                    .map(|point| names(&point.attributes))
                    .collect()
            }
            Data::Gauge(gauge) => {
                assert_eq!(known.kind, Kind::Gauge, "{name}");
                gauge
                    .data_points
                    .iter()
                    .map(|point| names(&point.attributes))
                    .collect()
            }
            Data::Histogram(histogram) => {
                assert_eq!(known.kind, Kind::Histogram, "{name}");
                let points = histogram.data_points.iter();
                points
                    .inspect(|point| assert_eq!(point.explicit_bounds.first(), Some(&0.001)))
                    .map(|point| names(&point.attributes))
                    .collect()
            }
            other => panic!("{name} is {other:?}"),
        };
        let expected: BTreeSet<String> =
            known.labels.iter().map(|name| (*name).to_owned()).collect();
        assert!(
            labels.iter().all(|found| *found == expected),
            "{name}: {labels:?}"
        );
    }
    let Some(Data::Sum(turns)) = &last["turns_total"].data else {
        panic!("turns are counted");
    };
    let counted: i64 = turns
        .data_points
        .iter()
        .map(|point| whole(point.value))
        .sum();
    assert_eq!(counted, 2);
    for gauge in [
        "session_cache_bytes",
        "process_resident_memory_bytes",
        "budget_limit",
    ] {
        assert!(last.contains_key(gauge), "{gauge}");
    }
}

fn names(attributes: &[opentelemetry_proto::tonic::common::v1::KeyValue]) -> BTreeSet<String> {
    attributes
        .iter()
        .map(|attribute| attribute.key.clone())
        .collect()
}

fn whole(value: Option<opentelemetry_proto::tonic::metrics::v1::number_data_point::Value>) -> i64 {
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
    match value {
        Some(Value::AsInt(number)) => number,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_holds_nobody_up() {
    let model = ModelServer::start();
    let proxy = FaultyProxy::before("http://127.0.0.1:9").await;
    proxy.set(Mode::Refuse);
    let settings = exporting_to(&proxy.url, &[("OTEL_BSP_MAX_QUEUE_SIZE", "64")]);
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    for _ in 0..200 {
        assert_eq!(guest.read("/agent/history", session).await.status, 200);
    }
    assert_eq!(guest.send(session, "My answer").await.status, 200);
    let log = service.stop();
    for signal in ["traces", "metrics"] {
        let told = log.lines().filter(|line| {
            line.contains("the collector does not take them") && line.contains(signal)
        });
        assert_eq!(told.count(), 1, "{log}");
    }
}

#[tokio::test]
async fn a_collector_that_hangs_does_not_keep_the_service_from_stopping() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    collector.hang();
    let settings = exporting_to(&collector.url, &[("OTEL_EXPORTER_OTLP_TIMEOUT", "600000")]);
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    assert_eq!(guest.send(session, "My answer").await.status, 200);
    let log = service.stop();
    assert!(log.contains("did not reach the collector in time"), "{log}");
}

#[tokio::test]
async fn nothing_is_exported_or_told_where_it_is_turned_off() {
    let (collector, model) = (Collector::start(), ModelServer::start());
    let supabase = Tap::before(stack().api_url()).await;
    let settings = exporting_to(
        &collector.url,
        &[
            ("OTEL_SDK_DISABLED", "true"),
            ("SUPABASE_URL", &supabase.url),
        ],
    );
    let service = LoggingService::start(&model, &settings);
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    let answer = send_traced(&guest, session, "My answer").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains_key("traceresponse"));
    let log = service.stop();
    assert!(collector.bytes().is_empty());
    assert!(!log.contains("trace_id"), "{log}");
    let heads = supabase.heads("/rest/v1/rpc/accept_turn");
    assert!(!heads.is_empty());
    assert!(
        heads.iter().all(|head| !head.contains("traceparent")),
        "{heads:?}"
    );
}

#[tokio::test]
async fn what_is_served_on_metrics_is_in_the_catalog_with_its_labels() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    assert_eq!(guest.send(session, "My answer").await.status, 200);
    let page = guest.get("/metrics").await.body;
    let page = page.as_str().expect("text");
    let line = Regex::new(r"(?m)^([a-z_]+)(?:\{(.*)\})? \S+$").expect("a pattern");
    let label = Regex::new(r#"([a-z_]+)="(?:[^"\\]|\\.)*""#).expect("a pattern");
    let mut seen = 0;
    for found in line.captures_iter(page) {
        let whole = &found[1];
        let known = catalog::METRICS.iter().find(|known| {
            let of_histogram = known.kind == Kind::Histogram;
            let rest = whole.strip_prefix(known.name);
            rest == Some("")
                || (of_histogram && matches!(rest, Some("_bucket" | "_sum" | "_count")))
        });
        let known = known.unwrap_or_else(|| panic!("{whole} is in no catalog"));
        let labels = found.get(2).map_or("", |labels| labels.as_str());
        let labels: BTreeSet<&str> = label
            .captures_iter(labels)
            .map(|label| label.get(1).expect("a name").as_str())
            .filter(|name| *name != "le")
            .collect();
        assert_eq!(labels, known.labels.iter().copied().collect(), "{whole}");
        seen += 1;
    }
    assert!(seen > 30, "{page}");
    assert!(page.contains("# HELP turns_total Turns"), "{page}");
}
