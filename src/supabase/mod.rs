//! The upstreams: GoTrue and PostgREST over HTTP, with typed answers and errors; Realtime over a WebSocket.

pub mod gotrue;
pub mod keys;
pub mod postgrest;
pub mod realtime;
mod refusal;
