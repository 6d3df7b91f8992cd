//! Two instances, one database: what one does, the other's streams hear by Supabase Realtime.

use std::time::Duration;

use ai_interviewer::config::{Config, RealtimeConfig};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::privacy::LoggingService;
use crate::support::realtime::{Front, RealtimeServer};
use crate::support::sse::{Event, Reading};
use crate::support::{Client, ModelServer, TestApp, eventually};

/// Less than until a check finds what no message told of.
const PATIENCE: Duration = Duration::from_secs(45);
const ANSWER: &str = "I led the move of our billing to a queue because the nightly batch failed.";

/// An instance with its own view of Supabase. Nothing is served from memory unasked, and polls are frequent, so that each
/// would be seen.
pub(crate) struct Instance {
    pub app: TestApp,
    pub front: Front,
}

pub(crate) fn quick() -> RealtimeConfig {
    RealtimeConfig {
        connect_timeout: Duration::from_secs(10),
        heartbeat: Duration::from_secs(25),
        join_timeout: Duration::from_secs(15),
        ready_wait: Duration::from_secs(5),
        first_retry: Duration::from_millis(50),
    }
}

pub(crate) fn instance(server: &RealtimeServer, change: impl FnOnce(&mut Config)) -> Instance {
    let front = server.front();
    let app = TestApp::on(server.stack(), |config| {
        config.supabase.url = front.url.parse().expect("a URL");
        config.supabase.realtime = Some(quick());
        config.cache.events_poll = Some(Duration::from_millis(20));
        config.cache.max_staleness = Duration::ZERO;
        change(config);
    });
    Instance { app, front }
}

pub(crate) async fn watch(client: &Client, session: Uuid) -> Reading {
    let request = client
        .request(reqwest::Method::GET, "/agent/events")
        .header("x-session-id", session.to_string());
    Reading::new(request.send().await.expect("an answer"))
}

/// Reads until a turn with this message was answered.
pub(crate) async fn hears_the_reply_to(reading: &mut Reading, message: &str) -> Event {
    let heard = async {
        loop {
            let event = reading.next().await.expect("the stream goes on");
            if event.name == "turn"
                && event.data["message"] == message
                && event.data["state"] == "completed"
            {
                return event;
            }
        }
    };
    tokio::time::timeout(PATIENCE, heard)
        .await
        .unwrap_or_else(|_| panic!("nothing is heard of a reply to {message:?}"))
}

pub(crate) fn topic_of(client: &Client, session: Uuid) -> String {
    use sha2::Digest as _;
    if client.token.is_some() {
        return format!("session:{session}");
    }
    let digest = sha2::Sha256::digest(session.to_string());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("guest-session:{hex}")
}

