//! ai-interviewer: interview practice on Supabase.
//!
//! Data flows one way: `routes` (HTTP) → `session`, `interview` (domain) → `supabase` (upstream).

#![warn(unreachable_pub)]

pub mod app;
pub mod auth;
pub mod config;
#[cfg(feature = "devstack")]
pub mod devstack;
pub mod doctor;
pub mod error;
pub mod events;
pub mod healthcheck;
mod http;
pub mod interview;
pub mod jobs;
mod limits;
pub mod llm;
mod middleware;
pub mod output;
mod resilience;
pub mod resume;
pub mod routes;
mod sandbox;
pub mod search;
pub mod session;
pub mod speech;
pub mod supabase;
pub mod telemetry;
