//! The service on a real socket against real PostgreSQL, PostgREST and row-level security.

mod gotrue_replay;
mod support;

mod smoke;
