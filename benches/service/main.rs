//! What the service costs beside what it can't do without, side by side in one run.
//!
//! `make bench` runs it; `benches/README.md` explains each figure. Medians are printed as ratios,
//! because machines differ and are noisy.

#[path = "../../tests/api/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests, which use all of it"
)]
mod support;

mod bare;
mod floor;
mod measure;
mod streams;
mod uploads;
mod voice;
mod wire;

use std::time::{Duration, Instant};

use measure::{median, millis, resident_mb};
use reqwest::Method;
use serde_json::json;
use support::{Client, DevstackProcess, ServiceProcess};
use uuid::Uuid;

use crate::bare::BareRpcs;

const MESSAGE: &str = "At Acme I led a team of four in 2024: first we measured, then we rewrote the hot \
    path, and as a result latency fell by 40 percent.";
const LONG: (&str, &str) = ("CACHE_MAX_STALENESS", "3600");

fn main() {
    if std::env::args().any(|argument| argument == "--bare-server") {
        bare::serve();
        return;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stack = DevstackProcess::start(&[]);
        if runs("turns") {
            turns(&stack).await;
        }
        if runs("floor") {
            floor::floor(&stack).await;
        }
        if runs("history") {
            history(&stack).await;
        }
        if runs("length") {
            length(&stack).await;
        }
        if runs("memory") {
            memory(&stack).await;
        }
        if runs("streams") {
            streams::streams(&stack).await;
        }
        if runs("uploads") {
            uploads::uploads(&stack).await;
        }
        if runs("voice") {
            voice::voice(&stack).await;
        }
        if runs("crowd") {
            crowd(&stack).await;
        }
    });
}

