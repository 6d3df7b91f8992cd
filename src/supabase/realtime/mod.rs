//! Supabase Realtime: messages about sessions that other instances change.
//!
//! The database sends a message in a session's private topic when the session has a new version
//! (`supabase/realtime.sql`). It holds the version and nothing else: what changed is read through PostgREST, by
//! whoever listens, with their own rights. Who may join a topic the database's policies decide, asked by Realtime with
//! the token of the listener; the service key has no part in it.
//!
//! Realtime delivers at most once and may be away. So a session is read once when its messages begin to come, its
//! listeners poll while none come, and look now and then while they do ([`crate::events`]).

mod connection;
mod frame;
mod hub;
#[cfg(test)]
mod hub_tests;
mod probe;
mod refusal;
mod topic;
mod warnings;

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::{RealtimeConfig, SupabaseConfig};
use crate::events::{Events, Wishes};
use hub::Hub;
pub use probe::{Probe, probe};
pub use refusal::Loss;

/// Reports of connections that wait for the hub, which waits for nothing.
const REPORTS: usize = 256;

/// Brings messages to [`Events`].
pub struct Realtime {
    url: String,
    config: RealtimeConfig,
    events: Arc<Events>,
    wishes: Wishes,
}

impl Realtime {
    /// # Errors
    /// The project's URL can't be made a socket's.
    pub fn new(
        supabase: &SupabaseConfig,
        config: RealtimeConfig,
        events: Arc<Events>,
        wishes: Wishes,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            url: socket_url(supabase)?,
            config,
            events,
            wishes,
        })
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let (sender, mut reports) = mpsc::channel(REPORTS);
        let (url, config) = (self.url, self.config.clone());
        let open = Box::new(move |id| {
            let (commands, receiver) = mpsc::unbounded_channel();
            let (url, config) = (url.clone(), config.clone());
            tokio::spawn(connection::run(id, url, config, receiver, sender.clone()));
            commands
        });
        let mut hub = Hub::new(self.events, self.config, open, Instant::now());
        loop {
            let next = hub.advance(Instant::now());
            tokio::select! {
                () = stop.cancelled() => return,
                Some(wish) = self.wishes.recv() => hub.grant(wish, Instant::now()),
                Some((id, report)) = reports.recv() => hub.hear(id, report, Instant::now()),
                () = at(next) => {}
            }
        }
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// `wss://<project>/realtime/v1/websocket?apikey=…&vsn=…`. It is never logged.
fn socket_url(supabase: &SupabaseConfig) -> anyhow::Result<String> {
    let base = supabase.url.as_str().trim_end_matches('/');
    let mut url = Url::parse(&format!("{base}/realtime/v1/websocket"))?;
    let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
    let is_set = url.set_scheme(scheme).is_ok();
    anyhow::ensure!(
        is_set,
        "SUPABASE_URL can't be made the address of a WebSocket"
    );
    url.query_pairs_mut()
        .append_pair("apikey", supabase.anon_key.expose_secret())
        .append_pair("vsn", frame::VERSION);
    Ok(url.into())
}
