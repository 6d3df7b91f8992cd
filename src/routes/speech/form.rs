//! A few fields as JSON, as an URL-encoded form or as a multipart form: clients send all three.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev, web};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::routes::body::{Fields, too_large, unreadable};

/// Largest form, in bytes.
const LARGEST: usize = 256 * 1024;
/// More fields than anybody has a use for.
const MOST_FIELDS: usize = 32;

/// Extracts the fields, whatever form they came in. A form's values are texts.
pub(crate) struct Form(pub Fields);

impl FromRequest for Form {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
            });
        match kind.as_deref() {
            Some("application/x-www-form-urlencoded") => {
                let payload = web::Payload::from_request(request, payload);
                Box::pin(async move { url_encoded(payload.await.map_err(|_| unreadable())?).await })
            }
            Some("multipart/form-data") => {
                let parts = Multipart::new(request.headers(), payload.take());
                Box::pin(multipart(parts))
            }
            _ => {
                let fields = Fields::from_request(request, payload);
                Box::pin(async move { fields.await.map(Self) })
            }
        }
    }
}

async fn url_encoded(payload: web::Payload) -> Result<Form, ApiError> {
    let bytes = match payload.to_bytes_limited(LARGEST).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(unreadable()),
        Err(_) => return Err(too_large(LARGEST)),
    };
    let members = url::form_urlencoded::parse(&bytes)
        .take(MOST_FIELDS)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    Ok(Form(Fields::new(members.collect())))
}

async fn multipart(mut parts: Multipart) -> Result<Form, ApiError> {
    let mut members = Map::new();
    let mut left = LARGEST;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| unreadable())?;
        let mut value = BytesMut::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| unreadable())?;
            left = left
                .checked_sub(chunk.len())
                .ok_or_else(|| too_large(LARGEST))?;
            value.extend_from_slice(&chunk);
        }
        let Some(name) = part.name().filter(|_| members.len() < MOST_FIELDS) else {
            continue;
        };
        let value = String::from_utf8(value.to_vec()).map_err(|_| unreadable())?;
        members.insert(name.to_owned(), Value::String(value));
    }
    Ok(Form(Fields::new(members)))
}
