//! What is read of a session: from memory while fresh, from the database otherwise, by its owner only.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, TestApp, eventually};

async fn upstream_calls(client: &Client) -> f64 {
    let metrics = client.get("/metrics").await.body;
    let text = metrics.as_str().expect("a text").to_owned();
    text.lines()
        .filter(|line| line.starts_with("upstream_requests_total"))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
        .sum()
}

#[tokio::test]
async fn a_stale_snapshot_is_confirmed_and_another_instances_turn_shows() {
    let one = TestApp::with(|config| config.cache.max_staleness = Duration::ZERO);
    let two = TestApp::start();
    let alice = one.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.messages(session).await, Vec::<String>::new());
    assert_eq!(
        alice
            .at(&two.url)
            .send(session, "Said over there")
            .await
            .status,
        200
    );
    assert_eq!(alice.messages(session).await, ["Said over there"]);
}

#[tokio::test]
async fn an_unchanged_session_answers_304() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    for path in [
        "/agent/session",
        "/agent/history",
        "/agent/stats",
        "/agent/per_turn_feedback",
    ] {
        let first = alice.read(path, session).await;
        let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
        let again = alice
            .request(reqwest::Method::GET, path)
            .header("x-session-id", session.to_string())
            .header("if-none-match", &tag)
            .send()
            .await
            .expect("an answer");
        assert_eq!(again.status(), 304, "{path}");
    }
    let tag = alice.read("/agent/history", session).await.headers["etag"].clone();
    assert_eq!(alice.send(session, "A change").await.status, 200);
    assert_ne!(
        alice.read("/agent/history", session).await.headers["etag"],
        tag
    );
}

