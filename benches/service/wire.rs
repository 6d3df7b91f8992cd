//! Bytes between the service and its upstream, and rows by the thousand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::support::DevstackProcess;

/// A proxy that counts what passes, both ways.
pub(crate) struct Counter {
    pub url: String,
    bytes: Arc<AtomicU64>,
}

impl Counter {
    pub(crate) async fn start(upstream: &str) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let bytes = Arc::new(AtomicU64::new(0));
        let total = Arc::clone(&bytes);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&upstream).await else {
                    continue;
                };
                let (client_read, client_write) = client.into_split();
                let (server_read, server_write) = server.into_split();
                tokio::spawn(pump(client_read, server_write, Arc::clone(&total)));
                tokio::spawn(pump(server_read, client_write, Arc::clone(&total)));
            }
        });
        Self { url, bytes }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, total: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        total.fetch_add(count as u64, Ordering::Relaxed);
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Sessions of six turns with replies and feedback, written straight into the database.
pub(crate) async fn seed(stack: &DevstackProcess, owner: Uuid, count: usize) -> Vec<Uuid> {
    let db = stack.db().await;
    let sql = format!(
        "with made as (
            insert into public.interview_sessions (session_id, user_id, session_config, version, base_version)
            select gen_random_uuid(), '{owner}', '{{\"job_role\":\"Engineer\"}}', 14, 1
            from generate_series(1, {count}) returning session_id
        ), turns as (
            insert into public.interview_turns
                (session_id, turn_no, turn_id, user_id, message, question_no, version, accepted_at, reply, completed_at, feedback)
            select session_id, no, 'seed-' || no, '{owner}',
                case when no > 0 then repeat('An answer of middling length. ', 10) end,
                case when no > 0 then no - 1 end, 2 * no + 2, now(),
                jsonb_build_object('role', 'assistant', 'agent', 'interviewer', 'content', repeat('A question? ', 10),
                    'response_type', 'question', 'timestamp', now(), 'processing_time', 0.001, 'metadata', '{{}}'::jsonb),
                now(),
                case when no > 0 then jsonb_build_object('status', 'ready', 'feedback', repeat('Some feedback. ', 20)) end
            from made, generate_series(0, 6) as no
        )
        select session_id::text from made"
    );
    db.query(&sql, &[])
        .await
        .expect("the rows are written")
        .iter()
        .map(|row| row.get::<_, String>(0).parse().expect("a session id"))
        .collect()
}
