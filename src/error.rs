//! The one error of the edge: a stable code, a status and a public sentence.
//!
//! It is answered as an RFC 9457 problem document. The source chain stays inside: it is logged once,
//! here, and never reaches a client.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

tokio::task_local! {
    /// Id of the request being served, set by the request middleware.
    pub(crate) static REQUEST_ID: String;
}

/// What a client gets with every failure (RFC 9457; media type `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`: `code` tells the cases apart.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status's standard phrase.
    pub title: String,
    pub status: u16,
    /// A plain sentence for people; never internals.
    pub detail: String,
    /// Stable, snake_case.
    pub code: String,
    pub request_id: String,
    /// Whether the very same request may succeed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// The fields that failed validation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Members of single codes: `turn_id`, `reasons`, …
    #[serde(flatten)]
    #[schema(additional_properties = true, value_type = Object)]
    pub extra: Map<String, Value>,
}

/// One invalid field of a request.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// A failure on its way to a client.
#[derive(Debug)]
pub struct ApiError {
    pub status: u16,
    pub code: &'static str,
    pub detail: String,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub retryable: Option<bool>,
    pub errors: Vec<FieldError>,
    /// Further members of the document. Boxed: most errors have none.
    pub extra: Box<Map<String, Value>>,
    pub source: Option<anyhow::Error>,
}

impl ApiError {
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            retry_after: None,
            retryable: None,
            errors: Vec::new(),
            extra: Box::default(),
            source: None,
        }
    }

    /// 422 with the fields at fault.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields are invalid; see errors.", many.len()),
        };
        Self {
            errors,
            ..Self::new(422, "validation_failed", detail)
        }
    }

    /// 422 with the one field at fault.
    pub fn invalid(field: &str, message: &str) -> Self {
        Self::validation(vec![FieldError::new(field, message)])
    }

    /// 500; the source is logged, the client gets a plain sentence.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::new(
            500,
            "internal_error",
            "Something went wrong on our side. Please try again.",
        )
        .source(source)
    }

    /// 429
    pub fn rate_limited(detail: &str, retry_after: u64) -> Self {
        Self::new(429, "rate_limited", detail)
            .retry_after(retry_after)
            .retryable(true)
    }

    /// 401
    pub fn token_expired() -> Self {
        let detail = "The access token has expired. Refresh it and try again.";
        Self::new(401, "token_expired", detail)
    }

    /// 401
    pub fn token_invalid() -> Self {
        let detail = "The access token is not valid. Sign in again.";
        Self::new(401, "token_invalid", detail)
    }

    /// A session that does not exist or is not the caller's: the two look the same.
    pub fn session_not_found() -> Self {
        Self::new(
            404,
            "session_not_found",
            "There is no such session, or it is not yours. It may have expired.",
        )
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(key.to_owned(), value.into());
        self
    }

    #[must_use]
    pub fn source(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The body a client gets.
    pub fn document(&self) -> ProblemDocument {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        ProblemDocument {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            request_id: REQUEST_ID.try_with(Clone::clone).unwrap_or_default(),
            retryable: self.retryable,
            errors: self.errors.clone(),
            extra: (*self.extra).clone(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail)
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if self.status >= 500 {
            let cause = self.source.as_ref().map(|s| format!("{s:#}"));
            tracing::error!(
                status = self.status,
                code = self.code,
                cause,
                "request failed"
            );
        }
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if self.status == 401 {
            let challenge = match self.code {
                "token_expired" | "token_invalid" => "Bearer error=\"invalid_token\"",
                _ => "Bearer",
            };
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        response.json(self.document())
    }
}