/// They share an address, so a browser holds one answer for them and asks about it by its tag.
#[tokio::test]
async fn what_a_browser_holds_of_one_session_is_never_taken_for_another() {
    let app = TestApp::start();
    let guest = app.guest();
    let one = guest.create(&json!({"job_role": "One"})).await;
    let two = guest.create(&json!({"job_role": "Two"})).await;
    for path in ["/agent/session", "/agent/history", "/agent/stats"] {
        let held = guest.read(path, one).await.headers;
        let answer = guest
            .request(reqwest::Method::GET, path)
            .header("x-session-id", two.to_string())
            .header("if-none-match", &held["etag"])
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        let vary: Vec<&str> = held
            .get_all("vary")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let vary = vary.join(", ").to_lowercase();
        for header in ["authorization", "x-session-id"] {
            assert!(vary.contains(header), "{path}: {vary}");
        }
        let tag = held["etag"].to_str().expect("a tag");
        assert!(!tag.contains(&one.to_string()), "a guest's id is a key");
    }
    for path in [
        "/agent/time_remaining",
        "/agent/final_summary_status",
        "/auth/me",
    ] {
        let answer = guest.read(path, one).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_snapshot_of_a_deleted_session_is_not_served() {
    let one = TestApp::with(|config| config.cache.max_staleness = Duration::ZERO);
    let two = TestApp::start();
    let alice = one.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.read("/agent/history", session).await.status, 200);
    let there = alice.at(&two.url);
    let deleted = there
        .request(reqwest::Method::DELETE, "/agent/session")
        .header("x-session-id", session.to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(deleted.status(), 204);
    alice
        .read("/agent/history", session)
        .await
        .is_problem(404, "session_not_found");
}

#[tokio::test]
async fn an_evicted_session_goes_on_where_it_was() {
    let app = TestApp::with(|config| config.cache.max_entries = 2);
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.send(session, "Before").await.status, 200);
    assert_eq!(
        alice
            .act("/agent/cleanup", session, &json!({}))
            .await
            .status,
        200
    );
    assert_eq!(alice.send(session, "After").await.status, 200);
    assert_eq!(alice.messages(session).await, ["Before", "After"]);
    assert_eq!(
        alice.act("/agent/ping", session, &json!({})).await.body["session_active"],
        true
    );
    assert!(upstream_calls(&alice).await > 0.0);
    let metrics = alice.get("/metrics").await.body;
    let metrics = metrics.as_str().expect("a text");
    assert!(
        metrics.contains("session_cache_reads_total{result=\"hit\"}"),
        "{metrics}"
    );
}

/// Reads a session's event stream until `done` says it has enough.
async fn events(
    client: &Client,
    session: Uuid,
    last: Option<&str>,
    done: impl Fn(&str) -> bool,
) -> String {
    let mut request = client
        .request(reqwest::Method::GET, "/agent/events")
        .header("x-session-id", session.to_string());
    if let Some(id) = last {
        request = request.header("last-event-id", id);
    }
    let response = request.send().await.expect("a stream");
    assert_eq!(response.status(), 200);
    let mut body = response.bytes_stream();
    let mut text = String::new();
    let read = async {
        while let Some(chunk) = body.next().await {
            text.push_str(&String::from_utf8_lossy(&chunk.expect("a chunk")));
            if done(&text) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("the events come");
    text
}

#[tokio::test]
async fn events_of_any_instance_arrive_and_resume_without_repeat() {
    let (one, two) = (TestApp::start(), TestApp::start());
    let alice = one.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let listening = {
        let there = alice.at(&two.url);
        tokio::spawn(async move {
            events(&there, session, None, |text| {
                text.contains("event: feedback")
            })
            .await
        })
    };
    assert_eq!(alice.send(session, "Heard elsewhere").await.status, 200);
    let heard = listening.await.expect("a task");
    assert!(
        heard.contains("event: turn") && heard.contains("Heard elsewhere"),
        "{heard}"
    );
    let last = heard
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .next_back()
        .expect("an id");
    assert_eq!(alice.send(session, "The second").await.status, 200);
    let rest = events(&alice, session, Some(last), |text| {
        text.contains("The second")
    })
    .await;
    assert!(!rest.contains("Heard elsewhere"), "{rest}");
    let bad = alice
        .request(reqwest::Method::GET, "/agent/events")
        .header("x-session-id", session.to_string())
        .header("last-event-id", "x");
    crate::support::Answer::of(bad)
        .await
        .is_problem(400, "last_event_id_invalid");
}

#[tokio::test]
async fn the_end_of_an_interview_is_an_event() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    assert_eq!(
        guest
            .send(session, "I led 5 people for 3 years.")
            .await
            .status,
        200
    );
    let ended = guest.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200);
    eventually("the report is there", async || {
        guest
            .read("/agent/final_summary_status", session)
            .await
            .body["status"]
            == "completed"
    })
    .await;
    let text = events(&guest, session, None, |text| {
        text.contains("event: summary")
    })
    .await;
    assert!(text.contains("event: status"), "{text}");
    let other: Value = guest.read("/agent/stats", session).await.body;
    assert_eq!(other["stats"]["answers"], 1);
}

#[tokio::test]
async fn a_reader_of_events_learns_that_an_interview_was_reset() {
    let (one, two) = (TestApp::start(), TestApp::start());
    let guest = one.guest();
    let session = guest.started(&json!({})).await;
    assert_eq!(guest.send(session, "To be forgotten").await.status, 200);
    let before = events(&guest, session, None, |text| {
        text.contains("To be forgotten")
    })
    .await;
    let last = before
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .next_back()
        .expect("an id")
        .to_owned();
    let reader = guest.at(&two.url);
    let listening = events(&reader, session, Some(&last), |text| {
        text.contains("event: turn") && text.contains("event: status")
    });
    let reset = async {
        let reset = guest
            .act("/agent/reset_interview", session, &json!({}))
            .await;
        assert_eq!(reset.status, 200, "{reset:?}");
        let begun = guest
            .act("/agent/start_interview", session, &json!({}))
            .await;
        assert_eq!(begun.status, 200, "{begun:?}");
    };
    let (heard, ()) = tokio::join!(listening, reset);
    // However much of it comes at once: what the reader holds of the old turns is void.
    let status = heard
        .split("event: status")
        .nth(1)
        .unwrap_or_else(|| panic!("no status: {heard}"));
    assert!(
        status.contains("\"turns\":0") || status.contains("\"turns\":1"),
        "{heard}"
    );
    assert!(!status.contains("To be forgotten"), "{heard}");
}

/// Kinds of JSON from test suites of parsers: what is accepted comes back, on any later read.
#[tokio::test]
async fn whatever_configuration_is_accepted_comes_back() {
    let app = TestApp::start();
    let guest = app.guest();
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let (deep, too_deep) = (nested(32), nested(100));
    for (value, accepted) in [
        ("1.7976931348623157e308", false),
        ("-1e308", false),
        ("5e-324", false),
        ("1e300", true),
        ("1e-300", true),
        ("0.1", true),
        ("-0.0", true),
        ("1E+2", true),
        ("18446744073709551615", true),
        ("123456789012345678901234567890", true),
        (deep.as_str(), true),
        (too_deep.as_str(), false),
        (
            r#"{"": {"a": [null, true, "\u2028 \ud83d\ude00 \\ \" \u0001"]}}"#,
            true,
        ),
        (r#""\u0000""#, false),
        (r#"{"\u0000": 1}"#, false),
    ] {
        let answer = guest
            .request(reqwest::Method::POST, "/agent/create_session")
            .header("content-type", "application/json")
            .body(format!(r#"{{"x": {value}}}"#))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status() == 201, accepted, "{value}");
        if accepted {
            let created: Value = answer.json().await.expect("JSON");
            let session = created["session_id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("an id");
            // Another instance reads it from the database.
            let other = TestApp::start();
            let read = other.guest().read("/agent/session", session).await;
            assert_eq!(read.status, 200, "{value}: {read:?}");
            let sent: Value = serde_json::from_str(value).expect("JSON");
            let same = match (sent.as_f64(), read.body["session_config"]["x"].as_f64()) {
                (Some(sent), Some(read)) => (sent - read).abs() <= sent.abs() * 1e-15,
                _ => sent == read.body["session_config"]["x"],
            };
            assert!(same, "{value}: {}", read.body["session_config"]["x"]);
        }
    }
}

#[tokio::test]
async fn all_that_name_a_session_name_the_same() {
    let app = TestApp::start();
    let guest = app.guest();
    let (one, other) = (
        guest.create(&json!({})).await,
        guest.create(&json!({})).await,
    );
    let asked = async |query: String| guest.get(&format!("/agent/history?{query}")).await;
    let twice = asked(format!("session_id={one}&session_id={one}")).await;
    assert_eq!(twice.status, 200, "{twice:?}");
    let differ = asked(format!("session_id={one}&session_id={other}")).await;
    differ.is_problem(422, "validation_failed");
    let request = guest.request(
        reqwest::Method::GET,
        &format!("/agent/history?session_id={one}"),
    );
    let differ = Answer::of(request.header("x-session-id", other.to_string())).await;
    differ.is_problem(422, "validation_failed");
}

#[tokio::test]
async fn what_is_empty_is_as_if_it_were_not_sent() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.create(&json!({})).await;
    let listed = alice
        .get("/agent/sessions?limit=5&cursor=&status=&search=")
        .await;
    assert_eq!(
        listed.body["sessions"][0]["session_id"],
        session.to_string()
    );
    let events = alice.request(reqwest::Method::GET, "/agent/events");
    let events = events
        .header("x-session-id", session.to_string())
        .header("last-event-id", "")
        .send();
    assert_eq!(events.await.expect("a stream").status(), 200);
}
