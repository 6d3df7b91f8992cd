//! Messages of the protocol, in its version 1.0.0: JSON objects in text frames, which every Realtime speaks.
//!
//! Sources: <https://supabase.com/docs/guides/realtime/protocol>; `realtime_channel.ex` of supabase/realtime.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The value of `vsn` in the socket's address.
pub(super) const VERSION: &str = "1.0.0";
/// Before a topic's name on the wire.
const PREFIX: &str = "realtime:";
/// The topic of heartbeats.
const SOCKET: &str = "phoenix";

#[derive(Serialize)]
struct Outgoing<'a> {
    topic: &'a str,
    event: &'static str,
    payload: Value,
    #[serde(rename = "ref")]
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    join_ref: Option<&'a str>,
}

fn text(
    topic: &str,
    event: &'static str,
    payload: Value,
    reference: u64,
    join: Option<u64>,
) -> String {
    let join = join.map(|join| join.to_string());
    let outgoing = Outgoing {
        topic,
        event,
        payload,
        reference: &reference.to_string(),
        join_ref: join.as_deref(),
    };
    // Strings and values: there is nothing that could not be written.
    serde_json::to_string(&outgoing).unwrap_or_default()
}

/// Asks to join a private topic: with a user's token, else with the rights of the socket's API key.
pub(super) fn join(topic: &str, access_token: Option<&str>, reference: u64) -> String {
    let mut payload = json!({"config": {
        // To be told when messages that the database sends come through.
        "broadcast": {"ack": false, "self": false, "replication_ready": true},
        "presence": {"enabled": false},
        "postgres_changes": [],
        "private": true,
    }});
    if let Some(token) = access_token {
        payload["access_token"] = token.into();
    }
    text(
        &format!("{PREFIX}{topic}"),
        "phx_join",
        payload,
        reference,
        Some(reference),
    )
}

pub(super) fn leave(topic: &str, reference: u64, join: u64) -> String {
    text(
        &format!("{PREFIX}{topic}"),
        "phx_leave",
        json!({}),
        reference,
        Some(join),
    )
}

pub(super) fn access_token(topic: &str, token: &str, reference: u64, join: u64) -> String {
    let payload = json!({"access_token": token});
    text(
        &format!("{PREFIX}{topic}"),
        "access_token",
        payload,
        reference,
        Some(join),
    )
}

pub(super) fn heartbeat(reference: u64) -> String {
    text(SOCKET, "heartbeat", json!({}), reference, None)
}

/// What the server said.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    Reply {
        reference: u64,
        /// Else why not.
        result: Result<(), String>,
    },
    /// The session of that topic has this version.
    Changed { topic: String, version: i64 },
    /// It is no more.
    Deleted { topic: String },
    /// Messages that the database sends come through from now on.
    Ready { topic: String },
    /// Why the topic is about to be closed.
    Failing { topic: String, message: String },
    /// The topic was left, by the join of that reference where the server says so.
    Closed { topic: String, join: Option<u64> },
    /// Nothing that concerns us.
    Other,
}

#[derive(Deserialize)]
struct Frame {
    topic: String,
    event: String,
    #[serde(default)]
    payload: Value,
    #[serde(rename = "ref", default)]
    reference: Option<String>,
}

/// Reads a text frame; whatever is not of the protocol, or of a kind that is not known, is [`Incoming::Other`].
pub(super) fn read(text: &str) -> Incoming {
    let Ok(frame) = serde_json::from_str::<Frame>(text) else {
        return Incoming::Other;
    };
    let reference = frame
        .reference
        .as_deref()
        .and_then(|text| text.parse().ok());
    let payload = &frame.payload;
    if frame.event == "phx_reply" {
        return match reference {
            Some(reference) => Incoming::Reply {
                reference,
                result: reply(payload),
            },
            None => Incoming::Other,
        };
    }
    let Some(topic) = frame.topic.strip_prefix(PREFIX).map(str::to_owned) else {
        return Incoming::Other;
    };
    match frame.event.as_str() {
        "phx_close" | "phx_error" => Incoming::Closed {
            topic,
            join: reference,
        },
        "broadcast" => broadcast(topic, payload),
        "system" => system(topic, payload),
        _ => Incoming::Other,
    }
}

fn reply(payload: &Value) -> Result<(), String> {
    if payload["status"] == "ok" {
        return Ok(());
    }
    let reason = payload["response"]["reason"].as_str();
    Err(reason.unwrap_or_default().to_owned())
}

fn broadcast(topic: String, payload: &Value) -> Incoming {
    match payload["event"].as_str() {
        Some("session_changed") => match payload["payload"]["version"].as_i64() {
            Some(version) => Incoming::Changed { topic, version },
            None => Incoming::Other,
        },
        Some("session_deleted") => Incoming::Deleted { topic },
        _ => Incoming::Other,
    }
}