/// (a) A turn against the two bare function calls it must make.
async fn turns(stack: &DevstackProcess) {
    let service = ServiceProcess::start(stack, &[LONG]);
    let user = Client::registered(&service.url, "Bench").await;
    let bare = BareRpcs::new(stack, &user);
    for concurrency in [1, 16] {
        let rounds = 400 / concurrency;
        let config = json!({"target_question_count": 100});
        let mut sessions = Vec::new();
        let mut bare_sessions = Vec::new();
        for _ in 0..concurrency {
            sessions.push(user.started(&config).await);
            bare_sessions.push(bare.started(user.create(&config).await).await);
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            // Alternating, so that whatever else the machine does meets both.
            let sends = sessions.iter().map(|session| async {
                let began = Instant::now();
                let answer = user.send(*session, MESSAGE).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                began.elapsed()
            });
            let sent = futures_util::future::join_all(sends).await;
            let turns = bare_sessions.iter_mut().map(|session| async {
                let began = Instant::now();
                bare.turn(session, MESSAGE).await;
                began.elapsed()
            });
            let turned = futures_util::future::join_all(turns).await;
            if round >= rounds / 10 {
                ours.extend(sent);
                theirs.extend(turned);
            }
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        println!(
            "a  send_message, {concurrency:>2} at once: {} against two bare RPCs {}: ratio {:.2} (at most 1.20)",
            millis(ours),
            millis(theirs),
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
    }
}

/// (b) A hot read against a bare handler that answers the same bytes.
async fn history(stack: &DevstackProcess) {
    let service = ServiceProcess::start(stack, &[LONG]);
    let user = Client::registered(&service.url, "Bench").await;
    let session = user.started(&json!({})).await;
    for _ in 0..5 {
        user.send(session, MESSAGE).await;
    }
    let body = user
        .request(Method::GET, "/agent/history")
        .header("x-session-id", session.to_string())
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    let bare = bare::Server::start(&body);
    let before = measure::upstream_requests(&user).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        ours.push(measure::throughput(&user, "/agent/history", session).await);
        theirs.push(measure::throughput(&user.at(&bare.url), "/", session).await);
    }
    let calls = measure::upstream_requests(&user).await - before;
    let (ours, theirs) = (measure::middle(&mut ours), measure::middle(&mut theirs));
    println!(
        "b  GET /agent/history hot: {ours:.0}/s against a bare handler {theirs:.0}/s ({} bytes): ratio {:.2} (at least 0.70); upstream calls: {calls:.0} (0)",
        body.len(),
        ours / theirs
    );
}

/// (c) A late turn against an early one.
async fn length(stack: &DevstackProcess) {
    let counter = wire::Counter::start(stack.api_url()).await;
    let service = ServiceProcess::start(stack, &[LONG, ("SUPABASE_URL", &counter.url)]);
    let user = Client::registered(&service.url, "Bench").await;
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let (mut early_bytes, mut late_bytes) = (0, 0);
    // Several sessions, each measured young and old, so that one slow moment decides nothing.
    for _ in 0..4 {
        let session = user.started(&json!({"target_question_count": 100, "use_time_based_interview": true, "interview_duration_minutes": 240})).await;
        for turn in 1..=499 {
            let bytes = counter.bytes();
            let began = Instant::now();
            let answer = user.send(session, MESSAGE).await;
            let took = began.elapsed();
            assert_eq!(answer.status, 200, "{answer:?}");
            let bytes = counter.bytes() - bytes;
            // The first turns of a connection are dearer: plans and caches are cold.
            match turn {
                5..=24 => {
                    early.push(took);
                    early_bytes += bytes;
                }
                480..=499 => {
                    late.push(took);
                    late_bytes += bytes;
                }
                _ => {}
            }
        }
    }
    let (early, late) = (median(&mut early), median(&mut late));
    println!(
        "c  turn 480 {} against turn 5 {}: ratio {:.2} (at most 1.10); bytes on the wire a turn {} against {}",
        millis(late),
        millis(early),
        late.as_secs_f64() / early.as_secs_f64(),
        late_bytes / 80,
        early_bytes / 80
    );
}

/// (d) Memory of the service alone, idle and with ten thousand hot sessions.
async fn memory(stack: &DevstackProcess) {
    const SESSIONS: usize = 10_000;
    let service = ServiceProcess::start(stack, &[LONG, ("CACHE_MAX_SESSIONS", "20000")]);
    let user = Client::registered(&service.url, "Bench").await;
    let idle = resident_mb(service.pid());
    let me = user.get("/auth/me").await;
    let owner: Uuid = me.body["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let sessions = wire::seed(stack, owner, SESSIONS).await;
    for chunk in sessions.chunks(32) {
        let reads = chunk
            .iter()
            .map(|session| user.read("/agent/history", *session));
        for answer in futures_util::future::join_all(reads).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }
    let hot = resident_mb(service.pid());
    println!(
        "d  resident memory: idle {idle:.1} MB (at most 25); with {SESSIONS} hot sessions of six turns {hot:.1} MB ({:.1} kB each)",
        (hot - idle) * 1024.0 / 10_000.0
    );
}

/// (e) A thousand sessions at once while the interviewer takes its time.
async fn crowd(stack: &DevstackProcess) {
    const SESSIONS: usize = 1_000;
    const THINKING: Duration = Duration::from_millis(500);
    let quick = ServiceProcess::start(stack, &[LONG]);
    let slow = ServiceProcess::start(stack, &[LONG, ("OFFLINE_REPLY_DELAY_MS", "500")]);
    let user = Client::registered(&quick.url, "Bench").await;
    let bare = BareRpcs::new(stack, &user);
    let (mut sessions, mut bare_sessions) = (Vec::new(), Vec::new());
    for _ in 0..SESSIONS / 20 {
        let made = (0..20).map(|_| async {
            let session = user.started(&json!({})).await;
            let other = bare.started(user.create(&json!({})).await).await;
            (session, other)
        });
        for (session, other) in futures_util::future::join_all(made).await {
            sessions.push(session);
            bare_sessions.push(other);
        }
    }
    let slow_user = user.at(&slow.url);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..4 {
        let began = Instant::now();
        let sends = sessions
            .iter()
            .map(|session| slow_user.send(*session, MESSAGE));
        for answer in futures_util::future::join_all(sends).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        let sent = began.elapsed();
        let began = Instant::now();
        let turns = bare_sessions
            .iter_mut()
            .map(|session| bare.turn(session, MESSAGE));
        futures_util::future::join_all(turns).await;
        // The first round loads every session into memory.
        if round > 0 {
            ours.push(sent);
            theirs.push(began.elapsed());
        }
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    let over = ours.saturating_sub(THINKING);
    println!(
        "e  {SESSIONS} sessions at once, 500 ms of thinking: all answered in {}; beyond the thinking {} against the bare RPCs alone {}: ratio {:.2} (at most 1.25)",
        millis(ours),
        millis(over),
        millis(theirs),
        over.as_secs_f64() / theirs.as_secs_f64()
    );
}
