//! The service on a real socket against real PostgreSQL, PostgREST and row-level security.

mod accounts;
mod clients;
mod contract;
mod database;
mod deepgram;
mod devstack;
mod doctor;
mod document;
mod exactly_once;
mod faults;
mod gotrue_replay;
mod hearing;
mod hostile;
mod injection;
mod isolation;
mod languages;
mod listing;
mod live;
mod model_servers;
mod model_servers_more;
mod models;
mod privacy;
mod reading;
mod recordings;
mod report;
mod resumes;
mod schema;
mod smoke;
mod speaking;
mod streaming;
mod supabase_js;
#[expect(dead_code, reason = "the pace of the model is the benchmark's")]
mod support;
mod tokens;
mod turns;
mod web_app;
