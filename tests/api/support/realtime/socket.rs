//! One socket of the stand-in, with the channels joined over it.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, Session};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::database::{Sent, claims, may_read};
use super::{Order, Shared, lock};

struct Channel {
    private: bool,
    /// Reference of its join.
    reference: Value,
}

struct Socket {
    shared: Arc<Shared>,
    session: Session,
    channels: HashMap<String, Channel>,
}

/// The other side has gone.
struct Gone;

pub(super) async fn open(
    request: HttpRequest,
    body: web::Payload,
    shared: web::Data<Shared>,
) -> Result<HttpResponse, actix_web::Error> {
    let query = request.query_string();
    let has_key = query.contains("apikey=sb_publishable_");
    let refused = lock(&shared.faults).handshake.or((!has_key).then_some(401));
    if let Some(status) = refused {
        // As `handle_error` of user_socket.ex.
        let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
        return Ok(HttpResponse::build(status).json(json!({"error": "refused"})));
    }
    assert!(query.contains("vsn=1.0.0"), "{query}");
    let (response, session, stream) = actix_ws::handle(&request, body)?;
    let mut stream = stream.max_frame_size(1 << 20).aggregate_continuations();
    let shared = shared.into_inner();
    let (mut sent, mut orders) = (shared.sent.subscribe(), shared.orders.subscribe());
    let mut socket = Socket {
        shared,
        session,
        channels: HashMap::new(),
    };
    actix_web::rt::spawn(async move {
        *lock(&socket.shared.sockets) += 1;
        loop {
            let step = tokio::select! {
                message = stream.next() => match message {
                    Some(Ok(AggregatedMessage::Text(text))) => socket.hear(&text).await,
                    Some(Ok(AggregatedMessage::Ping(bytes))) => {
                        socket.session.pong(&bytes).await.map_err(|_| Gone)
                    }
                    Some(Ok(AggregatedMessage::Close(_)) | Err(_)) | None => Err(Gone),
                    Some(Ok(_)) => Ok(()),
                },
                message = sent.recv() => match message {
                    Ok(message) => socket.broadcast(&message).await,
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => Err(Gone),
                },
                order = orders.recv() => match order {
                    Ok(Order::Say(text)) => socket.say(text).await,
                    Ok(Order::SayBinary(bytes)) => {
                        socket.session.binary(bytes).await.map_err(|_| Gone)
                    }
                    Ok(Order::Close) | Err(_) => Err(Gone),
                },
            };
            if step.is_err() {
                break;
            }
        }
        for topic in socket.channels.keys().cloned().collect::<Vec<_>>() {
            socket.forget(&topic);
        }
        *lock(&socket.shared.sockets) -= 1;
        let _gone = socket.session.close(None).await;
    });
    Ok(response)
}

impl Socket {
    async fn say(&mut self, text: String) -> Result<(), Gone> {
        self.session.text(text).await.map_err(|_| Gone)
    }

    async fn push(
        &mut self,
        topic: &str,
        event: &str,
        reference: &Value,
        payload: Value,
    ) -> Result<(), Gone> {
        let frame = json!({"ref": reference, "topic": topic, "event": event, "payload": payload});
        self.say(frame.to_string()).await
    }

    async fn reply(&mut self, frame: &Value, status: &str, response: Value) -> Result<(), Gone> {
        let topic = frame["topic"].as_str().unwrap_or_default();
        let payload = json!({"status": status, "response": response});
        self.push(topic, "phx_reply", &frame["ref"], payload).await
    }

    async fn hear(&mut self, text: &str) -> Result<(), Gone> {
        let frame: Value = serde_json::from_str(text).expect("a client's frames are JSON");
        assert!(frame["ref"].is_string(), "{frame}");
        lock(&self.shared.heard).push(frame.clone());
        let faults = lock(&self.shared.faults).clone();
        let topic = frame["topic"].as_str().expect("a topic").to_owned();
        match frame["event"].as_str().expect("an event") {
            "heartbeat" if faults.is_silent => Ok(()),
            "heartbeat" => self.reply(&frame, "ok", json!({})).await,
            "phx_join" if faults.holds_joins => Ok(()),
            "phx_join" => self.join(&frame, &topic).await,
            "phx_leave" => {
                let joined = self.forget(&topic);
                self.reply(&frame, "ok", json!({})).await?;
                match joined {
                    Some(channel) => {
                        self.push(&topic, "phx_close", &channel.reference, json!({}))
                            .await
                    }
                    None => Ok(()),
                }
            }
            "access_token" => self.renew(&frame, &topic).await,
            other => panic!("the client does not say {other}"),
        }
    }

