//! ai-interviewer: interview practice on Supabase.
//!
//! Data flows one way: `routes` (HTTP) → `session`, `interview` (domain) → `supabase` (upstream).

pub mod config;
pub mod error;
pub mod interview;
pub mod session;
