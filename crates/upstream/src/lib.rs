//! Upstream services over HTTP: clients that all have timeouts, a circuit breaker, backoff, spans of requests, and who pays.

pub mod backoff;
pub mod breaker;
mod client;
pub mod meter;
pub mod span;

pub use client::{client, streaming_client};
pub use span::ClientSpan;
