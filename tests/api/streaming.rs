//! A reply as it is spoken: to the sender, to other tabs, across broken connections, stopped.

use std::sync::Arc;
use std::time::Duration;

use llm::LlmProvider;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::support::sse::{Event, Reading, events, line};
use crate::support::{
    Act, Answer, Client, ModelServer, Purpose, ServiceProcess, TestApp, eventually, stack,
};

const ANSWER: &str = "I led the move of our billing to a queue because the nightly batch failed.";

fn long() -> Value {
    json!({"target_question_count": 50})
}

fn request(
    client: &Client,
    session: Uuid,
    key: &str,
    last: Option<&str>,
) -> reqwest::RequestBuilder {
    let request = client
        .request(reqwest::Method::POST, "/agent/send_message")
        .header("accept", "text/event-stream")
        .header("x-session-id", session.to_string())
        .header("idempotency-key", key)
        .json(&json!({"message": ANSWER}));
    match last {
        Some(id) => request.header("last-event-id", id),
        None => request,
    }
}

async fn send(client: &Client, session: Uuid, key: &str, last: Option<&str>) -> Reading {
    let response = request(client, session, key, last).send().await;
    Reading::new(response.expect("an answer"))
}

async fn watch(client: &Client, session: Uuid, last: Option<&str>) -> Reading {
    let mut request = client
        .request(reqwest::Method::GET, "/agent/events")
        .header("x-session-id", session.to_string());
    if let Some(id) = last {
        request = request.header("last-event-id", id);
    }
    Reading::new(request.send().await.expect("an answer"))
}

fn gated(model: &ModelServer, purpose: Purpose) -> Arc<Semaphore> {
    let gate = Arc::new(Semaphore::new(0));
    model.next(purpose, Act::Gated(Arc::clone(&gate)));
    gate
}

fn last_id(events: &[Event]) -> Option<String> {
    events.iter().rev().find_map(|event| event.id.clone())
}

#[tokio::test]
async fn the_line_is_told_as_it_is_spoken_and_ends_as_it_is_stored() {
    for provider in [LlmProvider::OpenAi, LlmProvider::Anthropic] {
        let model = ModelServer::start();
        let app = TestApp::with_model(&model, provider, |_| {});
        let guest = app.guest();
        let session = guest.started(&long()).await;
        let gate = gated(&model, Purpose::Decision);
        let mut reading = send(&guest, session, "k", None).await;
        assert_eq!(reading.next().await.expect("an event").name, "accepted");
        // The model has said half of its answer, and its candidate has read it.
        gate.add_permits(6);
        let first = reading.next().await.expect("an event");
        assert_eq!(first.name, "delta", "{first:?}");
        gate.add_permits(1_000);
        let mut told = vec![first];
        told.extend(reading.rest().await);
        let message = told.last().expect("events");
        assert_eq!(message.name, "message");
        assert_eq!(message.data["content"], line(&told));
        assert_eq!(message.data["response_type"], "question");
        assert_eq!(message.data["metadata"]["topic"], "topic 1");
        let version = message.data["metadata"]["prompt_version"]
            .as_str()
            .expect("a version");
        assert!(version.starts_with("interviewer-"), "{version}");
        let history = guest.read("/agent/history", session).await.body;
        assert_eq!(history["history"][2]["content"], line(&told));
        let stats = guest.read("/agent/stats", session).await.body;
        assert_eq!(stats["stats"]["input_tokens"], 22, "{stats}");
    }
}

#[tokio::test]
async fn a_reader_that_is_cut_off_at_any_byte_misses_and_repeats_nothing() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let whole = request(&guest, session, "k", None)
        .send()
        .await
        .expect("an answer");
    let whole = whole.text().await.expect("a stream");
    let content = events(&whole).last().expect("a message").data["content"].clone();
    let mut seen_before = None;
    for cut in 0..=whole.len() {
        if !whole.is_char_boundary(cut) {
            continue;
        }
        let mut told = events(&whole[..cut]);
        let last = last_id(&told);
        if cut > 0 && last == seen_before {
            continue;
        }
        seen_before.clone_from(&last);
        told.extend(
            send(&guest, session, "k", last.as_deref())
                .await
                .rest()
                .await,
        );
        assert_eq!(line(&told), content, "cut at {cut}: {told:?}");
        let count = |name: &str| told.iter().filter(|event| event.name == name).count();
        assert_eq!(
            (count("accepted"), count("message"), count("restarted")),
            (1, 1, 0),
            "cut at {cut}"
        );
    }
}

