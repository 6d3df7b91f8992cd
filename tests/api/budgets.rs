//! What a day may cost: whoever asks, from one address, as one user, and all together. A refusal loses nothing.

use llm::LlmProvider;
use serde_json::{Value, json};

use crate::support::app::deepgram;
use crate::support::socket::{Socket, finals, kinds, record, settled, token};
use crate::support::{Answer, Client, ModelServer, Purpose, SearchServer, SpeechServer, TestApp};

const ANSWER: &str = "I led the move of our billing to a queue because the nightly batch failed.";

async fn speak(client: &Client, text: &str) -> Answer {
    let session = client.create(&json!({})).await;
    client
        .act("/speech/text_to_speech", session, &json!({"text": text}))
        .await
}

async fn usage(client: &Client) -> Value {
    client.get("/speech/usage_stats").await.body["budgets"].clone()
}

#[track_caller]
fn is_refused(answer: &Answer, code: &str, scope: &str) {
    answer.is_problem(429, code);
    assert_eq!(answer.body["scope"], scope, "{answer:?}");
    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    let seconds = answer.body["resets_in_seconds"].as_u64();
    assert!(seconds.is_some_and(|seconds| (1..=86_400).contains(&seconds)));
}

/// A guest who begins an interview again and again, each in a session of its own.
#[tokio::test]
async fn new_sessions_bring_a_guest_no_new_calls() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.budgets.address.model_calls = 5;
    });
    let guest = app.guest();
    let mut refused = 0;
    for _ in 0..40 {
        let session = guest.create(&json!({})).await;
        let begun = guest
            .act("/agent/start_interview", session, &json!({}))
            .await;
        if begun.status != 200 {
            is_refused(&begun, "model_budget_exceeded", "address");
            refused += 1;
        }
    }
    assert_eq!((refused, model.asked().len()), (35, 5));
    assert_eq!(
        usage(&guest).await["model_calls"],
        json!({"limit": 5, "left": 0, "scope": "address"})
    );
    let ready = guest.get("/readyz").await;
    assert_eq!(ready.body["checks"]["budgets"], "ok", "others are served");
}

#[tokio::test]
async fn a_refused_message_is_kept_and_can_be_sent_again() {
    let model = ModelServer::start();
    let limited = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.budgets.user.model_calls = 1;
    });
    let generous = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = limited.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let refused = alice.send_as(session, "one", ANSWER).await;
    is_refused(&refused, "model_budget_exceeded", "user");
    assert_eq!(refused.body["retryable"], true);
    assert_eq!(alice.messages(session).await, [ANSWER]);
    // Tomorrow, or where there is more left.
    let tomorrow = alice.at(&generous.url);
    assert_eq!(tomorrow.send_as(session, "one", ANSWER).await.status, 200);
    assert_eq!(tomorrow.messages(session).await, [ANSWER]);
}

#[tokio::test]
async fn what_the_coach_asks_is_counted_as_well_and_searches_too() {
    let (model, search) = (ModelServer::start(), SearchServer::start());
    let app = {
        let mut config = crate::support::config(crate::support::stack());
        config.llm = Some(crate::support::app::llm(&model.url, LlmProvider::OpenAi));
        config.search.api_key = Some("k".into());
        config.search.base_url = format!("{}/", search.url).parse().expect("a URL");
        config.budgets.user.searches = 0;
        TestApp::configured(config)
    };
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.send(session, ANSWER).await.status, 200);
    alice.act("/agent/end_interview", session, &json!({})).await;
    crate::support::eventually("the report is there", async || {
        let report = alice.read("/agent/final_summary_status", session).await;
        report.body["status"] == "completed"
    })
    .await;
    let calls = model.asked().len();
    assert!(model.asked_for(Purpose::Feedback) > 0 && model.asked_for(Purpose::Report) > 0);
    let left = usage(&alice).await["model_calls"]["left"].as_u64();
    assert_eq!(left, Some(1_000 - calls as u64));
    assert!(search.asked().is_empty(), "the built-in list had to do");
}

#[tokio::test]
async fn the_instances_budget_stops_everybody_and_is_told() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.budgets.instance.model_calls = 2;
    });
    let (alice, bob) = (app.user("Alice").await, app.user("Bob").await);
    alice.started(&json!({})).await;
    bob.started(&json!({})).await;
    let session = bob.create(&json!({})).await;
    let refused = bob.act("/agent/start_interview", session, &json!({})).await;
    is_refused(&refused, "model_budget_exceeded", "instance");
    let ready = app.guest().get("/readyz").await;
    assert_eq!(ready.status, 200, "it serves whatever costs nothing");
    assert_eq!(
        ready.body["checks"]["budgets"],
        "does not reach any more today: model_calls"
    );
    let metrics = app.guest().get("/metrics").await.body;
    let metrics = metrics.as_str().expect("text");
    assert!(metrics.contains("budget_refusals_total{resource=\"model_calls\",scope=\"instance\"}"));
}

