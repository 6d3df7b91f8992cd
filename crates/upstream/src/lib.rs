//! Upstream services over HTTP: clients that all have timeouts, a circuit breaker, backoff, and who pays.

pub mod backoff;
pub mod breaker;
mod client;
pub mod meter;

pub use client::{client, streaming_client};
