//! What Realtime asks of the project's database.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::sync::{OnceCell, broadcast};
use tokio_postgres::{AsyncMessage, NoTls};
use uuid::Uuid;

use crate::support::DevstackProcess;

pub(crate) const SCHEMA: &str = include_str!("schema.sql");
/// What operators run.
pub(crate) const SETUP: &str = include_str!("../../../../supabase/realtime.sql");

/// The run's stack with a schema `realtime`, set up for messages.
pub(crate) async fn realtime_stack() -> &'static DevstackProcess {
    static STACK: OnceLock<DevstackProcess> = OnceLock::new();
    static SET_UP: OnceCell<()> = OnceCell::const_new();
    let stack = STACK.get_or_init(|| DevstackProcess::start(&[]));
    SET_UP
        .get_or_init(async || {
            let db = stack.db().await;
            db.batch_execute(SCHEMA).await.expect("Realtime's schema");
            db.batch_execute(SETUP).await.expect("the set-up applies");
        })
        .await;
    stack
}

/// A message that the database sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub id: String,
    pub topic: String,
    pub event: String,
    pub payload: Value,
    pub private: bool,
}

/// Messages as their transactions commit.
pub(super) async fn replication(stack: &DevstackProcess) -> broadcast::Sender<Sent> {
    let (sender, _) = broadcast::channel(1_024);
    let (client, mut connection) = tokio_postgres::connect(stack.var("DB_URL"), NoTls)
        .await
        .expect("the database answers");
    let messages = sender.clone();
    tokio::spawn(async move {
        let mut stream = futures_util::stream::poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = stream.next().await {
            if let AsyncMessage::Notification(notification) = message {
                let row: Value = serde_json::from_str(notification.payload()).expect("JSON");
                let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                let _nobody = messages.send(Sent {
                    id: text("id"),
                    topic: text("topic"),
                    event: text("event"),
                    payload: row["payload"].clone(),
                    private: row["private"] == true,
                });
            }
        }
    });
    client
        .batch_execute("listen realtime_messages")
        .await
        .expect("it listens");
    // The connection ends with its client.
    tokio::spawn(async move {
        let _held = client;
        std::future::pending::<()>().await;
    });
    sender
}

/// What a token claims. Its signature is the real server's to check: tokens here come from the service's own verifier.
pub(super) fn claims(token: Option<&str>) -> Option<Value> {
    let Some(token) = token else {
        return Some(json!({"role": "anon"}));
    };
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Whether the policies let these claims read a message of the topic, found out as Realtime does
/// (`lib/realtime/tenants/authorization.ex`): a message is inserted, read as the caller, and rolled back.
pub(crate) async fn may_read(url: &str, topic: &str, claims: &Value) -> bool {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("it answers");
    tokio::spawn(connection);
    let transaction = client.transaction().await.expect("a transaction");
    let id = Uuid::new_v4();
    let insert =
        "insert into realtime.messages (id, topic, extension) values ($1, $2, 'broadcast')";
    transaction
        .execute(insert, &[&id, &topic])
        .await
        .expect("a probe");
    let role = claims["role"].as_str().unwrap_or_default();
    let sub = claims["sub"].as_str().unwrap_or_default();
    transaction
        .execute(
            "select set_config('role', $1, true), set_config('realtime.topic', $2, true),
               set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true),
               set_config('request.jwt.claim.role', $1, true), set_config('request.headers', '{}', true)",
            &[&role, &topic, &claims.to_string(), &sub],
        )
        .await
        .expect("the caller's settings");
    let read = "select id from realtime.messages where id = $1";
    // A policy that fails lets nobody read.
    let rows = transaction.query(read, &[&id]).await.unwrap_or_default();
    transaction.rollback().await.expect("nothing stays");
    rows.len() == 1
}
