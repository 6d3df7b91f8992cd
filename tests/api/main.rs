//! The service on a real socket against real PostgreSQL, PostgREST and row-level security.

mod database;
mod gotrue_replay;
mod recordings;
mod smoke;
mod supabase_js;
mod support;
