//! A client of live transcription, and what the tests look for behind it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::{Client, eventually, stack};

/// Two sentences with a pause.
pub(crate) const WEBM: &[u8] = include_bytes!("../../audio/recorded-by-chromium.webm");

/// A client at `/speech/stream`.
pub(crate) struct Socket(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(
        url: &str,
        path: &str,
        protocols: Option<&str>,
    ) -> Result<Self, tungstenite::Error> {
        let url = format!("{}{path}", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        if let Some(protocols) = protocols {
            let value = protocols.parse().expect("a header");
            request
                .headers_mut()
                .insert("sec-websocket-protocol", value);
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    /// Opened and begun with a first message.
    pub(crate) async fn begun(url: &str, start: &Value) -> Self {
        let mut socket = Self::open(url, "/speech/stream", None)
            .await
            .expect("a socket");
        socket.say(start).await;
        socket
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .expect("sent");
    }

    pub(crate) async fn sound(&mut self, sound: &[u8]) {
        self.0
            .send(Message::binary(sound.to_vec()))
            .await
            .expect("sent");
    }

    /// The next event; null when the connection is over.
    pub(crate) async fn event(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(30), self.0.next()).await;
            match message.expect("an event in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Value::Null,
                Some(Ok(_)) => {}
            }
        }
    }

    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            match self.event().await {
                Value::Null => return events,
                event => events.push(event),
            }
        }
    }
}

pub(crate) fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect()
}

pub(crate) fn finals(events: &[Value]) -> Vec<&str> {
    let finals = events.iter().filter(|event| event["is_final"] == true);
    finals.filter_map(|event| event["text"].as_str()).collect()
}

/// [`WEBM`], as a browser's recorder sends them, in pieces.
pub(crate) async fn record(socket: &mut Socket) {
    for piece in WEBM.chunks(250) {
        socket.sound(piece).await;
    }
}

pub(crate) async fn row(task: &Value) -> Value {
    let task: Uuid = task.as_str().expect("an id").parse().expect("a UUID");
    let sql = "select to_jsonb(t) from speech_tasks t where task_id = $1";
    stack()
        .db()
        .await
        .query_one(sql, &[&task])
        .await
        .expect("a row")
        .get(0)
}

pub(crate) async fn settled(task: &Value) -> Value {
    eventually("the task settles", async || {
        row(task).await["status"] != "processing"
    })
    .await;
    row(task).await
}

pub(crate) fn token(client: &Client) -> &str {
    client.token.as_deref().expect("a token")
}
