//! Memory under hostile content: what the cache holds is what it weighs, and no more than it may.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, ServiceProcess, stack};

const CACHE_MB: u64 = 24;

/// Resident memory of a process, in kB.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a Linux process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("it is told");
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse()
        .expect("a number")
}

/// A value whose parts take a hundred times their text: `{"k": [{"":0}, …]}` of so many bytes.
fn maps(bytes: usize) -> Value {
    json!({ "k": vec![json!({"": 0}); bytes / 7] })
}

async fn read(guest: &Client, session: Uuid) {
    let whole = guest.read("/agent/session", session).await;
    assert_eq!(whole.status, 200, "{:?}", whole.body["code"]);
}

fn service() -> ServiceProcess {
    ServiceProcess::start(
        stack(),
        &[
            ("CACHE_MAX_MB", &CACHE_MB.to_string()),
            ("CACHE_MAX_STALENESS", "60"),
        ],
    )
}

/// A service that has done everything once, and the memory it needs for that.
async fn warm(service: &ServiceProcess, guest: &Client, hostile: &Value) -> u64 {
    for _ in 0..3 {
        let session = guest.create(hostile).await;
        read(guest, session).await;
        guest.act("/agent/cleanup", session, &json!({})).await;
    }
    resident(service.pid())
}

#[track_caller]
fn is_bounded(service: &ServiceProcess, idle: u64, what: &str) {
    let now = resident(service.pid());
    let most = idle + CACHE_MB * 1024 * 13 / 10;
    eprintln!("{what}: {idle} kB idle, {now} kB now, {most} kB at most");
    assert!(now <= most, "{what}: {now} kB are more than {most} kB");
}

async fn gauge(guest: &Client, name: &str) -> f64 {
    let metrics = guest.get("/metrics").await.body;
    let metrics = metrics.as_str().expect("text").to_owned();
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .expect("it is measured");
    line.trim().parse().expect("a number")
}

/// The cache is nearly full, as its gauge tells: otherwise nothing was tried.
async fn holds_much(guest: &Client) {
    let held = gauge(guest, "session_cache_bytes").await;
    eprintln!("{held} bytes are held");
    assert!(held > 20e6, "{held} bytes are held");
}

#[tokio::test]
async fn configurations_of_many_small_maps_take_what_they_weigh() {
    let service = service();
    let guest = Client::new(&service.url);
    let hostile = maps(64_000);
    let idle = warm(&service, &guest, &hostile).await;
    for _ in 0..390 {
        let session = guest.create(&hostile).await;
        read(&guest, session).await;
    }
    is_bounded(&service, idle, "configurations");
    holds_much(&guest).await;
}

#[tokio::test]
async fn turns_and_reports_of_many_small_parts_take_what_they_weigh() {
    let service = service();
    let guest = Client::new(&service.url);
    let idle = warm(&service, &guest, &json!({})).await;
    let db = stack().db().await;
    let score = json!({"dimension": "d", "score": 1, "reason": "", "evidence": []});
    let feedback =
        json!({"status": "ready", "worked": vec![""; 2_000], "scores": vec![score; 200]});
    for _ in 0..40 {
        let session = guest.started(&json!({})).await;
        // As whoever can write rows past the service might.
        db.execute(
            "update interview_turns set reply = jsonb_set(reply, '{metadata}', $2), feedback = $3 where session_id = $1",
            &[&session, &maps(12_000), &feedback],
        )
        .await
        .expect("written");
        db.execute(
            "update interview_sessions set final_summary = $2, status = 'completed' where session_id = $1",
            &[&session, &json!({"status": "completed", "results": maps(12_000)})],
        )
        .await
        .expect("written");
        guest.act("/agent/cleanup", session, &json!({})).await;
        read(&guest, session).await;
    }
    is_bounded(&service, idle, "turns and reports");
    holds_much(&guest).await;
}
