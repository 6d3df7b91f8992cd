//! Upstream services over HTTP: clients that all have timeouts, a circuit breaker, and backoff.

pub mod backoff;
pub mod breaker;
mod client;

pub use client::{client, streaming_client};
