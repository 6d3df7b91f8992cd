//! HTTP: paths, extractors, answers. Everything else lies below.

mod agent;
mod auth;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod client;
pub(crate) mod files;
pub(crate) mod middleware;
pub(crate) mod openapi;
mod ops;
pub(crate) mod request_span;
mod session_errors;
mod session_id;
mod speech;
mod speech_errors;
mod streams;
mod upstream_errors;
mod web;

use actix_web::web::{self as routing, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource};

use crate::error::ApiError;

pub use openapi::document;

/// Paths of the earlier API that stay, and the canonical path that serves each.
const ALIASES: [(&str, &str); 19] = [
    ("/interview/session", "/agent/create_session"),
    ("/interview/start", "/agent/start_interview"),
    ("/interview/message", "/agent/send_message"),
    ("/interview/end", "/agent/end_interview"),
    ("/interview/reset", "/agent/reset_interview"),
    ("/interview/history", "/agent/history"),
    ("/interview/stats", "/agent/stats"),
    ("/interview/per-turn-feedback", "/agent/per_turn_feedback"),
    (
        "/interview/final-summary-status",
        "/agent/final_summary_status",
    ),
    ("/interview/session/time-remaining", "/agent/time_remaining"),
    ("/interview/session/ping", "/agent/ping"),
    ("/interview/session/cleanup", "/agent/cleanup"),
    ("/files/upload-resume", "/files/upload_resume"),
    ("/api/text-to-speech", "/speech/text_to_speech"),
    ("/api/text-to-speech/stream", "/speech/text_to_speech"),
    ("/api/speech-to-text", "/speech/speech_to_text_batch"),
    (
        "/api/speech-to-text/status/{task_id}",
        "/speech/task_status/{task_id}",
    ),
    ("/api/speech-to-text/stream", "/speech/stream"),
    ("/api/speech/usage-stats", "/speech/usage_stats"),
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    ops::configure(cfg);
    auth::configure(cfg);
    agent::configure(cfg);
    files::configure(cfg);
    speech::configure(cfg);
    cfg.route("/assets/{name}", routing::get().to(web::asset));
    for path in ["/theme.js", "/pcm-worklet.js", "/favicon.svg"] {
        cfg.route(path, routing::get().to(web::top));
    }
    cfg.default_service(routing::to(unknown_route));
}

/// Serves a path and its aliases alike; other methods answer 405.
fn mount(cfg: &mut ServiceConfig, path: &str, routes: impl Fn(Resource) -> Resource) {
    let aliases = ALIASES.iter().filter(|(_, canonical)| *canonical == path);
    for path in std::iter::once(path).chain(aliases.map(|(alias, _)| *alias)) {
        cfg.service(
            routes(routing::resource(path)).default_service(routing::to(method_not_allowed)),
        );
    }
}

async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    if web::wants_page(&request) {
        return Ok(web::page());
    }
    Err(ApiError::new(
        404,
        "route_not_found",
        format!(
            "There is nothing at {}. See /docs.",
            printable(request.path())
        ),
    ))
}

async fn method_not_allowed(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(
        405,
        "method_not_allowed",
        format!(
            "{} does not take {}.",
            printable(request.path()),
            request.method()
        ),
    ))
}

fn printable(path: &str) -> String {
    path.chars().filter(|c| !c.is_control()).take(200).collect()
}