    /// `join/3` of realtime_channel.ex.
    async fn join(&mut self, frame: &Value, topic: &str) -> Result<(), Gone> {
        let faults = lock(&self.shared.faults).clone();
        let config = &frame["payload"]["config"];
        let is_full = faults
            .max_channels
            .is_some_and(|most| self.channels.len() >= most);
        let reason = if let Some(reason) = faults.refuses {
            Some(reason.to_owned())
        } else if is_full {
            Some("ChannelRateLimitReached: Too many channels".to_owned())
        } else {
            let name = topic.strip_prefix("realtime:").expect("the prefix");
            let token = frame["payload"]["access_token"].as_str();
            self.refusal(name, token).await
        };
        if let Some(reason) = reason {
            return self.reply(frame, "error", json!({"reason": reason})).await;
        }
        let channel = Channel {
            private: config["private"] == true,
            reference: frame["ref"].clone(),
        };
        self.forget(topic);
        self.channels.insert(topic.to_owned(), channel);
        let name = topic.trim_start_matches("realtime:").to_owned();
        *lock(&self.shared.joined).entry(name.clone()).or_default() += 1;
        self.reply(frame, "ok", json!({"postgres_changes": []}))
            .await?;
        if config["broadcast"]["replication_ready"] == true && !faults.is_old {
            // `handle_info(:notify_replication_ready, …)`
            let message = "Replication connection established";
            let payload =
                json!({"extension": "system", "status": "ok", "message": message, "channel": name});
            self.push(topic, "system", &Value::Null, payload).await?;
        }
        Ok(())
    }

    /// `confirm_token` and `maybe_assign_policies` of realtime_channel.ex; a public channel is not what this service joins.
    async fn refusal(&self, name: &str, token: Option<&str>) -> Option<String> {
        let Some(claims) = claims(token) else {
            return Some("MalformedJWT: The token provided is not a valid JWT".to_owned());
        };
        let now = Timestamp::now().as_second();
        if claims["exp"].as_i64().is_some_and(|exp| exp <= now) {
            return Some("InvalidJWTToken: Token has expired 1 seconds ago".to_owned());
        }
        let allowed = may_read(&self.shared.database, name, &claims).await;
        (!allowed).then(|| {
            format!(
                "Unauthorized: You do not have permissions to read from this Channel topic: {name}"
            )
        })
    }

    /// `handle_in("access_token", …)`: the policies are asked again.
    async fn renew(&mut self, frame: &Value, topic: &str) -> Result<(), Gone> {
        let name = topic.trim_start_matches("realtime:").to_owned();
        let token = frame["payload"]["access_token"].as_str();
        match self.refusal(&name, token).await {
            None => Ok(()),
            Some(reason) => {
                let message = reason.split_once(": ").map_or("", |(_, text)| text);
                self.shut(topic, message).await
            }
        }
    }

    /// `shutdown_response` of realtime_channel.ex.
    async fn shut(&mut self, topic: &str, message: &str) -> Result<(), Gone> {
        let Some(channel) = self.forget(topic) else {
            return Ok(());
        };
        let name = topic.trim_start_matches("realtime:");
        let payload =
            json!({"extension": "system", "status": "error", "message": message, "channel": name});
        self.push(topic, "system", &Value::Null, payload).await?;
        self.push(topic, "phx_close", &channel.reference, json!({}))
            .await
    }

    fn forget(&mut self, topic: &str) -> Option<Channel> {
        let channel = self.channels.remove(topic)?;
        let name = topic.trim_start_matches("realtime:");
        if let Some(count) = lock(&self.shared.joined).get_mut(name) {
            *count -= 1;
        }
        Some(channel)
    }

    /// A row of `realtime.messages`: `convert_to_json_broadcast` of user_broadcast.ex.
    async fn broadcast(&mut self, sent: &Sent) -> Result<(), Gone> {
        let topic = format!("realtime:{}", sent.topic);
        let joined = self.channels.get(&topic);
        let is_deaf = lock(&self.shared.faults).is_deaf;
        if is_deaf || joined.is_none_or(|channel| channel.private != sent.private) {
            return Ok(());
        }
        let payload = json!({
            "event": sent.event, "payload": sent.payload, "type": "broadcast", "meta": {"id": sent.id},
        });
        self.push(&topic, "broadcast", &Value::Null, payload).await
    }
}