fn system(topic: String, payload: &Value) -> Incoming {
    if payload["extension"] != "system" {
        return Incoming::Other;
    }
    let message = payload["message"].as_str().unwrap_or_default();
    match payload["status"].as_str() {
        Some("ok") if message == "Replication connection established" => Incoming::Ready { topic },
        Some("error") => Incoming::Failing {
            topic,
            message: message.to_owned(),
        },
        _ => Incoming::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> String {
        "session:7".to_owned()
    }

    /// As `Phoenix.Socket.V1.JSONSerializer` writes what `realtime_channel.ex`, `message_dispatcher.ex` and
    /// `user_broadcast.ex` of supabase/realtime say (833cf36, 2026-08-21).
    #[test]
    fn what_the_server_says_is_read() {
        for (text, incoming) in [
            (
                r#"{"ref":"4","topic":"realtime:session:7","event":"phx_reply","payload":{"status":"ok","response":{"postgres_changes":[]}}}"#,
                Incoming::Reply { reference: 4, result: Ok(()) },
            ),
            (
                r#"{"ref":"4","topic":"realtime:session:7","event":"phx_reply","payload":{"status":"error","response":{"reason":"Unauthorized: You do not have permissions to read from this Channel topic: session:7"}}}"#,
                Incoming::Reply {
                    reference: 4,
                    result: Err("Unauthorized: You do not have permissions to read from this Channel topic: session:7".to_owned()),
                },
            ),
            (
                r#"{"ref":null,"topic":"realtime:session:7","event":"broadcast","payload":{"event":"session_changed","meta":{"id":"006554ce-d22d-469c-877a-88bef47214a3"},"payload":{"id":"006554ce-d22d-469c-877a-88bef47214a3","version":12},"type":"broadcast"}}"#,
                Incoming::Changed { topic: topic(), version: 12 },
            ),
            (
                r#"{"ref":null,"topic":"realtime:session:7","event":"broadcast","payload":{"event":"session_deleted","payload":{"id":"006554ce-d22d-469c-877a-88bef47214a3"},"type":"broadcast"}}"#,
                Incoming::Deleted { topic: topic() },
            ),
            (
                r#"{"ref":null,"topic":"realtime:session:7","event":"system","payload":{"channel":"session:7","extension":"system","message":"Replication connection established","status":"ok"}}"#,
                Incoming::Ready { topic: topic() },
            ),
            (
                r#"{"ref":null,"topic":"realtime:session:7","event":"system","payload":{"channel":"session:7","extension":"system","message":"Token has expired 1000 seconds ago","status":"error"}}"#,
                Incoming::Failing { topic: topic(), message: "Token has expired 1000 seconds ago".to_owned() },
            ),
            (
                r#"{"ref":"4","topic":"realtime:session:7","event":"phx_close","payload":{}}"#,
                Incoming::Closed { topic: topic(), join: Some(4) },
            ),
            (
                r#"{"ref":null,"topic":"realtime:session:7","event":"phx_error","payload":{}}"#,
                Incoming::Closed { topic: topic(), join: None },
            ),
            (
                r#"{"ref":"9","topic":"phoenix","event":"phx_reply","payload":{"status":"ok","response":{}}}"#,
                Incoming::Reply { reference: 9, result: Ok(()) },
            ),
        ] {
            assert_eq!(read(text), incoming, "{text}");
        }
    }

    #[test]
    fn whatever_else_it_says_does_nothing() {
        for text in [
            "",
            "nonsense",
            "[]",
            r#"[null,null,"realtime:session:7","broadcast",{}]"#,
            r#"{"topic":"realtime:session:7"}"#,
            r#"{"topic":"realtime:session:7","event":"broadcast"}"#,
            r#"{"topic":"realtime:session:7","event":"broadcast","payload":{"event":"session_changed","payload":{"version":"12"}}}"#,
            r#"{"topic":"realtime:session:7","event":"broadcast","payload":{"event":"session_changed","payload":{"version":1e300}}}"#,
            r#"{"topic":"realtime:session:7","event":"broadcast","payload":{"event":"another"}}"#,
            r#"{"topic":"session:7","event":"phx_close","payload":{}}"#,
            r#"{"topic":"realtime:session:7","event":"presence_state","payload":{}}"#,
            r#"{"topic":"realtime:session:7","event":"system","payload":{"extension":"postgres_changes","status":"error","message":"x"}}"#,
            r#"{"topic":"phoenix","event":"phx_reply","payload":{},"ref":"x"}"#,
        ] {
            assert_eq!(read(text), Incoming::Other, "{text}");
        }
    }

    #[test]
    fn what_is_said_is_what_the_protocol_shows() {
        let value = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        assert_eq!(
            value(join("session:7", Some("a.b.c"), 3)),
            json!({"topic": "realtime:session:7", "event": "phx_join", "ref": "3", "join_ref": "3", "payload": {
                "access_token": "a.b.c",
                "config": {
                    "broadcast": {"ack": false, "self": false, "replication_ready": true},
                    "presence": {"enabled": false}, "postgres_changes": [], "private": true}}})
        );
        assert_eq!(
            value(join("t", None, 3))["payload"]["access_token"],
            Value::Null
        );
        assert_eq!(
            value(heartbeat(5)),
            json!({"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "5"})
        );
        assert_eq!(
            value(leave("t", 6, 3)),
            json!({"topic": "realtime:t", "event": "phx_leave", "payload": {}, "ref": "6", "join_ref": "3"})
        );
        assert_eq!(
            value(access_token("t", "x", 7, 3)),
            json!({"topic": "realtime:t", "event": "access_token", "payload": {"access_token": "x"}, "ref": "7", "join_ref": "3"})
        );
    }
}
