//! Accounts over HTTP: GoTrue does the work, this gives it the shape that clients know.

mod fields;
pub(crate) mod profile;
pub(crate) mod sign_in;

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::client;
use crate::error::ApiError;
use crate::rate_limits::{Attempt, Limited};
use crate::state::AppState;

#[derive(Serialize, ToSchema)]
pub(crate) struct Done {
    message: String,
}

fn done(message: &str) -> HttpResponse {
    HttpResponse::Ok().json(Done {
        message: message.to_owned(),
    })
}

/// Counts an attempt at an account and gives the client's address.
fn check_limit(
    state: &AppState,
    request: &HttpRequest,
    attempt: Attempt,
    account: &str,
) -> Result<IpAddr, ApiError> {
    let from = client::address(request, &state.config);
    let checked = state.limits.check_auth(from, attempt, account);
    checked.map_err(too_many)?;
    Ok(from)
}

fn too_many(refusal: Limited) -> ApiError {
    ApiError::rate_limited(
        "Too many attempts. Wait a moment before you try again.",
        refusal.retry_after,
    )
}
