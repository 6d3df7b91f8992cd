//! Interview sessions over HTTP.

pub(crate) mod attempts;
mod conditional;
mod configuration;
mod deltas;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod idle;
pub(crate) mod interview;
pub(crate) mod listing;
pub(crate) mod practice;
pub(crate) mod report;
pub(crate) mod session;
pub(crate) mod shares;
pub(crate) mod turn;
mod turn_stream;

use actix_web::{HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The fields of a query string.
fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ApiError> {
    web::Query::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|_| ApiError::new(400, "malformed_query", "The query string can't be read."))
}
