//! Upstream services over HTTP: clients that all have timeouts, and what stands between a caller and a
//! provider that is slow, busy or broken.

pub mod backoff;
pub mod breaker;
mod client;

pub use client::{client, streaming_client};
