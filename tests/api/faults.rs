//! Supabase down, slow or talking nonsense: clear errors, recovery without a restart, nothing lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ai_interviewer::app::Agents;
use async_trait::async_trait;
use interview::ResponseType;
use interview::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line};
use llm::Usage;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::support::{
    Answer, Client, DevstackProcess, FaultyProxy, Mode, ServiceProcess, TestApp, config,
    eventually, stack,
};

const ANSWER: &str = "In 2024 I led a team of 5 and we cut costs by 30 percent.";

/// A service whose Supabase can be broken.
async fn breakable() -> (TestApp, FaultyProxy) {
    let proxy = FaultyProxy::before(stack().api_url()).await;
    let url = proxy.url.parse().expect("a URL");
    let app = TestApp::with(move |config| {
        config.supabase.url = url;
        config.supabase.request_timeout = Duration::from_millis(700);
        config.cache.max_staleness = Duration::ZERO;
    });
    (app, proxy)
}

/// Fault, and the statuses that tell of it.
fn faults() -> Vec<(Mode, &'static [u16])> {
    vec![
        (Mode::Refuse, &[503]),
        (Mode::Silent, &[504]),
        (Mode::Answer(500, r#"{"message":"boom"}"#), &[502]),
        (Mode::Answer(502, "<html>Bad gateway</html>"), &[502]),
        (
            Mode::Answer(503, r#"{"code":"PGRST000","message":"no database"}"#),
            &[502, 503],
        ),
        (Mode::Answer(200, "<html>surprise</html>"), &[502]),
        (Mode::Answer(200, r#"{"unexpected":true}"#), &[502]),
        (Mode::Answer(200, ""), &[502]),
        (Mode::CutAnswers(40), &[502, 503]),
    ]
}

fn is_clear(answer: &Answer, mode: &Mode, statuses: &[u16]) {
    let status = answer.status.as_u16();
    assert!(statuses.contains(&status), "{mode:?}: {answer:?}");
    assert!(
        answer.body["detail"].is_string() && answer.body["retryable"].is_boolean(),
        "{mode:?}: {answer:?}"
    );
    let shown = answer.body.to_string();
    for internal in ["boom", "html", "PGRST", "127.0.0.1"] {
        assert!(
            !shown.contains(internal),
            "{mode:?} leaks {internal}: {shown}"
        );
    }
}

#[tokio::test]
async fn each_fault_of_the_database_api_is_told_and_forgotten() {
    let (app, proxy) = breakable().await;
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({"target_question_count": 100})).await;
    let mut said = Vec::new();
    for (number, (mode, statuses)) in faults().into_iter().enumerate() {
        proxy.set(mode.clone());
        is_clear(
            &alice.read("/agent/history", session).await,
            &mode,
            statuses,
        );
        is_clear(
            &alice.post("/agent/create_session", &json!({})).await,
            &mode,
            statuses,
        );
        let (key, message) = (format!("key-{number}"), format!("{ANSWER} {number}"));
        is_clear(
            &alice.send_as(session, &key, &message).await,
            &mode,
            statuses,
        );
        let ready = alice.get("/readyz").await;
        assert_eq!(ready.status, 503, "{mode:?}: {ready:?}");
        assert_eq!(alice.get("/healthz").await.status, 200);
        proxy.set(Mode::Pass);
        let recovered = alice.send_as(session, &key, &message).await;
        assert_eq!(recovered.status, 200, "after {mode:?}: {recovered:?}");
        assert_eq!(alice.get("/readyz").await.status, 200);
        said.push(message);
    }
    assert_eq!(alice.messages(session).await, said);
}

#[tokio::test]
async fn each_fault_of_sign_in_is_told_and_forgotten() {
    let (app, proxy) = breakable().await;
    let alice = app.user("Alice").await;
    let login = json!({"email": alice.email, "password": crate::support::PASSWORD});
    for (mode, statuses) in faults() {
        proxy.set(mode.clone());
        let mut answer = app.guest().post("/auth/login", &login).await;
        if answer.status == 503 && !statuses.contains(&503) {
            // The proxy closed the connection that was kept from before, in the moment it was used.
            answer = app.guest().post("/auth/login", &login).await;
        }
        is_clear(&answer, &mode, statuses);
        let refresh = json!({"refresh_token": alice.refresh_token});
        if !matches!(mode, Mode::CutAnswers(_)) {
            is_clear(
                &app.guest().post("/auth/refresh", &refresh).await,
                &mode,
                statuses,
            );
        }
        proxy.set(Mode::Pass);
        let recovered = app.guest().post("/auth/login", &login).await;
        assert_eq!(recovered.status, 200, "after {mode:?}: {recovered:?}");
    }
}

#[tokio::test]
async fn a_reply_whose_write_failed_is_written_on_the_next_try() {
    let (slow, proxy) = {
        let proxy = FaultyProxy::before(stack().api_url()).await;
        let url = proxy.url.parse().expect("a URL");
        let app = TestApp::with(move |config| {
            config.supabase.url = url;
            config.supabase.request_timeout = Duration::from_millis(500);
            config.turn.offline_reply_delay = Duration::from_millis(300);
        });
        (app, proxy)
    };
    let alice = slow.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send_as(session, "kept", ANSWER).await })
    };
    let db = stack().db().await;
    let sql = "select count(*) = 1 from interview_turns where session_id = $1 and turn_id = 'kept'";
    eventually("the message is durable", async || {
        db.query_one(sql, &[&session]).await.expect("a row").get(0)
    })
    .await;
    proxy.set(Mode::Refuse);
    tokio::time::sleep(Duration::from_millis(600)).await;
    proxy.set(Mode::Pass);
    let answer = sent.await.expect("a task");
    assert_eq!(answer.status, 200, "the write is tried again: {answer:?}");
    assert_eq!(alice.messages(session).await, [ANSWER]);
}

/// Counts its replies, each of which takes a moment.
struct Counting {
    replies: AtomicU32,
}

#[async_trait]
impl Interviewer for Counting {
    async fn introduce(&self, _: &Conversation, _: &Draft) -> Result<Line, InterviewError> {
        Ok(numbered(0))
    }

    async fn reply(&self, _: &Conversation, _: Allowed, _: &Draft) -> Result<Line, InterviewError> {
        tokio::time::sleep(Duration::from_millis(400)).await;
        Ok(numbered(self.replies.fetch_add(1, Ordering::SeqCst) + 1))
    }
}

fn numbered(number: u32) -> Line {
    Line {
        content: format!("Question {number}?"),
        response_type: ResponseType::Question,
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
async fn a_reply_that_an_expired_token_could_not_write_is_kept_for_the_refreshed_one() {
    let proxy = FaultyProxy::before(stack().api_url()).await;
    let mut config = config(stack());
    config.supabase.url = proxy.url.parse().expect("a URL");
    let interviewer = Arc::new(Counting {
        replies: AtomicU32::new(0),
    });
    let agents = Agents {
        interviewer: Arc::clone(&interviewer) as Arc<dyn Interviewer>,
        ..Agents::offline(&config)
    };
    let app = TestApp::with_agents(config, agents);
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send_as(session, "kept", ANSWER).await })
    };
    let db = stack().db().await;
    let sql = "select count(*) = 1 from interview_turns where session_id = $1 and turn_id = 'kept'";
    eventually("the message is durable", async || {
        db.query_one(sql, &[&session]).await.expect("a row").get(0)
    })
    .await;
    proxy.set(Mode::Answer(
        401,
        r#"{"code":"PGRST301","message":"JWT expired"}"#,
    ));
    sent.await.expect("a task").is_problem(401, "token_expired");
    proxy.set(Mode::Pass);
    let refresh = json!({"refresh_token": alice.refresh_token});
    let renewed = app.guest().post("/auth/refresh", &refresh).await;
    let token = renewed.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let answer = alice
        .with_token(&token)
        .send_as(session, "kept", ANSWER)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.body["content"], "Question 1?",
        "the reply that was made, not another"
    );
    assert_eq!(interviewer.replies.load(Ordering::SeqCst), 1);
}

