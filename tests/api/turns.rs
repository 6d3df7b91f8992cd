//! The turn protocol: durable accept, exactly once, takeover, end and reset.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ai_interviewer::app::Agents;
use async_trait::async_trait;
use interview::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line};
use llm::Usage;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, ServiceProcess, TestApp, eventually, stack};

const ANSWER: &str = "In 2024 I led a team of 5 and we cut costs by 30 percent.";

fn long_interview() -> Value {
    json!({"job_role": "Backend engineer", "target_question_count": 100})
}

fn reply_delay(app: Duration) -> TestApp {
    TestApp::with(|config| config.turn.offline_reply_delay = app)
}

async fn turn_rows(session: Uuid) -> i64 {
    let sql = "select count(*) from interview_turns where session_id = $1 and turn_no > 0";
    let row = stack().db().await.query_one(sql, &[&session]).await;
    row.expect("a count").get(0)
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_stored_reply() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let first = alice.send_as(session, "key-1", ANSWER).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let again = alice.send_as(session, "key-1", ANSWER).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, first.body);
    let elsewhere = TestApp::start();
    let there = alice
        .at(&elsewhere.url)
        .send_as(session, "key-1", ANSWER)
        .await;
    assert_eq!(there.body, first.body);
    alice
        .send_as(session, "key-1", "Something else")
        .await
        .is_problem(422, "idempotency_key_reused");
    assert_eq!(turn_rows(session).await, 1);
}

#[tokio::test]
async fn a_double_click_makes_one_turn() {
    let app = reply_delay(Duration::from_millis(300));
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let (one, two) = tokio::join!(alice.send(session, ANSWER), alice.send(session, ANSWER));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert_eq!(one.body, two.body);
    assert_eq!(turn_rows(session).await, 1);
}

#[tokio::test]
async fn different_messages_at_once_leave_one_turn_and_clear_refusals() {
    let app = reply_delay(Duration::from_millis(500));
    let other = reply_delay(Duration::from_millis(500));
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let mut sends = tokio::task::JoinSet::new();
    for number in 0..6 {
        let url = if number % 2 == 0 {
            &app.url
        } else {
            &other.url
        };
        let client = alice.at(url);
        sends.spawn(async move {
            client
                .send_as(
                    session,
                    &format!("key-{number}"),
                    &format!("Message {number}"),
                )
                .await
        });
    }
    let answers: Vec<Answer> = sends.join_all().await;
    let (told, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
    assert_eq!(told.len(), 1, "{answers:?}");
    for answer in refused {
        answer.is_problem(409, "turn_in_progress");
        assert!(answer.headers.contains_key("retry-after"));
        assert!(answer.body["turn_id"].is_string(), "{answer:?}");
    }
    assert_eq!(turn_rows(session).await, 1);
}

#[tokio::test]
async fn two_instances_take_turns_without_losing_a_word() {
    let (one, two) = (TestApp::start(), TestApp::start());
    let alice = one.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let mut said = Vec::new();
    for number in 0..6 {
        let url = if number % 2 == 0 { &one.url } else { &two.url };
        let message = format!("{ANSWER} Part {number}.");
        let answer = alice.at(url).send(session, &message).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        said.push(message);
    }
    let fresh = TestApp::with(|config| config.cache.max_staleness = Duration::ZERO);
    assert_eq!(alice.at(&fresh.url).messages(session).await, said);
}

#[tokio::test]
async fn another_instance_finishes_the_turn_of_a_killed_one() {
    let slow = [
        ("OFFLINE_REPLY_DELAY_MS", "60000"),
        ("TURN_LEASE_SECONDS", "1"),
    ];
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let mut doomed = ServiceProcess::start(stack(), &slow);
    let waiting = alice.at(&doomed.url);
    let request = waiting
        .request(reqwest::Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("idempotency-key", "survivor")
        .json(&json!({"message": ANSWER}));
    let send = tokio::spawn(request.send());
    eventually("the message is durable", async || {
        turn_rows(session).await == 1
    })
    .await;
    doomed.kill();
    assert!(send.await.expect("a task").is_err(), "the connection broke");
    let answer = alice.send_as(session, "survivor", ANSWER).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(turn_rows(session).await, 1);
    assert_eq!(alice.messages(session).await, [ANSWER]);
}

#[tokio::test]
async fn a_turn_nobody_finishes_stays_in_the_history_unanswered() {
    let slow = [
        ("OFFLINE_REPLY_DELAY_MS", "60000"),
        ("TURN_LEASE_SECONDS", "1"),
    ];
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let mut doomed = ServiceProcess::start(stack(), &slow);
    let waiting = alice.at(&doomed.url);
    let send = tokio::spawn(
        waiting
            .request(reqwest::Method::POST, "/agent/send_message")
            .header("x-session-id", session.to_string())
            .header("idempotency-key", "lost")
            .json(&json!({"message": "The lost one"}))
            .send(),
    );
    eventually("the message is durable", async || {
        turn_rows(session).await == 1
    })
    .await;
    doomed.kill();
    assert!(send.await.expect("a task").is_err());
    eventually("a different message is accepted", async || {
        alice.send_as(session, "next", "The next one").await.status == 200
    })
    .await;
    alice
        .send_as(session, "lost", "The lost one")
        .await
        .is_problem(409, "turn_superseded");
    let history = alice.read("/agent/history", session).await.body;
    let items = history["history"].as_array().expect("items");
    let lost = items.iter().find(|item| item["content"] == "The lost one");
    assert_eq!(lost.expect("it is there")["unanswered"], true);
    assert_eq!(
        alice.messages(session).await,
        ["The lost one", "The next one"]
    );
}

#[tokio::test]
async fn a_client_that_goes_away_finds_its_reply_later() {
    let app = reply_delay(Duration::from_millis(400));
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send_as(session, "gone", ANSWER).await })
    };
    eventually("the message is durable", async || {
        turn_rows(session).await == 1
    })
    .await;
    sent.abort();
    let sql =
        "select reply is not null from interview_turns where session_id = $1 and turn_id = 'gone'";
    let db = stack().db().await;
    eventually("the reply is durable", async || {
        db.query_one(sql, &[&session]).await.expect("a row").get(0)
    })
    .await;
    let repeated = alice.send_as(session, "gone", ANSWER).await;
    assert_eq!(repeated.headers["idempotent-replayed"], "true");
}

