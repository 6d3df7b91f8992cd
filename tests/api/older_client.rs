//! An older React client's speech: without a session and without a token, or with a session that is named in a
//! socket's address. It is served, within its address's budget, and leaves nothing that anybody else could see.

use futures_util::SinkExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::support::socket::{Socket, finals, kinds, record};
use crate::support::{Answer, Client, SpeechServer, TestApp, eventually, spoken, stack};

async fn tasks() -> i64 {
    let db = stack().db().await;
    let sql = "select count(*) from speech_tasks where session_id is null and user_id is null";
    db.query_one(sql, &[]).await.expect("a count").get(0)
}

async fn synthesize(client: &Client, path: &str, text: &str) -> reqwest::Response {
    let request = client.request(Method::POST, path);
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("text", text)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .expect("an answer")
}

async fn upload(client: &Client, path: &str) -> Answer {
    let audio = Part::bytes(spoken("One second of sound.")).file_name("recording.wav");
    let form = Form::new().part("audio_file", audio);
    Answer::of(client.request(Method::POST, path).multipart(form)).await
}

fn status_path(accepted: &Answer) -> String {
    let task = accepted.body["task_id"].as_str().expect("an id");
    format!("/api/speech-to-text/status/{task}")
}

#[tokio::test]
async fn a_text_is_spoken_without_a_session() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    for path in ["/api/text-to-speech", "/api/text-to-speech/stream"] {
        let spoken = synthesize(&guest, path, "Tell me about yourself.").await;
        assert_eq!(spoken.status(), StatusCode::OK, "{path}");
        assert!(!spoken.bytes().await.expect("audio").is_empty());
    }
    // Elsewhere, a guest has a session.
    synthesize_is_refused(&guest).await;
}

async fn synthesize_is_refused(guest: &Client) {
    guest
        .post("/speech/text_to_speech", &json!({"text": "x"}))
        .await
        .is_problem(400, "session_required");
}

#[tokio::test]
async fn a_recording_is_transcribed_and_its_result_is_nobody_elses() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let (guest, alice) = (app.guest(), app.user("Alice").await);
    let before = tasks().await;
    let accepted = upload(&guest, "/api/speech-to-text").await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    assert_eq!(accepted.body["session_id"], Value::Null);
    let path = status_path(&accepted);
    eventually("the recording is transcribed", async || {
        guest.get(&path).await.body["status"] == "completed"
    })
    .await;
    let state = guest.get(&path).await.body;
    assert!(
        state["transcript"]
            .as_str()
            .is_some_and(|text| text.starts_with("I heard")),
        "{state}"
    );
    assert_eq!(tasks().await, before, "there is no row");
    // A user has no use for it, nor a session, nor has who does not know the id.
    alice.get(&path).await.is_problem(404, "task_not_found");
    let session = guest.create(&json!({})).await;
    guest
        .read(&path, session)
        .await
        .is_problem(404, "task_not_found");
    let unknown = format!("/api/speech-to-text/status/{}", Uuid::new_v4());
    guest.get(&unknown).await.is_problem(404, "task_not_found");
    // Others' tasks are not to be had that way.
    let hers = upload(&alice, "/speech/speech_to_text_batch").await;
    guest
        .get(&status_path(&hers))
        .await
        .is_problem(404, "task_not_found");
}

#[tokio::test]
async fn what_it_costs_is_its_addresss() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.budgets.address.seconds = 1;
        config.budgets.address.characters = 10;
    });
    let guest = app.guest();
    assert_eq!(upload(&guest, "/api/speech-to-text").await.status, 202);
    upload(&guest, "/api/speech-to-text")
        .await
        .is_problem(429, "speech_budget_exceeded");
    let refused = synthesize(&guest, "/api/text-to-speech", "Eleven char").await;
    assert_eq!(refused.status(), 429);
    let spoken = synthesize(&guest, "/api/text-to-speech", "Ten chars.").await;
    assert_eq!(spoken.status(), 200);
}

/// A socket as the client opens it, and its events after it has stopped by closing, without a pause.
async fn heard(app: &TestApp, path: &str) -> (Value, Vec<Value>) {
    let mut socket = Socket::open(&app.url, path, None).await.expect("a socket");
    let connected = socket.event().await;
    assert_eq!(connected["type"], "connected", "{connected}");
    record(&mut socket).await;
    socket.0.send(Message::Close(None)).await.expect("sent");
    (connected, socket.rest().await)
}

#[tokio::test]
async fn a_users_socket_without_a_token_is_heard_and_never_as_the_user() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let hers = alice.started(&json!({})).await;
    let version = async || alice.read("/agent/session", hers).await.body["version"].clone();
    let before = version().await;
    let path = format!("/api/speech-to-text/stream?session_id={hers}");
    let (connected, events) = heard(&app, &path).await;
    assert_eq!(finals(&events).len(), 2, "{events:?}");
    assert_eq!(kinds(&events)[0], "speech_started");
    let db = stack().db().await;
    let task: Uuid = connected["task_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let sql = "select count(*) from speech_tasks where task_id = $1 or session_id = $2";
    let rows: i64 = db
        .query_one(sql, &[&task, &hers])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(rows, 0);
    assert_eq!(version().await, before);
    assert_eq!(
        alice.get("/speech/usage_stats").await.body["usage"]["seconds"],
        0.0
    );
    // Whether there is such a session can't be told from it.
    let nowhere = format!("/api/speech-to-text/stream?session_id={}", Uuid::new_v4());
    assert_eq!(finals(&heard(&app, &nowhere).await.1).len(), 2);
}

#[tokio::test]
async fn the_last_words_of_a_guest_come_before_the_close_and_are_stored() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let path = format!("/api/speech-to-text/stream?session_id={session}");
    let (connected, events) = heard(&app, &path).await;
    let finals = finals(&events).join(" ");
    let row = crate::support::socket::settled(&connected["task_id"]).await;
    assert_eq!(row["result_data"]["transcription"], finals.as_str());
    assert!(!finals.is_empty());
}

#[tokio::test]
async fn a_socket_is_paid_by_its_address_as_well() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.budgets.address.seconds = 3);
    let nowhere = format!("/api/speech-to-text/stream?session_id={}", Uuid::new_v4());
    let (_, events) = heard(&app, &nowhere).await;
    let last = events.last().expect("events");
    assert_eq!(last["code"], "speech_budget_exceeded", "{events:?}");
    let mut next = Socket::open(&app.url, &nowhere, None)
        .await
        .expect("a socket");
    assert_eq!(next.event().await["code"], "speech_budget_exceeded");
    assert_eq!(speech.heard().len(), 1, "nothing more is paid for");
}
