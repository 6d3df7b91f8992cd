//! HTTP: paths, extractors, answers. Everything else lies below.

mod agent;
mod auth;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod client;
mod endpoints;
pub(crate) mod middleware;
pub(crate) mod openapi;
mod ops;
pub(crate) mod request_span;
pub(crate) mod resume_upload;
mod session_errors;
mod session_id;
mod speech;
mod speech_errors;
mod sse;
mod upstream_errors;
mod web;

use actix_web::web::{self as routing, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::ApiError;

pub use openapi::document;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    endpoints::configure(cfg);
    ops::configure_docs(cfg);
    cfg.route("/assets/{name}", routing::get().to(web::asset));
    for path in ["/theme.js", "/pcm-worklet.js", "/favicon.svg"] {
        cfg.route(path, routing::get().to(web::top));
    }
    cfg.default_service(routing::to(unknown_route));
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