/// Fails as often as it was told to, then asks a question.
struct Faltering {
    failures: AtomicU32,
}

#[async_trait]
impl Interviewer for Faltering {
    async fn introduce(&self, _: &Conversation, _: &Draft) -> Result<Line, InterviewError> {
        Ok(line())
    }

    async fn reply(&self, _: &Conversation, _: Allowed, _: &Draft) -> Result<Line, InterviewError> {
        let left = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Err(InterviewError::Unavailable {
                cause: "secret cause".to_owned(),
                retry_after: None,
            }),
            Err(_) => Ok(line()),
        }
    }
}

fn line() -> Line {
    Line {
        content: "What did you learn?".to_owned(),
        response_type: interview::ResponseType::Question,
        topic: None,
        question_kind: None,
        interviewer: "test".to_owned(),
        prompt_version: "1".to_owned(),
        usage: Usage::default(),
        stopped: false,
        repairs: 0,
    }
}

#[tokio::test]
async fn a_failing_interviewer_costs_a_retry_and_no_message() {
    let config = crate::support::config(stack());
    let agents = Agents {
        interviewer: Arc::new(Faltering {
            failures: AtomicU32::new(1),
        }),
        ..Agents::offline(&config)
    };
    let app = TestApp::with_agents(config, agents);
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let failed = alice.send_as(session, "again", ANSWER).await;
    failed.is_problem(503, "interviewer_unavailable");
    assert_eq!(failed.body["retryable"], true);
    assert!(!failed.body.to_string().contains("secret cause"));
    assert_eq!(alice.messages(session).await, [ANSWER]);
    let resumed = alice.send_as(session, "again", ANSWER).await;
    assert_eq!(resumed.status, 200, "{resumed:?}");
    assert_eq!(resumed.body["content"], "What did you learn?");
    assert_eq!(turn_rows(session).await, 1);
}

#[tokio::test]
async fn a_stream_tells_acceptance_and_message_and_resumes() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&long_interview()).await;
    let stream = async |last: Option<&str>| {
        let mut request = guest
            .request(reqwest::Method::POST, "/agent/send_message")
            .header("accept", "text/event-stream")
            .header("x-session-id", session.to_string())
            .header("idempotency-key", "streamed")
            .json(&json!({"message": ANSWER}));
        if let Some(id) = last {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.text().await.expect("a whole stream")
    };
    let whole = stream(None).await;
    let accepted = whole.find("event: accepted").expect("accepted");
    let message = whole.find("event: message").expect("message");
    assert!(accepted < message, "{whole}");
    assert!(
        whole.contains("id: 1-accepted") && whole.contains("id: 1-message"),
        "{whole}"
    );
    let rest = stream(Some("1-accepted")).await;
    assert!(!rest.contains("event: accepted"), "{rest}");
    assert!(rest.contains("id: 1-message"), "{rest}");
    assert_eq!(turn_rows(session).await, 1);
}

#[tokio::test]
async fn after_the_end_nothing_is_accepted_and_a_reset_starts_over() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.create(&long_interview()).await;
    alice
        .send(session, ANSWER)
        .await
        .is_problem(409, "interview_not_started");
    let intro = alice
        .act("/agent/start_interview", session, &json!({}))
        .await;
    assert_eq!(intro.body["response_type"], "introduction");
    let again = alice
        .act("/agent/start_interview", session, &json!({}))
        .await;
    assert_eq!(again.body, intro.body);
    assert_eq!(alice.send_as(session, "k", ANSWER).await.status, 200);
    let ended = alice.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    alice
        .send(session, "Too late")
        .await
        .is_problem(409, "session_ended");
    let replay = alice.send_as(session, "k", ANSWER).await;
    assert_eq!(replay.headers["idempotent-replayed"], "true");
    let reset = alice
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(reset.status, 200, "{reset:?}");
    let whole = alice.read("/agent/session", session).await.body;
    assert_eq!(whole["conversation_history"], json!([]));
    assert_eq!(whole["session_config"]["job_role"], "Backend engineer");
    assert_eq!(whole["final_summary"], Value::Null);
    assert_eq!(
        alice
            .act("/agent/start_interview", session, &json!({}))
            .await
            .status,
        200
    );
    assert_eq!(alice.send_as(session, "k", "Anew").await.status, 200);
}