fn answered(answer: &Answer) -> bool {
    let status = answer.status.as_u16();
    assert!([200, 409, 502, 503, 504].contains(&status), "{answer:?}");
    status == 200
}

/// Restarts PostgreSQL's server processes as a crash would: all connections break at once.
async fn crash_postgres(stack: &DevstackProcess) {
    let url = stack.var("DB_URL");
    // It may still be recovering from the last crash.
    let (db, connection) = loop {
        match tokio_postgres::connect(url, tokio_postgres::NoTls).await {
            Ok(connected) => break connected,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    tokio::spawn(connection);
    // A backend that dies of SIGKILL makes the postmaster restart everything.
    let pid: i32 = db
        .query_one("select pg_backend_pid()", &[])
        .await
        .expect("a pid")
        .get(0);
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it runs");
}

#[tokio::test]
async fn a_postgres_restart_under_load_loses_nothing_acknowledged() {
    let stack = DevstackProcess::start(&[]);
    let app = TestApp::on(&stack, |_| {});
    let mut talks = tokio::task::JoinSet::new();
    for number in 0..4 {
        let client = app.user(&format!("User{number}")).await;
        let session = client.started(&json!({"target_question_count": 100})).await;
        talks.spawn(async move {
            let mut said = Vec::new();
            for turn in 0..25 {
                let message = format!("{ANSWER} Turn {turn}.");
                let key = format!("key-{turn}");
                let mut tries = 0;
                while !answered(&client.send_as(session, &key, &message).await) {
                    tries += 1;
                    assert!(tries < 200, "{key} is never answered");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                said.push(message);
            }
            (client, session, said)
        });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        crash_postgres(&stack).await;
    }
    for (client, session, said) in talks.join_all().await {
        // The last crash may come after the last answer.
        eventually("the database is back", async || {
            client.read("/agent/history", session).await.status == 200
        })
        .await;
        assert_eq!(client.messages(session).await, said);
    }
}

#[tokio::test]
async fn sigterm_lets_turns_in_flight_finish() {
    let service = ServiceProcess::start(stack(), &[("OFFLINE_REPLY_DELAY_MS", "1500")]);
    let alice = Client::registered(&service.url, "Alice").await;
    let session = alice.started(&json!({})).await;
    let events = alice
        .request(reqwest::Method::GET, "/agent/events")
        .header("x-session-id", session.to_string())
        .send()
        .await
        .expect("a stream");
    let sent = {
        let alice = alice.clone();
        tokio::spawn(async move { alice.send(session, ANSWER).await })
    };
    let db = stack().db().await;
    let sql = "select count(*) = 2 from interview_turns where session_id = $1";
    eventually("the message is durable", async || {
        db.query_one(sql, &[&session]).await.expect("a row").get(0)
    })
    .await;
    let status = service.terminate();
    assert_eq!(sent.await.expect("a task").status, 200);
    assert!(status.success(), "{status:?}");
    drop(events);
}

#[tokio::test]
async fn a_body_that_trickles_is_ended() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let app = TestApp::with(|config| config.server.json_timeout = Duration::from_millis(300));
    let address = app.url.trim_start_matches("http://").to_owned();
    for sent in ["", "{\"job_role\": "] {
        let mut socket = tokio::net::TcpStream::connect(&address)
            .await
            .expect("a connection");
        let head = format!(
            "POST /agent/create_session HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{sent}"
        );
        socket.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = vec![0; 4_096];
        let read = socket.read(&mut answer).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("body_too_slow"), "{answer}");
    }
}
