//! HTTP: paths, extractors, answers. Everything else lies below.

mod agent;
mod auth;
pub(crate) mod body;
mod budget_errors;
pub(crate) mod caller;
mod capabilities;
pub(crate) mod client;
mod docs;
mod endpoints;
pub(crate) mod middleware;
pub(crate) mod openapi;
mod ops;
pub(crate) mod request_span;
mod request_trace;
pub(crate) mod resume_upload;
mod session_errors;
mod session_id;
mod shared;
mod speech;
mod speech_errors;
mod sse;
mod upstream_errors;
mod web;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self as routing, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, Route, guard};

use crate::config::Admin;
use crate::error::ApiError;

pub use openapi::document;

/// Everything, or everything but the operator's pages where these are apart.
pub(crate) fn configure(cfg: &mut ServiceConfig, admin: Admin) {
    let apart = admin != Admin::Public;
    endpoints::configure(cfg, |path| !(apart && path == ops::METRICS));
    if !apart {
        docs::configure(cfg, docs::Api::OnThisPort);
    }
    readable(cfg, "/assets/{name}", || routing::route().to(web::asset));
    // The service worker keeps it for the time without a network. It can't ask for it as a browser does.
    readable(cfg, "/index.html", || routing::route().to(web::shell));
    for path in [
        "/theme.js",
        "/pcm-worklet.js",
        "/favicon.svg",
        "/robots.txt",
        "/sw.js",
        "/manifest.webmanifest",
        "/icon-192.png",
        "/icon-512.png",
        "/icon-maskable-512.png",
        "/apple-touch-icon.png",
    ] {
        readable(cfg, path, || routing::route().to(web::top));
    }
    cfg.default_service(routing::to(unknown_route));
}

/// Serves a file or a page: other methods than GET and HEAD answer 405.
fn readable(cfg: &mut ServiceConfig, path: &str, route: impl Fn() -> Route) {
    let not_allowed = |request| method_not_allowed(request, "GET, HEAD".to_owned());
    let resource = routing::resource(path)
        .route(route().guard(guard::Any(guard::Get()).or(guard::Head())))
        .default_service(routing::to(not_allowed));
    cfg.service(resource);
}

/// The operator's pages alone, on a port of their own.
pub(crate) fn configure_admin(cfg: &mut ServiceConfig) {
    endpoints::configure(cfg, |path| ops::OF_ADMIN.contains(&path));
    docs::configure(cfg, docs::Api::Elsewhere);
    cfg.default_service(routing::to(unknown_on_admin));
}

async fn unknown_on_admin(request: HttpRequest) -> HttpResponse {
    not_found(&request).error_response()
}

async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    if web::wants_page(&request) {
        return Ok(web::page(&request));
    }
    Err(not_found(&request))
}

fn not_found(request: &HttpRequest) -> ApiError {
    ApiError::new(
        404,
        "route_not_found",
        format!(
            "There is nothing at {}. See /openapi.json.",
            printable(request.path())
        ),
    )
}

/// `allowed`: the methods that there are, as `Allow` lists them (RFC 9110, section 15.5.6).
async fn method_not_allowed(request: HttpRequest, allowed: String) -> HttpResponse {
    let error = ApiError::new(
        405,
        "method_not_allowed",
        format!(
            "{} does not take {}.",
            printable(request.path()),
            request.method()
        ),
    );
    let mut response = error.error_response();
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn printable(path: &str) -> String {
    path.chars().filter(|c| !c.is_control()).take(200).collect()
}
