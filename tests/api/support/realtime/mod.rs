//! A stand-in for Supabase Realtime before a real database, whose policies say who joins what.
//!
//! It speaks version 1.0.0 of the protocol. Frames are those of `Phoenix.Socket.V1.JSONSerializer` for what
//! `lib/realtime_web/channels/realtime_channel.ex`, `channels/realtime_channel/message_dispatcher.ex` and
//! `socket/user_broadcast.ex` of supabase/realtime (833cf36, 2026-08-21) say; they are named where they are made.
//! Not played: checks of signatures, presence, Postgres changes, and rates.

mod database;
mod socket;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use tokio::sync::broadcast;

use super::server::Server;
use super::stack::DevstackProcess;
pub(crate) use database::{SCHEMA, SETUP, may_read, realtime_stack};
use database::{Sent, replication};

/// What is wrong with it.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    /// Every handshake gets this status.
    pub handshake: Option<u16>,
    /// Every join is refused for this reason.
    pub refuses: Option<&'static str>,
    /// Joins are not answered.
    pub holds_joins: bool,
    /// Heartbeats are not answered.
    pub is_silent: bool,
    /// Channels that a connection may have.
    pub max_channels: Option<usize>,
    /// It does not know `replication_ready`.
    pub is_old: bool,
    /// Messages of the database get lost.
    pub is_deaf: bool,
}

/// What every socket is told to do.
#[derive(Clone, Debug)]
enum Order {
    Close,
    Say(String),
    SayBinary(Vec<u8>),
}

struct Shared {
    database: String,
    sent: broadcast::Sender<Sent>,
    orders: broadcast::Sender<Order>,
    faults: Mutex<Faults>,
    /// Frames that came, in order.
    heard: Mutex<Vec<Value>>,
    /// Topics that are joined, by how many.
    joined: Mutex<HashMap<String, usize>>,
    sockets: Mutex<usize>,
}

pub(crate) struct RealtimeServer {
    stack: &'static DevstackProcess,
    shared: Arc<Shared>,
}

/// Supabase as one instance of the service sees it: Realtime, and everything else of the stack, with a count.
pub(crate) struct Front {
    pub url: String,
    calls: Arc<Mutex<Vec<String>>>,
    _server: Server,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic in a holder")
}

impl RealtimeServer {
    pub(crate) async fn start() -> Self {
        let stack = realtime_stack().await;
        let shared = Shared {
            database: stack.var("DB_URL").to_owned(),
            sent: replication(stack).await,
            orders: broadcast::channel(64).0,
            faults: Mutex::default(),
            heard: Mutex::default(),
            joined: Mutex::default(),
            sockets: Mutex::default(),
        };
        Self {
            stack,
            shared: Arc::new(shared),
        }
    }

    pub(crate) fn stack(&self) -> &'static DevstackProcess {
        self.stack
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a proxy of the tests is no upstream client"
    )]
    pub(crate) fn front(&self) -> Front {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let proxy = web::Data::new(Proxy {
            upstream: self.stack.api_url().trim_end_matches('/').to_owned(),
            http: reqwest::Client::builder()
                .no_gzip()
                .no_deflate()
                .no_brotli()
                .no_proxy()
                .build()
                .expect("a client"),
            calls: Arc::clone(&calls),
        });
        let shared = web::Data::from(Arc::clone(&self.shared));
        let server = Server::start(move |cfg| {
            cfg.app_data(shared.clone())
                .app_data(proxy.clone())
                .route("/realtime/v1/websocket", web::get().to(socket::open))
                .default_service(web::to(forward));
        });
        Front {
            url: server.url.clone(),
            calls,
            _server: server,
        }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.shared.faults)
    }

    /// Closes every socket.
    pub(crate) fn close_all(&self) {
        let _nobody = self.shared.orders.send(Order::Close);
    }

    /// Sends a text frame over every socket.
    pub(crate) fn say(&self, text: impl Into<String>) {
        let _nobody = self.shared.orders.send(Order::Say(text.into()));
    }

    pub(crate) fn say_binary(&self, bytes: &[u8]) {
        let _nobody = self.shared.orders.send(Order::SayBinary(bytes.to_vec()));
    }

    /// Frames that came, by event.
    pub(crate) fn heard(&self, event: &str) -> Vec<Value> {
        let heard = lock(&self.shared.heard);
        heard
            .iter()
            .filter(|frame| frame["event"] == event)
            .cloned()
            .collect()
    }

    /// How many channels are joined to the topic (without `realtime:`).
    pub(crate) fn joined(&self, topic: &str) -> usize {
        lock(&self.shared.joined)
            .get(topic)
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn sockets(&self) -> usize {
        *lock(&self.shared.sockets)
    }
}

impl Front {
    /// Calls to PostgREST since the last count.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.calls))
    }
}

struct Proxy {
    upstream: String,
    http: reqwest::Client,
    calls: Arc<Mutex<Vec<String>>>,
}

async fn forward(request: HttpRequest, body: web::Bytes, proxy: web::Data<Proxy>) -> HttpResponse {
    let path = request.uri().to_string();
    if path.starts_with("/rest/") {
        lock(&proxy.calls).push(path.clone());
    }
    let method =
        reqwest::Method::from_bytes(request.method().as_str().as_bytes()).expect("a method");
    let mut upstream = proxy
        .http
        .request(method, format!("{}{path}", proxy.upstream));
    for (name, value) in request.headers() {
        if !matches!(
            name.as_str(),
            "host" | "content-length" | "connection" | "accept-encoding"
        ) {
            upstream = upstream.header(name.as_str(), value.as_bytes());
        }
    }
    let Ok(answer) = upstream.body(body).send().await else {
        return HttpResponse::BadGateway().finish();
    };
    let status = answer.status().as_u16().try_into().expect("a status");
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers() {
        if !matches!(
            name.as_str(),
            "transfer-encoding" | "content-length" | "connection"
        ) {
            response.append_header((name.as_str(), value.as_bytes()));
        }
    }
    response.body(answer.bytes().await.unwrap_or_default())
}
