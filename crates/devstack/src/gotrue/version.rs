//! Clients that send `X-Supabase-Api-Version: 2024-01-01` (supabase-js does) get errors in the newer shape:
//! `{code, message}`, where `code` is the text.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use super::error::AuthError;

const HEADER: &str = "x-supabase-api-version";
const NEWER: &str = "2024-01-01";

pub(super) async fn shape_errors<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    // Versions are dates: later ones sort after it.
    let newer = req
        .headers()
        .get(HEADER)
        .and_then(|version| version.to_str().ok())
        .is_some_and(|version| version >= NEWER);
    let response = next.call(req).await?;
    let error = response.response().error().filter(|_| newer);
    let reshaped = error
        .and_then(|error| error.as_error::<AuthError>())
        .map(|error| {
            HttpResponse::build(error.status())
                .insert_header((HEADER, NEWER))
                .insert_header(("x-sb-error-code", error.code()))
                .json(error.newer_body())
        });
    Ok(match reshaped {
        Some(reshaped) => response.into_response(reshaped).map_into_right_body(),
        None => response.map_into_left_body(),
    })
}
