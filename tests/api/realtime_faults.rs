//! Supabase Realtime with faults: streams hear all the same, by the polls that take over.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::realtime::{Instance, hears_the_reply_to, instance, is_quiet, quick, topic_of, watch};
use crate::support::realtime::RealtimeServer;
use crate::support::sse::Reading;
use crate::support::{Client, eventually};

/// A user with a stream at one instance who sends at another.
struct Scene {
    server: RealtimeServer,
    here: Instance,
    there: Instance,
    alice: Client,
    session: Uuid,
    reading: Reading,
    sent: usize,
}

impl Scene {
    async fn with(server: RealtimeServer, there: Instance) -> Self {
        let here = instance(&server, |_| {});
        let alice = here.app.user("Alice").await;
        let config = json!({"target_question_count": 40});
        let session = alice.started(&config).await;
        let reading = watch(&alice.at(&there.app.url), session).await;
        Self {
            server,
            here,
            there,
            alice,
            session,
            reading,
            sent: 0,
        }
    }

    async fn new() -> Self {
        let server = RealtimeServer::start().await;
        let there = instance(&server, |_| {});
        Self::with(server, there).await
    }

    /// The stream hears of a turn at the other instance.
    async fn hears(&mut self) {
        self.sent += 1;
        let message = format!(
            "Answer {} about the queue that I built for billing.",
            self.sent
        );
        let sent = self
            .alice
            .at(&self.here.app.url)
            .send(self.session, &message)
            .await;
        assert_eq!(sent.status, 200, "{sent:?}");
        hears_the_reply_to(&mut self.reading, &message).await;
    }

    async fn polls(&self) {
        self.there.front.take_calls();
        eventually("it polls", async || {
            !self.there.front.take_calls().is_empty()
        })
        .await;
    }

    async fn is_live(&self) {
        let topic = topic_of(&self.alice, self.session);
        eventually("it is joined", async || self.server.joined(&topic) == 1).await;
        is_quiet(&self.there.front).await;
    }

    fn joins(&self) -> usize {
        self.server.heard("phx_join").len()
    }

    fn wire_topic(&self) -> String {
        format!("realtime:{}", topic_of(&self.alice, self.session))
    }

    /// A frame of the topic, as the server would send it.
    fn says(&self, event: &str, reference: Value, payload: Value) {
        let frame = json!({"ref": reference, "topic": self.wire_topic(), "event": event, "payload": payload});
        self.server.say(frame.to_string());
    }
}

#[tokio::test]
async fn while_realtime_is_away_streams_poll_and_when_it_is_back_they_stop() {
    let server = RealtimeServer::start().await;
    server.faults().handshake = Some(503);
    let there = instance(&server, |_| {});
    let mut scene = Scene::with(server, there).await;
    scene.polls().await;
    scene.hears().await;
    scene.server.faults().handshake = None;
    scene.is_live().await;
    scene.hears().await;
    for status in [503, 401] {
        scene.server.faults().handshake = Some(status);
        scene.server.close_all();
        scene.polls().await;
        scene.hears().await;
        scene.server.faults().handshake = None;
        scene.is_live().await;
        scene.hears().await;
    }
}

#[tokio::test]
async fn what_happened_while_a_topic_was_not_joined_is_read_when_it_is() {
    let server = RealtimeServer::start().await;
    let there = instance(&server, |config| {
        // Polls that come too late to be what brings it.
        config.cache.events_poll = Some(Duration::from_secs(3_600));
    });
    let mut scene = Scene::with(server, there).await;
    scene.is_live().await;
    scene.server.faults().handshake = Some(503);
    scene.server.close_all();
    eventually("it is away", async || scene.server.sockets() == 0).await;
    let message = "Said while nobody could tell of it, about my queue.";
    let sent = scene.alice.send(scene.session, message).await;
    assert_eq!(sent.status, 200);
    scene.server.faults().handshake = None;
    hears_the_reply_to(&mut scene.reading, message).await;
}

#[tokio::test]
async fn a_refused_join_leaves_the_poll() {
    for reason in [
        "Unauthorized: You do not have permissions to read from this Channel topic: x",
        "MissingPartition: Realtime was unable to find the expected messages partition",
        "ClientJoinRateLimitReached: Too many joins per second",
        "ChannelRateLimitReached: Too many channels",
        "Unknown Error on Channel",
    ] {
        let server = RealtimeServer::start().await;
        server.faults().refuses = Some(reason);
        let there = instance(&server, |_| {});
        let mut scene = Scene::with(server, there).await;
        eventually("it is refused", async || scene.joins() > 0).await;
        scene.polls().await;
        scene.hears().await;
        if !reason.starts_with("Unauthorized") {
            scene.server.faults().refuses = None;
            scene.is_live().await;
            scene.hears().await;
        }
    }
}

#[tokio::test]
async fn a_connection_that_does_not_answer_heartbeats_is_replaced() {
    let server = RealtimeServer::start().await;
    let there = instance(&server, |config| {
        let mut realtime = quick();
        realtime.heartbeat = Duration::from_millis(200);
        config.supabase.realtime = Some(realtime);
    });
    let mut scene = Scene::with(server, there).await;
    scene.is_live().await;
    let joins = scene.joins();
    scene.server.faults().is_silent = true;
    eventually("another connection is made", async || scene.joins() > joins).await;
    scene.hears().await;
    scene.server.faults().is_silent = false;
    scene.is_live().await;
    scene.hears().await;
}