#[tokio::test]
async fn characters_and_seconds_are_an_addresss_whatever_the_session() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.budgets.address.characters = 30;
        config.budgets.address.seconds = 0;
    });
    let guest = app.guest();
    assert_eq!(speak(&guest, "Twenty characters...").await.status, 200);
    let refused = speak(&guest, "Another twenty chars").await;
    is_refused(&refused, "speech_budget_exceeded", "address");
    assert_eq!(refused.body["left"], 10);
    assert_eq!(speak(&guest, "Ten chars.").await.status, 200);
    // What was spoken before costs nothing.
    assert_eq!(speak(&guest, "Ten chars.").await.status, 200);
    assert_eq!(speech.heard().len(), 2);
    // Before a recording is received, as what is sent here is none.
    let refused = guest.post("/speech/speech_to_text_batch", &json!({})).await;
    is_refused(&refused, "speech_budget_exceeded", "address");
    let stats = usage(&guest).await;
    assert_eq!(
        (&stats["characters"]["left"], &stats["seconds"]["left"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn nothing_is_heard_when_an_addresss_seconds_are_used_up() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.budgets.address.seconds = 3);
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let mut start = json!({"type": "start", "session_id": session});
    let mut first = Socket::begun(&app.url, &start).await;
    let task = first.event().await["task_id"].clone();
    let mut second = Socket::begun(&app.url, &start).await;
    assert_eq!(second.event().await["type"], "connected");
    record(&mut first).await;
    let events = first.rest().await;
    assert_eq!(finals(&events).len(), 1, "what was begun: {events:?}");
    let last = events.last().expect("events");
    assert_eq!(last["code"], "speech_budget_exceeded");
    let row = settled(&task).await;
    assert_eq!(row["status"], "completed");
    assert_eq!(row["result_data"]["transcription"], finals(&events)[0]);
    record(&mut second).await;
    let events = second.rest().await;
    assert_eq!(kinds(&events), ["speech_started", "error"], "{events:?}");
    start["task_id"] = task;
    let mut again = Socket::begun(&app.url, &start).await;
    assert_eq!(again.event().await["code"], "speech_budget_exceeded");
    assert_eq!(speech.heard().len(), 1);
}

#[tokio::test]
async fn sound_without_words_is_counted_as_well() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    speech.says("");
    let start = json!({"type": "start", "access_token": token(&alice)});
    let mut socket = Socket::begun(&app.url, &start).await;
    let task = socket.event().await["task_id"].clone();
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    assert!(finals(&socket.rest().await).is_empty());
    let result = settled(&task).await["result_data"].clone();
    assert_eq!(result["transcription"], "");
    let stats = alice.get("/speech/usage_stats").await.body;
    let used = stats["usage"]["seconds"].as_f64().expect("seconds");
    assert!(used > 5.0 && used < 7.5, "{used}");
    assert_eq!(result["duration"], stats["usage"]["seconds"]);
}

#[tokio::test]
async fn deepgram_is_paid_for_silence_too() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.deepgram = Some(deepgram(&speech.url));
        config.budgets.address.seconds = 1;
    });
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let start = json!({"type": "start", "session_id": session});
    let mut socket = Socket::begun(&app.url, &start).await;
    let task = socket.event().await["task_id"].clone();
    socket.sound(b"a second and a half without a word").await;
    let events = socket.rest().await;
    assert_eq!(kinds(&events), ["speech_started", "error"], "{events:?}");
    assert_eq!(events[1]["code"], "speech_budget_exceeded");
    let result = settled(&task).await["result_data"].clone();
    assert_eq!(result, json!({"transcription": "", "duration": 1.5}));
}

#[tokio::test]
async fn guests_may_be_left_to_the_built_in_interviewer_and_are_told() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.budgets.guest_models = false;
    });
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let told = guest.get("/capabilities").await.body;
    assert_eq!(told["interviewer"], "offline");
    assert_eq!(told["coach"], "offline");
    assert_eq!(told["guests"], json!({"models": false, "speech": true}));
    assert_eq!(told["processors"], json!([]), "nothing leaves the service");
    let session = guest.started(&json!({})).await;
    let reply = guest.send(session, ANSWER).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(
        reply.body["metadata"]["interviewer"], "offline",
        "{reply:?}"
    );
    assert!(model.asked().is_empty());
    assert_eq!(
        alice.get("/capabilities").await.body["interviewer"],
        "openai/stand-in"
    );
    alice.started(&json!({})).await;
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn guests_may_be_left_without_speech_and_are_told() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.budgets.guest_speech = false);
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let told = guest.get("/capabilities").await.body;
    for what in ["text_to_speech", "transcription", "live_transcription"] {
        assert_eq!(told[what], false, "{what}");
    }
    assert_eq!(told["guests"], json!({"models": true, "speech": false}));
    for (client, has_speech) in [(&guest, false), (&alice, true)] {
        let stats = client.get("/speech/usage_stats").await.body;
        for what in ["text_to_speech", "speech_to_text", "live"] {
            let provider = &stats["providers"][what];
            assert_eq!(!provider.is_null(), has_speech, "{what}: {provider}");
        }
    }
    speak(&guest, "Hello.")
        .await
        .is_problem(403, "speech_for_users_only");
    guest
        .post("/speech/speech_to_text_batch", &json!({}))
        .await
        .is_problem(403, "speech_for_users_only");
    assert_eq!(
        alice.get("/capabilities").await.body["text_to_speech"],
        true
    );
    assert_eq!(speak(&alice, "Hello.").await.status, 200);
}

#[tokio::test]
async fn nothing_is_kept_from_guests_where_there_is_nothing_for_anybody() {
    let app = TestApp::with(|config| {
        config.budgets.guest_models = false;
        config.budgets.guest_speech = false;
    });
    let told = app.guest().get("/capabilities").await.body;
    assert_eq!(told["guests"], json!({"models": true, "speech": true}));
}
