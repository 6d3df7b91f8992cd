//! `doctor`: what it finds good, what it finds wrong, and what it says of a language model's server.

use serde_json::{Value, json};

use crate::devstack::{binary, text};
use crate::support::model_modes::{
    ModeServer, Played, at_once, error, events, openai, refusal, response,
};
use crate::support::{
    Collector, DevstackProcess, ModelServer, SearchServer, SpeechServer, eventually, stack,
};

pub(crate) fn doctor(settings: &[(&str, &str)]) -> (bool, Value) {
    let output = binary(&["doctor", "--json"])
        .env_clear()
        .envs(settings.iter().copied())
        .current_dir("/")
        .output()
        .expect("it runs");
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    (output.status.success(), report)
}

fn failed(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks
        .filter(|check| check["verdict"] == "failed")
        .inspect(|check| assert!(check["cure"].is_string(), "{check}"))
        .filter_map(|check| check["name"].as_str())
        .collect()
}

#[test]
fn the_doctor_finds_a_good_configuration_good_and_names_what_is_wrong() {
    let stack = stack();
    let url = ("SUPABASE_URL", stack.api_url());
    let anon = ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY"));
    let service = ("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY"));
    let (passed, report) = doctor(&[url, anon, service]);
    assert!(passed, "{report:#}");
    assert_eq!(report["passed"], true);
    let checks = report["checks"].as_array().expect("checks");
    let readers = checks.iter().find(|check| check["name"] == "file readers");
    assert_eq!(readers.expect("a check")["verdict"], "ok", "{readers:?}");
    let (passed, report) = doctor(&[url, ("SUPABASE_ANON_KEY", stack.var("SECRET_KEY"))]);
    assert!(!passed);
    assert!(failed(&report).contains(&"public key"), "{report:#}");
    let (passed, report) = doctor(&[("SUPABASE_URL", "http://127.0.0.1:9"), anon]);
    assert!(!passed && !failed(&report).is_empty(), "{report:#}");
    let (passed, report) = doctor(&[anon]);
    assert!(!passed);
    assert_eq!(failed(&report), ["configuration"]);
}

#[tokio::test]
async fn the_doctor_knows_a_database_that_takes_nothing_from_this_service() {
    let stack = DevstackProcess::start(&[]);
    let db = stack.db().await;
    db.execute("select private.set_write_secret('right')", &[])
        .await
        .expect("a secret");
    let with = |secret: &str| {
        doctor(&[
            ("SUPABASE_URL", stack.api_url()),
            ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY")),
            ("SUPABASE_WRITE_SECRET", secret),
        ])
    };
    assert!(with("right").0);
    let (passed, report) = with("wrong");
    assert!(!passed);
    assert_eq!(failed(&report), ["functions"]);
    assert!(
        report.to_string().contains("private.set_write_secret"),
        "{report:#}"
    );
    // A database whose migrations end before the latest functions.
    let undo = "drop function public.create_session; notify pgrst, 'reload schema'";
    db.batch_execute(undo).await.expect("a function less");
    eventually("PostgREST knows", async || {
        let (_, report) = with("right");
        failed(&report) == ["functions"] && report.to_string().contains("apply the migrations")
    })
    .await;
}

#[test]
fn the_doctor_tries_the_keys_of_model_search_and_speech() {
    let stack = stack();
    let (model, search) = (ModelServer::start(), SearchServer::start());
    let (base, search_base) = (format!("{}/v1", model.url), search.url.clone());
    let speech = SpeechServer::start();
    let speech_base = format!("{}/v1", speech.url);
    let live_base = speech.url.replacen("http", "ws", 1);
    let try_with = |key: &str| {
        doctor(&[
            ("SUPABASE_URL", stack.api_url()),
            ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY")),
            ("OPENAI_BASE_URL", &base),
            ("OPENAI_API_KEY", key),
            ("SERPER_BASE_URL", &search_base),
            ("SERPER_API_KEY", "k"),
            ("SPEECH_BASE_URL", &speech_base),
            ("SPEECH_API_KEY", key),
            ("DEEPGRAM_BASE_URL", &live_base),
            ("DEEPGRAM_API_KEY", key),
        ])
    };
    let (passed, report) = try_with("sk-good");
    assert!(passed, "{report:#}");
    search.answer(403, json!([]));
    let (passed, report) = try_with("sk-wrong");
    assert!(!passed);
    assert_eq!(
        failed(&report),
        [
            "language model",
            "web search",
            "text to speech",
            "speech to text",
            "live transcription"
        ]
    );
    assert!(!report.to_string().contains("sk-wrong"));
}

