//! How an answer was given: measured in its text, and in the time and pauses of one that was spoken.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, TestApp, eventually};

const SAID: &str = "Um, last spring I moved our billing to a queue, because the nightly batch failed twice a week, and since then not a single run has failed.";

async fn speak(client: &Client, session: Uuid, key: &str, timing: &Value) -> Answer {
    let body = json!({"message": SAID, "speech_timing": timing});
    let request = client
        .request(Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("idempotency-key", key)
        .json(&body);
    Answer::of(request).await
}

/// The measures of each answer that has feedback.
async fn deliveries(client: &Client, session: Uuid) -> Vec<Value> {
    let log = client.read("/agent/per_turn_feedback", session).await.body;
    let items = log.as_array().cloned().unwrap_or_default();
    let ready = items.iter().filter(|item| item["status"] == "ready");
    ready.map(|item| item["delivery"].clone()).collect()
}

#[tokio::test]
async fn a_spoken_answer_has_its_pace_and_pauses_on_every_instance() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let timing = json!({"seconds": 13.4, "pauses": 1, "longest_pause_seconds": 2.5});
    let answer = speak(&alice, session, "spoken", &timing).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // A message is its text: how it was spoken makes no other turn of it.
    let again = speak(&alice, session, "spoken", &Value::Null).await;
    assert_eq!(again.body, answer.body);
    assert_eq!(alice.send(session, SAID).await.status, 200);

    let elsewhere = TestApp::start();
    let there = alice.at(&elsewhere.url);
    eventually("both answers have feedback", async || {
        deliveries(&there, session).await.len() == 2
    })
    .await;
    let measured = deliveries(&there, session).await;
    assert_eq!(
        measured[0]["spoken"],
        json!({"seconds": 13.4, "words_per_minute": 121, "words_per_minute_from": 110, "words_per_minute_to": 170,
            "pauses": 1, "longest_pause_seconds": 2.5})
    );
    assert_eq!(measured[1].get("spoken"), None);
    assert_eq!(measured[1]["words"], measured[0]["words"]);
}

#[tokio::test]
async fn measures_beyond_their_bounds_are_refused_and_nothing_is_sent() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    for wrong in [
        json!("fast"),
        json!([]),
        json!({"seconds": 5}),
        json!({"seconds": -1, "pauses": 0, "longest_pause_seconds": 0}),
        json!({"seconds": 7201, "pauses": 0, "longest_pause_seconds": 0}),
        json!({"seconds": 1e300, "pauses": 0, "longest_pause_seconds": 0}),
        json!({"seconds": 9, "pauses": 1.5, "longest_pause_seconds": 0}),
        json!({"seconds": 9, "pauses": 1001, "longest_pause_seconds": 0}),
        json!({"seconds": 9, "pauses": 1, "longest_pause_seconds": 9.5}),
    ] {
        let answer = speak(&guest, session, "k", &wrong).await;
        answer.is_problem(422, "validation_failed");
        assert_eq!(
            answer.body["errors"][0]["field"], "speech_timing",
            "{wrong}"
        );
    }
    assert_eq!(guest.messages(session).await, Vec::<String>::new());
}
