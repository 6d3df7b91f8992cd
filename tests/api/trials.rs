//! Voice and microphone tried out before an interview: without a session, within the address's budget, and no row
//! tells of it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::socket::{Socket, finals, record, token};
use crate::support::{Client, SpeechServer, TestApp, spoken, stack};

/// Rows of one task.
async fn rows(task: &Value) -> i64 {
    let task: Uuid = task.as_str().and_then(|id| id.parse().ok()).expect("an id");
    let sql = "select count(*) from speech_tasks where task_id = $1";
    let db = stack().db().await;
    db.query_one(sql, &[&task]).await.expect("a count").get(0)
}

async fn say(client: &Client, text: &str) -> reqwest::Response {
    let body = json!({"text": text, "voice": "nova", "format": "wav", "trial": true});
    let request = client.request(Method::POST, "/speech/text_to_speech");
    request.json(&body).send().await.expect("an answer")
}

/// What a socket says that was begun with `start`, to which two sentences were said.
async fn heard(app: &TestApp, start: &Value) -> (Value, Vec<Value>) {
    let mut socket = Socket::begun(&app.url, start).await;
    let connected = socket.event().await;
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    (connected, socket.rest().await)
}

#[tokio::test]
async fn a_guest_without_a_session_hears_a_voice_and_no_row_tells_of_it() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let answer = say(&app.guest(), "Can you hear me?").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let task = json!(answer.headers()["x-task-id"].to_str().expect("an id"));
    assert_eq!(
        answer.bytes().await.expect("audio"),
        spoken("Can you hear me?")
    );
    assert_eq!(speech.heard()[0].body["voice"], "nova");
    assert_eq!(rows(&task).await, 0);
}

#[tokio::test]
async fn only_a_short_text_is_tried() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    assert_eq!(say(&guest, &"x".repeat(200)).await.status(), 200);
    assert_eq!(say(&guest, &"x".repeat(201)).await.status(), 422);
    let odd = json!({"text": "x", "trial": "perhaps"});
    guest
        .post("/speech/text_to_speech", &odd)
        .await
        .is_problem(422, "validation_failed");
    let not_tried = json!({"text": "x", "trial": false});
    guest
        .post("/speech/text_to_speech", &not_tried)
        .await
        .is_problem(400, "session_required");
}

#[tokio::test]
async fn a_microphone_is_tried_and_what_was_said_is_not_kept() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let (connected, events) = heard(&app, &json!({"type": "start", "trial": true})).await;
    assert_eq!(connected["type"], "connected", "{connected}");
    assert_eq!(finals(&events).len(), 2, "{events:?}");
    assert_eq!(rows(&connected["task_id"]).await, 0);
    // It is over: another connection begins anew.
    let again = json!({"type": "start", "trial": true, "task_id": connected["task_id"]});
    let (second, _) = heard(&app, &again).await;
    assert_eq!(
        (&second["type"], &second["text"]),
        (&json!("connected"), &json!(""))
    );
    assert_ne!(second["task_id"], connected["task_id"]);
}

#[tokio::test]
async fn where_speech_is_for_users_a_user_tries_it_and_a_guest_does_not() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.budgets.guest_speech = false);
    let (guest, alice) = (app.guest(), app.user("Alice").await);
    assert_eq!(say(&guest, "Hello").await.status(), 403);
    let (refused, _) = heard(&app, &json!({"type": "start", "trial": true})).await;
    assert_eq!(refused["code"], "speech_for_users_only");
    assert_eq!(say(&alice, "Hello").await.status(), 200);
    let hers = json!({"type": "start", "trial": true, "access_token": token(&alice)});
    let (connected, events) = heard(&app, &hers).await;
    assert_eq!(finals(&events).len(), 2, "{events:?}");
    assert_eq!(rows(&connected["task_id"]).await, 0);
    let used = alice.get("/speech/usage_stats").await.body["usage"].clone();
    assert_eq!(used, json!({"characters": 0, "seconds": 0.0}));
}

#[tokio::test]
async fn the_address_pays() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.budgets.address.characters = 10);
    let guest = app.guest();
    assert_eq!(say(&guest, "Ten chars.").await.status(), 200);
    assert_eq!(say(&guest, "More").await.status(), 429);
}

#[tokio::test]
async fn the_voices_to_choose_from_are_told() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.voices = vec!["nova".to_owned(), "echo".to_owned()];
    });
    let told = app.guest().get("/capabilities").await.body;
    assert_eq!(told["voices"], json!(["nova", "echo"]));
    let silent = TestApp::start().guest().get("/capabilities").await.body;
    assert_eq!(silent["voices"], json!([]));
}
