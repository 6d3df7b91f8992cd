//! Every metric of this process: what it counts, in what, and by which labels.
//! `docs/grafana-dashboard.json` is tested against this, and so is the code.

use metrics::Unit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    pub name: &'static str,
    pub kind: Kind,
    /// As UCUM writes it (<https://ucum.org>): `s`, `By`, or nothing for a number.
    pub unit: &'static str,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    Described {
        name,
        kind: Kind::Counter,
        unit: "",
        labels,
        help,
    }
}

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    Described {
        kind: Kind::Gauge,
        ..counter(name, labels, help)
    }
}

const fn seconds(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Described {
    Described {
        kind: Kind::Histogram,
        unit: "s",
        ..counter(name, labels, help)
    }
}

const fn in_unit(unit: &'static str, described: Described) -> Described {
    Described { unit, ..described }
}

pub const METRICS: &[Described] = &[
    counter(
        "http_requests_total",
        &["route", "status"],
        "Requests, when their response began",
    ),
    seconds(
        "http_request_seconds",
        &["route"],
        "Time until a response began",
    ),
    gauge("event_streams", &[], "Open streams of events"),
    counter(
        "events_looks_total",
        &["why"],
        "Reads of what another instance may have changed: poll, message, catch_up, check",
    ),
    counter(
        "events_polls_avoided_total",
        &[],
        "Looks that messages of Realtime spared, at the slowest pace",
    ),
    gauge(
        "realtime_channels",
        &[],
        "Sessions whose messages come by Realtime",
    ),
    gauge("realtime_connections", &[], "Sockets to Realtime"),
    counter(
        "realtime_joins_total",
        &["outcome"],
        "Joins of topics: ok, or why not",
    ),
    counter(
        "realtime_reconnects_total",
        &[],
        "Sockets to Realtime that were opened anew",
    ),
    counter(
        "realtime_messages_total",
        &[],
        "Messages of Realtime about sessions",
    ),
    counter(
        "realtime_messages_missed_total",
        &[],
        "Changes of which no message told",
    ),
    counter(
        "realtime_frames_ignored_total",
        &[],
        "Frames of Realtime that say nothing",
    ),
    gauge("uploads", &[], "Files being received and read"),
    gauge("recordings", &[], "Recordings being received"),
    counter(
        "turns_total",
        &["outcome"],
        "Turns: completed, replayed, failed",
    ),
    seconds(
        "turn_seconds",
        &[],
        "Time from a turn's request to its stored reply",
    ),
    seconds(
        "turn_first_delta_seconds",
        &[],
        "Time from a turn's request to the first words of its line",
    ),
    counter(
        "upstream_requests_total",
        &["upstream", "outcome"],
        "Calls to GoTrue and PostgREST: ok, refused, unavailable",
    ),
    seconds(
        "upstream_request_seconds",
        &["upstream"],
        "Time of a call to GoTrue or PostgREST, queue and repeats included",
    ),
    counter(
        "token_signature_checks_total",
        &[],
        "Access tokens whose signature was checked",
    ),
    counter(
        "llm_requests_total",
        &["lane", "outcome"],
        "Attempts to ask the model, by outcome: ok, yielded, or the failure",
    ),
    seconds(
        "llm_seconds",
        &["lane"],
        "Time of an attempt, queue included",
    ),
    seconds(
        "llm_queue_seconds",
        &[],
        "Time an attempt waited for its permit",
    ),
    seconds(
        "llm_first_token_seconds",
        &[],
        "Time from an attempt's request to the first words",
    ),
    counter(
        "llm_tokens_total",
        &["lane", "direction"],
        "Tokens read (input) and written (output)",
    ),
    counter(
        "llm_retries_total",
        &[],
        "Attempts after a failure that may pass",
    ),
    counter(
        "llm_repairs_total",
        &[],
        "Lines that had to be asked for again",
    ),
    gauge(
        "circuit_open",
        &["provider"],
        "1 while the provider is left alone after failures",
    ),
    counter(
        "coach_quotes_total",
        &["verbatim"],
        "Quotes of the coach, by whether somebody said them",
    ),
    counter(
        "screened_passages_total",
        &[],
        "Passages that address the grader",
    ),
    counter(
        "budget_refusals_total",
        &["resource", "scope"],
        "Requests that a day's budget did not reach for",
    ),
    gauge(
        "budget_spent",
        &["resource"],
        "What the instance has spent of its day's budget",
    ),
    gauge(
        "budget_limit",
        &["resource"],
        "The instance's budget of a day",
    ),
    counter(
        "speech_requests_total",
        &["kind", "outcome"],
        "Attempts to speak or to transcribe, by outcome",
    ),
    seconds(
        "speech_request_seconds",
        &["kind"],
        "Time of an attempt; of speaking, until the first chunk",
    ),
    counter(
        "speech_characters_total",
        &[],
        "Characters of text to speech",
    ),
    in_unit(
        "s",
        counter(
            "speech_audio_seconds_total",
            &[],
            "Seconds of audio transcribed",
        ),
    ),
    counter(
        "speech_cache_reads_total",
        &["result"],
        "Texts to speak, by whether their audio was kept: hit, miss",
    ),
    gauge("speech_streams", &[], "Live transcriptions"),
    counter(
        "session_cache_reads_total",
        &["result"],
        "Reads of sessions: hit, confirm (asked whether it is current), miss",
    ),
    gauge("session_cache_entries", &[], "Sessions in the cache"),
    in_unit(
        "By",
        gauge("session_cache_bytes", &[], "Memory that the cache holds"),
    ),
    counter(
        "job_runs_total",
        &["outcome"],
        "Runs of the clean-up jobs: ok, failed",
    ),
    counter(
        "otlp_exports_total",
        &["signal", "outcome"],
        "Requests to the OpenTelemetry collector: ok, failed",
    ),
    in_unit(
        "By",
        gauge("process_resident_memory_bytes", &[], "Memory in RAM"),
    ),
    gauge("process_open_fds", &[], "Open descriptors"),
    gauge("process_max_fds", &[], "Descriptors that may be open"),
];

/// What a metric is; one that is not listed is told without unit and words, and a test fails.
pub(super) fn of(name: &str) -> &'static Described {
    const UNKNOWN: &Described = &counter("", &[], "");
    let known = METRICS.iter().find(|described| described.name == name);
    known.unwrap_or(UNKNOWN)
}

