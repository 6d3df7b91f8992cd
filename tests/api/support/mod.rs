//! What the tests stand on: one embedded stack a run, services on real sockets, a client per principal.

pub mod app;
mod client;
mod model;
mod proxy;
mod search;
pub mod server;
pub mod socket;
mod speech;
pub mod sse;
mod stack;

use std::time::Duration;

pub use app::{ServiceProcess, TestApp, config};
pub use client::{Answer, Client, PASSWORD};
pub use model::{Act, ModelServer, Purpose};
pub use proxy::{FaultyProxy, Mode};
pub use search::SearchServer;
pub use speech::{Fault, SpeechServer, spoken, text_of};
pub use stack::{DevstackProcess, stack};

/// Looks again and again until `holds` is true; fails after half a minute.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come about that {what}");
}