#[tokio::test]
async fn a_reply_on_its_way_during_a_reset_finds_no_row() {
    let app = reply_delay(Duration::from_millis(600));
    let other = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send(session, ANSWER).await })
    };
    eventually("the message is durable", async || {
        turn_rows(session).await == 1
    })
    .await;
    let there = alice.at(&other.url);
    assert_eq!(
        there
            .act("/agent/reset_interview", session, &json!({}))
            .await
            .status,
        200
    );
    sent.await.expect("a task").is_problem(409, "session_reset");
    assert_eq!(turn_rows(session).await, 0);
}

#[tokio::test]
async fn ending_waits_for_the_turn_in_flight() {
    let app = reply_delay(Duration::from_millis(500));
    let alice = app.user("Alice").await;
    let session = alice.started(&long_interview()).await;
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send(session, ANSWER).await })
    };
    eventually("the message is durable", async || {
        turn_rows(session).await == 1
    })
    .await;
    let ended = alice.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    assert_eq!(sent.await.expect("a task").status, 200);
    assert_eq!(
        ended.body["per_turn_feedback"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(ended.body["per_turn_feedback"][0]["status"], "ready");
}

#[tokio::test]
async fn the_servers_clock_closes_a_timed_interview() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let timed = json!({"use_time_based_interview": true, "interview_duration_minutes": 5, "target_question_count": 1});
    let session = alice.started(&timed).await;
    let early = alice.send(session, ANSWER).await;
    assert_ne!(
        early.body["response_type"], "closing",
        "the target does not count"
    );
    let clock = alice.read("/agent/time_remaining", session).await.body;
    assert_eq!(clock["session_active"], true);
    assert!(
        clock["time_remaining_minutes"]
            .as_f64()
            .is_some_and(|m| m > 4.0 && m <= 5.0)
    );
    let sql = "update interview_turns set accepted_at = accepted_at - interval '6 minutes' where session_id = $1 and turn_no = 0";
    stack()
        .db()
        .await
        .execute(sql, &[&session])
        .await
        .expect("an older start");
    let elsewhere = TestApp::start();
    let there = alice.at(&elsewhere.url);
    let clock = there.read("/agent/time_remaining", session).await.body;
    assert_eq!(clock["time_remaining_minutes"], 0.0);
    assert_eq!(clock["time_remaining_seconds"], 0);
    let last = there.send(session, "My last words").await;
    assert_eq!(last.body["response_type"], "closing", "{last:?}");
}

#[tokio::test]
async fn two_hundred_turns_and_a_long_resume_work() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let resume = "Built payment systems in Rust for 9 years. ".repeat(1_200);
    assert!(resume.len() > 50_000);
    let session = alice
        .started(&json!({"resume_content": resume, "use_time_based_interview": true, "interview_duration_minutes": 240}))
        .await;
    for number in 1..=200 {
        let answer = alice
            .send(session, &format!("{ANSWER} Number {number}."))
            .await;
        assert_eq!(answer.status, 200, "turn {number}: {answer:?}");
    }
    let fresh = TestApp::start();
    let there = alice.at(&fresh.url);
    let messages = there.messages(session).await;
    assert_eq!(messages.len(), 200);
    assert_eq!(messages.iter().collect::<HashSet<_>>().len(), 200);
    let whole = there.read("/agent/session", session).await.body;
    assert!(
        whole["session_config"]["resume_content"] == resume.as_str(),
        "the résumé is kept whole"
    );
    let ended = there.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200);
    assert_eq!(
        ended.body["per_turn_feedback"].as_array().map(Vec::len),
        Some(200)
    );
}

#[tokio::test]
async fn bad_keys_and_messages_are_refused_before_anything_is_stored() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&long_interview()).await;
    let too_long = "k".repeat(256);
    for key in ["", "two words", "\u{e9}", too_long.as_str()] {
        let answer = guest.send_as(session, key, ANSWER).await;
        answer.is_problem(400, "idempotency_key_invalid");
    }
    for message in [
        json!(""),
        json!("  \n"),
        json!(7),
        json!(null),
        json!("x".repeat(20_001)),
        json!("a\0b"),
    ] {
        let answer = guest
            .act("/agent/send_message", session, &json!({"message": message}))
            .await;
        answer.is_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["field"], "message", "{answer:?}");
    }
    assert_eq!(turn_rows(session).await, 0);
}
