//! The upstreams: GoTrue and PostgREST over HTTP, with typed answers and errors.

pub mod gotrue;
pub mod keys;
pub mod postgrest;
mod refusal;