/// Waits until an instance asks nobody any more.
pub(crate) async fn is_quiet(front: &Front) {
    eventually("nobody polls", async || {
        front.take_calls();
        // Ten of the slowest polls.
        tokio::time::sleep(Duration::from_millis(1_600)).await;
        front.take_calls().is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_stream_hears_of_a_turn_at_another_instance_without_a_poll() {
    let server = RealtimeServer::start().await;
    let (here, there) = (instance(&server, |_| {}), instance(&server, |_| {}));
    for client in [here.app.user("Alice").await, here.app.guest()] {
        let session = client.started(&json!({})).await;
        let mut reading = watch(&client.at(&there.app.url), session).await;
        is_quiet(&there.front).await;
        assert_eq!(server.joined(&topic_of(&client, session)), 1);

        // Other sessions' turns are no concern of this one.
        let other = here.app.guest();
        let elsewhere = other.started(&json!({})).await;
        for _ in 0..3 {
            assert_eq!(other.send(elsewhere, ANSWER).await.status, 200);
        }
        assert_eq!(there.front.take_calls(), Vec::<String>::new());

        assert_eq!(client.send(session, ANSWER).await.status, 200);
        let event = hears_the_reply_to(&mut reading, ANSWER).await;
        assert!(event.data["reply"]["content"].is_string(), "{event:?}");
        let calls = there.front.take_calls();
        assert!(
            !calls.is_empty(),
            "what changed is read with the listener's rights"
        );
        let reads = |call: &String| call.ends_with("/rpc/load_session");
        assert!(calls.iter().all(reads), "{calls:?}");
        // Had a check found the change, or a poll, there would be more of them.
        is_quiet(&there.front).await;
    }
}

#[tokio::test]
async fn a_guests_id_is_told_to_nobody_and_a_users_token_to_their_topic_alone() {
    let server = RealtimeServer::start().await;
    let there = instance(&server, |_| {});
    let guest = there.app.guest();
    let session = guest.started(&json!({})).await;
    let _reading = watch(&guest, session).await;
    let alice = there.app.user("Alice").await;
    let hers = alice.started(&json!({})).await;
    let _hers = watch(&alice, hers).await;
    let topics = [topic_of(&guest, session), topic_of(&alice, hers)];
    eventually("both are joined", async || {
        topics.iter().all(|topic| server.joined(topic) == 1)
    })
    .await;
    let joins = server.heard("phx_join");
    assert!(
        !json!(joins).to_string().contains(&session.to_string()),
        "{joins:?}"
    );
    for join in &joins {
        assert_eq!(join["payload"]["config"]["private"], true);
        let is_hers = join["topic"] == format!("realtime:{}", topics[1]);
        let token = is_hers.then(|| alice.token.clone()).flatten();
        assert_eq!(join["payload"]["access_token"], json!(token), "{join}");
    }
    // A message holds the version, and no word.
    assert_eq!(guest.send(session, ANSWER).await.status, 200);
    let db = server.stack().db().await;
    let query = "select payload - 'id' from realtime.messages where topic = $1 order by inserted_at desc limit 1";
    let row = db.query_one(query, &[&topics[0]]).await.expect("a message");
    let payload: Value = row.get(0);
    let keys: Vec<&String> = payload.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["version"]);
}

#[tokio::test]
async fn another_users_session_is_never_asked_for() {
    let server = RealtimeServer::start().await;
    let there = instance(&server, |_| {});
    let alice = there.app.user("Alice").await;
    let mallory = there.app.user("Mallory").await;
    let session = alice.started(&json!({})).await;
    for stranger in [&mallory, &there.app.guest()] {
        stranger
            .read("/agent/events", session)
            .await
            .is_problem(404, "session_not_found");
    }
    let _reading = watch(&alice, session).await;
    eventually("the owner's is joined", async || {
        server.joined(&topic_of(&alice, session)) == 1
    })
    .await;
    let joins = server.heard("phx_join");
    assert_eq!(joins.len(), 1, "{joins:?}");
    assert_eq!(joins[0]["payload"]["access_token"], json!(alice.token));
}

#[tokio::test]
async fn a_session_that_is_deleted_or_claimed_elsewhere_ends_its_streams_and_is_left() {
    let server = RealtimeServer::start().await;
    let (here, there) = (instance(&server, |_| {}), instance(&server, |_| {}));
    let alice = here.app.user("Alice").await;
    let deleted = alice.started(&json!({})).await;
    let guest = here.app.guest();
    let claimed = guest.started(&json!({})).await;
    let ends = async |client: &Client, session: Uuid, act: &str| {
        let reading = watch(&client.at(&there.app.url), session).await;
        is_quiet(&there.front).await;
        let method = if act == "/agent/session" {
            "DELETE"
        } else {
            "POST"
        };
        let method = method.parse().expect("a method");
        let request = alice.request(method, act).json(&json!({}));
        let done = request.header("x-session-id", session.to_string()).send();
        assert!(done.await.expect("an answer").status().is_success());
        let last = reading.rest().await.pop().expect("an event");
        assert_eq!(last.name, "error", "{last:?}");
        assert_eq!(last.data["code"], "session_not_found");
        let topic = topic_of(client, session);
        eventually("it is left", async || server.joined(&topic) == 0).await;
    };
    ends(&alice, deleted, "/agent/session").await;
    ends(&guest, claimed, "/agent/claim_session").await;
}

#[tokio::test]
async fn a_newer_token_is_passed_on() {
    let server = RealtimeServer::start().await;
    let there = instance(&server, |_| {});
    let mut alice = there.app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let topic = topic_of(&alice, session);
    let _first = watch(&alice, session).await;
    eventually("it is joined", async || server.joined(&topic) == 1).await;
    // Tokens tell whole seconds.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let refreshed = alice
        .post(
            "/auth/refresh",
            &json!({"refresh_token": alice.refresh_token}),
        )
        .await;
    alice.token = refreshed.body["access_token"].as_str().map(str::to_owned);
    let _second = watch(&alice, session).await;
    eventually("the newer token came", async || {
        let heard = server.heard("access_token");
        heard
            .iter()
            .any(|frame| frame["payload"]["access_token"] == json!(alice.token))
    })
    .await;
    assert_eq!(
        (server.joined(&topic), server.heard("phx_join").len()),
        (1, 1)
    );
}

#[tokio::test]
async fn no_token_and_no_guests_id_is_logged_however_talkative_the_log() {
    let server = RealtimeServer::start().await;
    let front = server.front();
    let model = ModelServer::start();
    let settings = [
        ("SUPABASE_URL", front.url.as_str()),
        ("SUPABASE_ANON_KEY", server.stack().var("PUBLISHABLE_KEY")),
        ("SUPABASE_SERVICE_KEY", server.stack().var("SECRET_KEY")),
        ("SUPABASE_REALTIME", "true"),
        (
            "RUST_LOG",
            "info,ai_interviewer=trace,tungstenite=trace,tokio_tungstenite=trace",
        ),
    ];
    let service = LoggingService::start(&model, &settings);
    let alice = Client::registered(&service.url, "Alice").await;
    let guest = Client::new(&service.url);
    let mut secrets = vec![alice.token.clone().expect("a token")];
    for client in [&alice, &guest] {
        let session = client.started(&json!({})).await;
        let mut reading = watch(client, session).await;
        let topic = topic_of(client, session);
        eventually("it is joined", async || server.joined(&topic) == 1).await;
        assert_eq!(client.send(session, ANSWER).await.status, 200);
        hears_the_reply_to(&mut reading, ANSWER).await;
        if client.token.is_none() {
            secrets.extend([session.to_string(), topic]);
        }
    }
    server.faults().refuses =
        Some("Unauthorized: You do not have permissions to read from this Channel topic: x");
    server.close_all();
    let joins = server.heard("phx_join").len();
    eventually("it is refused", async || {
        server.heard("phx_join").len() > joins
    })
    .await;
    let log = service.stop();
    assert!(log.contains("supabase/realtime.sql"), "{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "the log holds {secret}");
    }
    // The key, which is public, is in the socket's address.
    assert!(
        !log.contains("apikey="),
        "the log holds the socket's address"
    );
}