#[tokio::test]
async fn frames_that_are_not_of_the_protocol_disturb_nothing() {
    let mut scene = Scene::new().await;
    scene.is_live().await;
    let joins = scene.joins();
    for text in [
        "",
        "nonsense",
        "{}",
        "[null,null,\"phoenix\",\"x\",{}]",
        "{\"topic\":1}",
    ] {
        scene.server.say(text);
    }
    scene.server.say_binary(&[4, 1, 2, 3]);
    scene.says("presence_state", Value::Null, json!({}));
    scene.says(
        "broadcast",
        Value::Null,
        json!({"event": "session_changed", "payload": {"version": "x"}}),
    );
    scene.says(
        "broadcast",
        Value::Null,
        json!({"event": "another", "payload": {"version": 1}}),
    );
    scene.says(
        "system",
        Value::Null,
        json!({"extension": "postgres_changes", "status": "error", "message": "x"}),
    );
    // Late: of a join before this one, and of nobody's.
    scene.says("phx_close", json!("999"), json!({}));
    scene.says(
        "phx_reply",
        json!("999"),
        json!({"status": "error", "response": {"reason": "Unauthorized: x"}}),
    );
    scene.hears().await;
    assert_eq!(scene.joins(), joins);
    // A version that is not there, and never will be.
    let far = json!({"event": "session_changed", "payload": {"version": i64::MAX}});
    scene.says("broadcast", Value::Null, far);
    scene.hears().await;
    is_quiet(&scene.there.front).await;
    scene.hears().await;
}

#[tokio::test]
async fn a_topic_that_the_server_closes_is_joined_again() {
    let mut scene = Scene::new().await;
    scene.is_live().await;
    for error in [
        None,
        Some("Too many messages per second"),
        Some("Replication connection was not established in time"),
    ] {
        let joins = scene.joins();
        if let Some(message) = error {
            scene.says(
                "system",
                Value::Null,
                json!({"extension": "system", "status": "error", "message": message}),
            );
            scene.says("phx_close", Value::Null, json!({}));
        } else {
            scene.says("phx_error", Value::Null, json!({}));
        }
        eventually("it is joined again", async || scene.joins() > joins).await;
        scene.is_live().await;
        scene.hears().await;
    }
}

#[tokio::test]
async fn a_message_without_end_costs_the_connection_and_nothing_else() {
    let mut scene = Scene::new().await;
    scene.is_live().await;
    let joins = scene.joins();
    scene.server.say("x".repeat(200 * 1024));
    eventually("another connection is made", async || scene.joins() > joins).await;
    scene.is_live().await;
    scene.hears().await;
}

#[tokio::test]
async fn a_join_that_is_answered_too_late_is_given_up_and_tried_again() {
    let server = RealtimeServer::start().await;
    server.faults().holds_joins = true;
    let there = instance(&server, |config| {
        let mut realtime = quick();
        realtime.join_timeout = Duration::from_millis(300);
        config.supabase.realtime = Some(realtime);
    });
    let mut scene = Scene::with(server, there).await;
    eventually("it is tried again", async || scene.joins() > 1).await;
    scene.polls().await;
    assert!(
        !scene.server.heard("phx_leave").is_empty(),
        "what was given up is left"
    );
    scene.says(
        "phx_reply",
        json!("1"),
        json!({"status": "ok", "response": {"postgres_changes": []}}),
    );
    scene.hears().await;
    scene.polls().await;
    scene.server.faults().holds_joins = false;
    scene.is_live().await;
    scene.hears().await;
}

#[tokio::test]
async fn an_older_realtime_does_not_say_when_messages_come_and_is_believed_after_a_while() {
    let server = RealtimeServer::start().await;
    server.faults().is_old = true;
    let there = instance(&server, |config| {
        let mut realtime = quick();
        realtime.ready_wait = Duration::from_millis(100);
        config.supabase.realtime = Some(realtime);
    });
    let mut scene = Scene::with(server, there).await;
    scene.is_live().await;
    scene.hears().await;
}

#[tokio::test]
async fn a_project_that_allows_few_channels_gets_more_connections() {
    let server = RealtimeServer::start().await;
    server.faults().max_channels = Some(2);
    let there = instance(&server, |_| {});
    let guest = there.app.guest();
    let mut readings = Vec::new();
    for _ in 0..5 {
        let session = guest.started(&json!({})).await;
        readings.push((session, watch(&guest, session).await));
    }
    eventually("all are joined", async || {
        let mut sessions = readings.iter();
        sessions.all(|(session, _)| server.joined(&topic_of(&guest, *session)) == 1)
    })
    .await;
    assert_eq!(server.sockets(), 3);
}

#[tokio::test]
async fn many_idle_streams_share_connections_and_ask_nothing() {
    const STREAMS: usize = 120;
    let server = RealtimeServer::start().await;
    let (here, there) = (instance(&server, |_| {}), instance(&server, |_| {}));
    let guest = here.app.guest();
    let mut readings = Vec::new();
    for _ in 0..STREAMS {
        let session = guest.create(&json!({})).await;
        readings.push(watch(&guest.at(&there.app.url), session).await);
    }
    is_quiet(&there.front).await;
    assert_eq!(server.heard("phx_join").len(), STREAMS);
    assert_eq!(server.sockets(), 2, "a hundred channels each");
    let session = guest.started(&json!({})).await;
    for _ in 0..3 {
        assert_eq!(
            guest
                .send(session, "Meanwhile, another interview goes on.")
                .await
                .status,
            200
        );
    }
    assert_eq!(there.front.take_calls(), Vec::<String>::new());
}
