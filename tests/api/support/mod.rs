//! What the tests stand on: one embedded stack a run, services on real sockets, a client per principal.

pub(crate) mod app;
pub(crate) mod candidates;
mod client;
pub(crate) mod collector;
pub(crate) mod documents;
mod model;
pub(crate) mod model_modes;
mod proxy;
pub(crate) mod realtime;
mod search;
pub(crate) mod server;
pub(crate) mod socket;
mod speech;
pub(crate) mod sse;
pub(crate) mod stack;
mod tap;

use std::time::Duration;

pub(crate) use app::{ServiceProcess, TestApp, config};
pub(crate) use client::{Answer, Client, PASSWORD};
pub(crate) use collector::Collector;
pub(crate) use model::{Act, ModelServer, Purpose};
pub(crate) use proxy::{FaultyProxy, Mode};
pub(crate) use search::SearchServer;
pub(crate) use speech::{Fault, SpeechServer, spoken, text_of};
pub(crate) use stack::{DevstackProcess, stack};
pub(crate) use tap::Tap;

/// Looks again and again until `holds` is true; fails after half a minute.
pub(crate) async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come about that {what}");
}