/// What the doctor says of a model's server, by check.
fn of_model(server: &ModeServer, model: &str) -> (bool, impl Fn(&str) -> Value) {
    let stack = stack();
    let base = format!("{}/v1", server.url);
    let (passed, report) = doctor(&[
        ("SUPABASE_URL", stack.api_url()),
        ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY")),
        ("OPENAI_BASE_URL", &base),
        ("LLM_MODEL", model),
    ]);
    let check = move |name: &str| {
        let checks = report["checks"].as_array().expect("checks").iter();
        checks
            .rev()
            .find(|check| check["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    (passed, check)
}

fn listing(models: &Value) -> Played {
    let body = json!({"object": "list", "data": models}).to_string();
    at_once(response(
        "1.1",
        200,
        "content-type: application/json\r\n",
        body.as_bytes(),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_tells_what_a_server_can_do() {
    let server = ModeServer::start(|a| {
        if a.path == "/v1/models" {
            listing(&json!([{"id": "small", "owned_by": "me", "max_model_len": 8192}]))
        } else if a.body["response_format"]["type"] == "json_schema" {
            error(400, "x", "This response_format type is unavailable now")
        } else if a.has("response_format") {
            events(&openai("{\"ready\": true}"))
        } else {
            events(&openai("<think>Hm.</think>Hello! What do you do?"))
        }
    })
    .await;
    let (passed, check) = of_model(&server, "small");
    assert!(passed);
    assert_eq!(check("language model")["verdict"], "ok");
    assert_eq!(check("a line of the model")["verdict"], "ok");
    let structured = check("structured answers")["found"].to_string();
    assert!(structured.contains("json_object"), "{structured}");
    assert!(
        check("context length")["found"]
            .to_string()
            .contains("8192")
    );
    let (_, check) = of_model(&server, "absent");
    let found = check("language model");
    assert_eq!(found["verdict"], "note");
    assert!(
        found["found"].to_string().contains("it has small"),
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_passes_on_the_providers_sentence() {
    let server = ModeServer::start(|a| {
        if a.path == "/v1/models" {
            listing(&json!([{"id": "m", "owned_by": "library"}]))
        } else {
            refusal(500, &json!({"error": "model requires more system memory (9.9 GiB) than is available (7.1 GiB)"}))
        }
    })
    .await;
    let (passed, check) = of_model(&server, "m");
    assert!(!passed);
    let line = check("a line of the model");
    assert_eq!(line["verdict"], "failed");
    assert!(line["found"].to_string().contains("9.9 GiB"), "{line}");
    let window = check("context length");
    assert!(
        window["cure"].to_string().contains("num_ctx"),
        "Ollama: {window}"
    );
}

#[tokio::test]
async fn the_doctor_knows_whether_a_collector_takes_what_it_is_sent() {
    let collector = Collector::start();
    let with = |more: &[(&str, &str)]| {
        let mut settings = vec![
            ("SUPABASE_URL", stack().api_url()),
            ("SUPABASE_ANON_KEY", stack().var("PUBLISHABLE_KEY")),
        ];
        settings.extend_from_slice(more);
        doctor(&settings)
    };
    let verdict = |report: &Value, name: &str| {
        let mut checks = report["checks"].as_array().expect("checks").iter();
        let check = checks.find(|check| check["name"] == name);
        check.map_or(Value::Null, |check| check["verdict"].clone())
    };
    let (_, report) = with(&[]);
    assert_eq!(verdict(&report, "OpenTelemetry"), "note");
    let on = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str());
    let (passed, report) = with(&[on, ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=mine")]);
    assert!(passed, "{report:#}");
    assert_eq!(verdict(&report, "OpenTelemetry traces"), "ok");
    assert_eq!(verdict(&report, "OpenTelemetry metrics"), "ok");
    assert_eq!(collector.keys(), ["mine", "mine"]);
    let away = (
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "http://127.0.0.1:9/in",
    );
    let (passed, report) = with(&[on, away]);
    assert!(!passed);
    assert_eq!(failed(&report), ["OpenTelemetry metrics"]);
}
