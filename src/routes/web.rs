//! The web app, compiled in: its page for every address that is a person's, its files by content hash.
//!
//! Files are there in compressed forms as well, made when the app was built, so nothing is compressed here.
//! A build without the app (nobody ran its build) leads browsers to the API's documentation.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::config::Admin;
use crate::error::ApiError;
use crate::state::AppState;

/// Debug builds read the folder when they run, others hold it.
#[derive(RustEmbed)]
#[folder = "frontend/dist"]
#[allow_missing = true]
struct Files;

/// Scripts and styles from here alone, and the style sheets that dialogs add by the page's nonce; no frames, no plugins.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; \
         worker-src 'self' blob:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// Where the page holds its nonce (frontend/vite.config.ts).
const NONCE: &str = "%CSP_NONCE%";
const PAGE: &str = "index.html";
/// A file whose name holds its content's hash never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

pub(super) fn wants_page(request: &HttpRequest) -> bool {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    reads
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
}

/// The app's page; the app itself knows what its address means. It is small and another one each time, so it is neither
/// compressed nor kept.
pub(super) fn page(request: &HttpRequest) -> HttpResponse {
    let Some(file) = Files::get(PAGE) else {
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, documentation(request)))
            .finish();
    };
    let nonce = BASE64.encode(rand::random::<[u8; 16]>());
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "accept"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(&nonce)))
        .insert_header((
            header::PERMISSIONS_POLICY,
            "microphone=(self), camera=(), geolocation=()",
        ))
        .body(String::from_utf8_lossy(&file.data).replace(NONCE, &nonce))
}

/// What this port has of the API's documentation.
fn documentation(request: &HttpRequest) -> &'static str {
    let state = request.app_data::<web::Data<AppState>>();
    match state.map(|state| state.config.server.admin) {
        Some(Admin::Public) => "/docs/",
        _ => "/openapi.json",
    }
}

/// `/index.html`
pub(super) async fn shell(request: HttpRequest) -> HttpResponse {
    page(&request)
}

/// `/assets/{name}`
pub(super) async fn asset(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    // Decoded, it may hold what the address did not show.
    if name.contains(['/', '\\']) {
        return Err(no_such_file());
    }
    found(&request, &format!("assets/{name}"), FOREVER)
}

/// A file at the top: its name stays when its content changes.
pub(super) async fn top(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.path().trim_start_matches('/').to_owned();
    found(&request, &path, "no-cache")
}

fn found(
    request: &HttpRequest,
    path: &str,
    caching: &'static str,
) -> Result<HttpResponse, ApiError> {
    Files::get(path)
        .map(|file| serve(request, path, file, caching))
        .ok_or_else(no_such_file)
}

fn no_such_file() -> ApiError {
    ApiError::new(
        404,
        "file_not_found",
        "There is no such file. Load the page again.",
    )
}

fn serve(
    request: &HttpRequest,
    path: &str,
    plain: EmbeddedFile,
    caching: &'static str,
) -> HttpResponse {
    let hash = plain.metadata.sha256_hash();
    let tag = format!(
        "\"{}\"",
        hash[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    );
    let media_type = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value == tag.as_str());
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::CONTENT_TYPE, media_type));
    if known {
        return response.finish();
    }
    let compressed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(request.headers(), coding))
        .find_map(|(coding, suffix)| Some((coding, Files::get(&format!("{path}{suffix}"))?)));
    let (coding, file) = compressed.unwrap_or(("identity", plain));
    response
        .insert_header((header::CONTENT_ENCODING, coding))
        .body(file.data.into_owned())
}

/// Whether a coding is accepted (RFC 9110, 12.5.3), as far as browsers make use of it.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let Some(accepted) = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case(coding)
            && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