#[tokio::test]
async fn a_reader_that_drops_after_every_event_reads_the_same_line() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::Anthropic, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let gate = gated(&model, Purpose::Decision);
    let mut told: Vec<Event> = Vec::new();
    while told.last().is_none_or(|event| event.name != "message") {
        let mut reading = send(&guest, session, "k", last_id(&told).as_deref()).await;
        // The line grows between two connections and during them.
        gate.add_permits(1);
        if let Some(event) = reading.next().await {
            told.push(event);
        }
        drop(reading);
        gate.add_permits(1);
    }
    assert!(told.len() > 5, "{told:?}");
    assert_eq!(told.last().expect("a message").data["content"], line(&told));
    assert_eq!(model.asked_for(Purpose::Decision), 1);
}

#[tokio::test]
async fn two_tabs_and_the_event_stream_see_one_line() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.started(&long()).await;
    let mut tab = watch(&alice, session, None).await;
    let mut before = Vec::new();
    while before
        .last()
        .is_none_or(|event: &Event| event.name != "turn")
    {
        before.push(tab.next().await.expect("the introduction"));
    }
    let gate = gated(&model, Purpose::Decision);
    let sender = send(&alice, session, "k", None).await;
    let twin = send(&alice, session, "k", None).await;
    gate.add_permits(7);
    // A tab that breaks off within the line goes on where it was.
    let mut seen = Vec::new();
    while seen
        .iter()
        .filter(|event: &&Event| event.name == "delta")
        .count()
        < 2
    {
        seen.push(tab.next().await.expect("an event"));
        gate.add_permits(1);
    }
    drop(tab);
    let id = last_id(&seen);
    let mut tab = watch(&alice, session, id.as_deref()).await;
    gate.add_permits(1_000);
    while !seen
        .iter()
        .any(|event| event.name == "turn" && event.data["state"] == "completed")
    {
        seen.push(tab.next().await.expect("an event"));
    }
    let (sender, twin) = (sender.rest().await, twin.rest().await);
    let content = sender.last().expect("a message").data["content"].clone();
    assert_eq!(line(&sender), content);
    assert_eq!(line(&twin), content);
    assert_eq!(line(&seen), content, "{seen:?}");
    assert_eq!(model.asked_for(Purpose::Decision), 1);
}

#[tokio::test]
async fn a_tab_follows_a_turn_that_failed_and_is_made_again() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        let llm = config.llm.as_mut().expect("a model");
        llm.max_retries = 0;
        llm.token_timeout = Duration::from_secs(2);
    });
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let mut tab = watch(&guest, session, None).await;
    model.next(Purpose::Decision, Act::Stall(5));
    let failed = send(&guest, session, "k", None).await.rest().await;
    assert_eq!(failed.last().expect("an error").name, "error", "{failed:?}");
    let gate = gated(&model, Purpose::Decision);
    let sender = send(&guest, session, "k", None).await;
    gate.add_permits(6);
    let mut seen: Vec<Event> = Vec::new();
    // The line is told again while it is spoken, before the turn has ended.
    while !seen.iter().any(|event| event.name == "restarted")
        || seen.last().is_none_or(|event| event.name != "delta")
    {
        seen.push(tab.next().await.expect("an event"));
    }
    gate.add_permits(1_000);
    while !seen.iter().any(|event| {
        event.name == "turn" && event.data["turn_no"] == 1 && event.data["state"] == "completed"
    }) {
        seen.push(tab.next().await.expect("an event"));
    }
    let content = sender.rest().await.last().expect("a message").data["content"].clone();
    assert_eq!(line(&seen), content, "{seen:?}");
}

#[tokio::test]
async fn another_users_line_is_never_told() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let (alice, mallory) = (app.user("Alice").await, app.user("Mallory").await);
    let session = alice.started(&long()).await;
    let gate = gated(&model, Purpose::Decision);
    let reading = send(&alice, session, "k", None).await;
    gate.add_permits(8);
    for path in ["/agent/events", "/agent/history"] {
        mallory
            .read(path, session)
            .await
            .is_problem(404, "session_not_found");
    }
    let joined = request(&mallory, session, "k", None);
    Answer::of(joined)
        .await
        .is_problem(404, "session_not_found");
    let stopped = mallory.act("/agent/stop_turn", session, &json!({})).await;
    stopped.is_problem(404, "session_not_found");
    gate.add_permits(1_000);
    assert_eq!(
        reading.rest().await.last().expect("a message").name,
        "message"
    );
}

#[tokio::test]
async fn a_stopped_turn_keeps_what_was_said() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let idle = guest.act("/agent/stop_turn", session, &json!({})).await;
    assert_eq!(
        (idle.status.as_u16(), &idle.body["status"]),
        (200, &json!("idle"))
    );

    let gate = gated(&model, Purpose::Decision);
    let mut reading = send(&guest, session, "k", None).await;
    gate.add_permits(6);
    let mut told = Vec::new();
    while told
        .last()
        .is_none_or(|event: &Event| event.name != "delta")
    {
        told.push(reading.next().await.expect("an event"));
    }
    let stopped = guest.act("/agent/stop_turn", session, &json!({})).await;
    assert_eq!(stopped.body["status"], "replied", "{stopped:?}");
    told.extend(reading.rest().await);
    let message = told.last().expect("a message");
    assert_eq!(message.name, "message");
    assert_eq!(message.data["content"], line(&told));
    assert_eq!(message.data["metadata"]["stopped"], true);
    assert_eq!(stopped.body["reply"], message.data);
    assert_eq!(
        guest.send(session, "And then we measured it.").await.status,
        200
    );
}

