//! Operations: health, readiness, metrics, the API's document.

use actix_web::http::header;
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::web as app;
use crate::state::AppState;

pub(super) const METRICS: &str = "/metrics";
/// What there is on a port of the operator's own.
pub(super) const OF_ADMIN: [&str; 3] = [METRICS, "/openapi.json", "/healthz"];

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `unavailable` for a readiness that is not given.
    pub status: String,
    pub version: String,
    /// Upstream checks of `/readyz`, by name: `ok` or what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub checks: Option<serde_json::Map<String, serde_json::Value>>,
}

fn health() -> Health {
    Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        checks: None,
    }
}

/// The process is up.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(health())
}

/// The service can serve: GoTrue and PostgREST answer. For load balancers.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(super) async fn readyz(state: web::Data<AppState>) -> HttpResponse {
    let (auth, rest) = tokio::join!(state.gotrue.health(), state.rest.ping());
    let mut checks = serde_json::Map::new();
    let mut ready = !state.shutdown.is_cancelled();
    for (name, failed) in [("auth", auth.is_err()), ("database", rest.is_err())] {
        ready &= !failed;
        checks.insert(
            name.into(),
            if failed { "unavailable" } else { "ok" }.into(),
        );
    }
    // A used-up budget is told, and is no reason to send nobody here any more.
    checks.insert("budgets".into(), budgets(&state).into());
    let body = Health {
        status: if ready { "ok" } else { "unavailable" }.to_owned(),
        checks: Some(checks),
        ..health()
    };
    if ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}

fn budgets(state: &AppState) -> String {
    let used_up = state.budgets.used_up();
    let names: Vec<&str> = used_up.iter().map(|resource| resource.name()).collect();
    match names.as_slice() {
        [] => "ok".to_owned(),
        names => format!("does not reach any more today: {}", names.join(", ")),
    }
}

/// Metrics in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn metrics(state: web::Data<AppState>) -> HttpResponse {
    state.observe();
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .body(state.metrics.render())
}

/// Health for API clients, the web app for browsers.
#[utoipa::path(get, path = "/", tag = "operations", responses((status = 200, body = Health)))]
pub(super) async fn root(request: HttpRequest) -> HttpResponse {
    if app::wants_page(&request) {
        app::page(&request)
    } else {
        HttpResponse::Ok().json(health())
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations",
    responses((status = 200, content_type = "application/json", body = Object)))]
pub(super) async fn openapi_json(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(state.openapi.clone())
}