/// Tells the recorder what each metric is.
pub(super) fn describe() {
    for Described {
        name,
        kind,
        unit,
        help,
        ..
    } in METRICS
    {
        let unit = match *unit {
            "s" => Unit::Seconds,
            "By" => Unit::Bytes,
            _ => Unit::Count,
        };
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, unit, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, unit, *help),
            Kind::Histogram => metrics::describe_histogram!(*name, unit, *help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use regex::Regex;
    use serde_json::Value;

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn kind(name: &str) -> Option<Kind> {
        let known = METRICS.iter().find(|known| known.name == name);
        known.map(|known| known.kind)
    }

    fn source_files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let files = paths.flat_map(|path| {
            if path.is_dir() {
                source_files(&path)
            } else {
                vec![path]
            }
        });
        files
            .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
            .filter(|file| !file.ends_with("telemetry/catalog.rs"))
            .collect()
    }

    #[test]
    fn it_lists_what_the_code_records_and_nothing_else() {
        let recorded = Regex::new(r#"(counter|gauge|histogram)!?\(\s*"([a-z_]+)""#).expect("one");
        let mut found = BTreeMap::new();
        let files = [
            source_files(&root().join("src")),
            source_files(&root().join("crates")),
        ];
        for file in files.concat() {
            let text = fs::read_to_string(&file).expect("readable");
            for metric in recorded.captures_iter(&text) {
                let kind = match &metric[1] {
                    "counter" => Kind::Counter,
                    "gauge" => Kind::Gauge,
                    _ => Kind::Histogram,
                };
                found.insert(metric[2].to_owned(), kind);
            }
        }
        let listed = METRICS
            .iter()
            .map(|known| (known.name.to_owned(), known.kind));
        assert_eq!(found, listed.collect());
    }

    #[test]
    fn names_end_as_prometheus_wants_them_to() {
        for Described {
            name, kind, unit, ..
        } in METRICS
        {
            assert_eq!(*kind == Kind::Counter, name.ends_with("_total"), "{name}");
            assert_eq!(
                *kind == Kind::Histogram,
                name.ends_with("_seconds"),
                "{name}"
            );
            assert_eq!(*unit == "By", name.ends_with("_bytes"), "{name}");
            assert_eq!(*unit == "s", name.contains("_seconds"), "{name}");
        }
    }

    fn expressions(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
            Value::Object(fields) => {
                found.extend(
                    fields
                        .get("expr")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                fields.values().for_each(|value| expressions(value, found));
            }
            _ => {}
        }
    }

    /// What is wrong with an expression, if anything.
    fn wrong(expression: &str) -> Option<String> {
        let name = Regex::new(r"([a-z_]+)\{").expect("one");
        let grouping = Regex::new(r"by \(([^)]*)\)").expect("one");
        let matcher = Regex::new(r#"([a-z_]+)(?:=~|!=|=)""#).expect("one");
        let mut labels = vec!["instance", "le"];
        let mut names = 0;
        for metric in name.captures_iter(expression) {
            let name = &metric[1];
            let of_histogram = name
                .strip_suffix("_bucket")
                .filter(|base| kind(base) == Some(Kind::Histogram));
            let base = of_histogram.unwrap_or(name);
            let Some(known) = METRICS.iter().find(|known| known.name == base) else {
                return Some(format!("{name} is no metric"));
            };
            if (known.kind == Kind::Histogram) != of_histogram.is_some() {
                return Some(format!("{name} is {:?}", known.kind));
            }
            labels.extend(known.labels);
            names += 1;
        }
        let of = |found: regex::Captures<'_>| found[1].to_owned();
        let groups: Vec<String> = grouping.captures_iter(expression).map(of).collect();
        let grouped = groups
            .iter()
            .flat_map(|group| group.split(", "))
            .map(str::to_owned);
        let mut used = grouped.chain(matcher.captures_iter(expression).map(of));
        let unknown = used.find(|label| !labels.contains(&label.as_str()));
        let unknown = unknown.map(|label| format!("{label} is no label"));
        unknown.or_else(|| (names == 0).then(|| "it names no metric".to_owned()))
    }

    #[test]
    fn the_dashboard_asks_for_what_there_is() {
        let text =
            fs::read_to_string(root().join("docs/grafana-dashboard.json")).expect("readable");
        let mut found = Vec::new();
        expressions(&serde_json::from_str(&text).expect("JSON"), &mut found);
        assert!(found.len() > 40, "{found:?}");
        for expression in &found {
            assert_eq!(wrong(expression), None, "{expression}");
        }
        for metric in METRICS {
            let shown = found
                .iter()
                .any(|expression| expression.contains(metric.name));
            assert!(shown, "{} is on no panel", metric.name);
        }
    }

    #[test]
    fn a_wrong_expression_is_found() {
        let right = r#"sum by (route, status) (rate(http_requests_total{instance="a", status=~"5.."}[1m]))"#;
        assert_eq!(wrong(right), None);
        for bad in [
            r#"rate(no_such_total{instance="a"}[1m])"#,
            r#"sum by (path) (rate(http_requests_total{instance="a"}[1m]))"#,
            r#"sum by (status, path) (rate(http_requests_total{instance="a"}[1m]))"#,
            r#"rate(http_requests_total{instance="a", path="b"}[1m])"#,
            r#"rate(http_requests_total_bucket{instance="a"}[1m])"#,
            r#"rate(turn_seconds{instance="a"}[1m])"#,
            "vector(1)",
        ] {
            assert!(wrong(bad).is_some(), "{bad}");
        }
    }
}