#[tokio::test]
async fn a_turn_stopped_before_its_first_word_can_be_resumed_or_replaced() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let stop = async |key: &str| {
        let _gate = gated(&model, Purpose::Decision);
        let mut reading = send(&guest, session, key, None).await;
        assert_eq!(reading.next().await.expect("an event").name, "accepted");
        let stopped = guest.act("/agent/stop_turn", session, &json!({})).await;
        assert_eq!(stopped.body["status"], "unanswered", "{stopped:?}");
        assert_eq!(stopped.body["turn_id"], key);
        let last = reading.rest().await.pop().expect("an error");
        assert_eq!(
            (last.name.as_str(), &last.data["code"]),
            ("error", &json!("turn_stopped"))
        );
    };
    stop("one").await;
    let resumed = guest.send_as(session, "one", ANSWER).await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    stop("two").await;
    assert_eq!(
        guest
            .send_as(session, "three", "Another thought.")
            .await
            .status,
        200
    );
    assert_eq!(
        guest.messages(session).await,
        [ANSWER, ANSWER, "Another thought."]
    );
}

#[tokio::test]
async fn a_turn_is_stopped_from_any_instance() {
    let model = ModelServer::start();
    let here = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.turn.lease = Duration::from_secs(1);
    });
    let there = TestApp::start();
    let alice = here.user("Alice").await;
    let session = alice.started(&long()).await;
    let _gate = gated(&model, Purpose::Decision);
    let mut reading = send(&alice, session, "k", None).await;
    assert_eq!(reading.next().await.expect("an event").name, "accepted");
    let stopped = alice
        .at(&there.url)
        .act("/agent/stop_turn", session, &json!({}))
        .await;
    assert_eq!(stopped.body["status"], "unanswered", "{stopped:?}");
    let last = reading.rest().await.pop().expect("an error");
    assert_eq!(last.data["code"], "turn_stopped", "{last:?}");
}

#[tokio::test]
async fn sigkill_between_accept_and_complete_leaves_one_reply_for_the_repeat() {
    let model = ModelServer::start();
    let base_url = format!("{}/v1", model.url);
    let settings = [
        ("OPENAI_BASE_URL", base_url.as_str()),
        ("LLM_MODEL", "stand-in"),
        ("TURN_LEASE_SECONDS", "1"),
    ];
    let mut doomed = ServiceProcess::start(stack(), &settings);
    let heir = ServiceProcess::start(stack(), &settings);
    let alice = Client::registered(&heir.url, "Alice").await;
    let session = alice.started(&long()).await;
    let gate = gated(&model, Purpose::Decision);
    let mut reading = send(&alice.at(&doomed.url), session, "k", None).await;
    gate.add_permits(6);
    let mut told = Vec::new();
    while told
        .last()
        .is_none_or(|event: &Event| event.name != "delta")
    {
        told.push(reading.next().await.expect("an event"));
    }
    doomed.kill();
    drop(reading);
    let heard = send(&alice, session, "k", last_id(&told).as_deref())
        .await
        .rest()
        .await;
    // The heir's line is another one: what was heard of the first is void.
    told.extend(heard);
    let message = told.last().expect("a message").clone();
    assert_eq!(message.data["content"], line(&told), "{told:?}");
    assert!(
        told.iter().any(|event| event.name == "restarted"),
        "{told:?}"
    );
    let again = alice.send_as(session, "k", ANSWER).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body["content"], message.data["content"]);
    assert_eq!(alice.messages(session).await, [ANSWER]);
}

#[tokio::test]
async fn the_coach_never_delays_the_next_question() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let gate = gated(&model, Purpose::Feedback);
    assert_eq!(guest.send(session, ANSWER).await.status, 200);
    let pending = guest.read("/agent/per_turn_feedback", session).await.body;
    assert_eq!(pending[0]["status"], "pending", "{pending}");
    assert_eq!(
        guest
            .send(session, "We measured the failures each week.")
            .await
            .status,
        200
    );
    gate.add_permits(1_000);
    eventually("the feedback is recorded", async || {
        let items = guest.read("/agent/per_turn_feedback", session).await.body;
        items[0]["status"] == "ready" && items[1]["status"] == "ready"
    })
    .await;
    let stats = guest.read("/agent/stats", session).await.body;
    assert_eq!(stats["stats"]["coach_output_tokens"], 14, "{stats}");
}
