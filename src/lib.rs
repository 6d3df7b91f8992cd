//! ai-interviewer: interview practice on Supabase.
//!
//! Data flows one way: `routes` (HTTP) → `session`, `interview` (domain) → `supabase` (upstream).

mod agents;
pub mod app;
pub mod auth;
pub mod background;
pub mod budgets;
pub mod config;
#[cfg(feature = "devstack")]
pub mod dev;
pub mod doctor;
pub mod error;
pub mod events;
pub mod healthcheck;
mod in_flight;
pub mod jobs;
mod network;
pub mod output;
mod places;
mod rate_limits;
pub mod routes;
pub mod session;
pub mod speech_tasks;
pub mod state;
pub mod supabase;
pub mod telemetry;
