//! The page of the API's documentation: Swagger UI, compiled in.

use std::future::ready;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use utoipa_swagger_ui::Config;

use super::{not_found, readable};
use crate::error::ApiError;

/// Scripts from here alone; its styles stand in its elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where the API is that the page is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    OnThisPort,
    /// The page can't try anything.
    Elsewhere,
}

pub(super) fn configure(cfg: &mut ServiceConfig, api: Api) {
    let config = Config::from("/openapi.json");
    let config = Arc::new(match api {
        Api::OnThisPort => config,
        Api::Elsewhere => config.supported_submit_methods(Vec::<String>::new()),
    });
    readable(cfg, "/docs", || web::route().to(redirect));
    readable(cfg, "/docs/{file:.*}", move || {
        let config = Arc::clone(&config);
        web::route().to(move |request, file| ready(serve(&request, &file, Arc::clone(&config))))
    });
}

async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}

fn serve(
    request: &HttpRequest,
    file: &web::Path<String>,
    config: Arc<Config<'static>>,
) -> Result<HttpResponse, ApiError> {
    let file = utoipa_swagger_ui::serve(file, config)
        .map_err(|error| ApiError::internal(anyhow::anyhow!("{error}")))?
        .ok_or_else(|| not_found(request))?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(file.bytes.into_owned()))
}
