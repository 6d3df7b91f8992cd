//! Failures in GoTrue's shape: `{code, error_code, msg}` and the header `x-sb-error-code`.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

#[derive(Debug)]
pub(super) struct AuthError {
    status: StatusCode,
    code: &'static str,
    msg: String,
    weak_password: Option<Vec<&'static str>>,
}

impl AuthError {
    pub(super) fn new(status: StatusCode, code: &'static str, msg: impl Into<String>) -> Self {
        Self {
            status,
            code,
            msg: msg.into(),
            weak_password: None,
        }
    }

    /// 400 `validation_failed`.
    pub(super) fn invalid(msg: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "validation_failed", msg)
    }

    pub(super) fn forbidden(code: &'static str, msg: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, msg)
    }

    pub(super) fn unprocessable(code: &'static str, msg: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, msg)
    }

    pub(super) fn weak_password(msg: String, reasons: Vec<&'static str>) -> Self {
        Self {
            weak_password: Some(reasons),
            ..Self::unprocessable("weak_password", msg)
        }
    }

    pub(super) fn rate_limited(code: &'static str, msg: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, msg)
    }

    pub(super) fn internal(msg: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpected_failure", msg)
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// The shape of API version 2024-01-01.
    pub(super) fn newer_body(&self) -> Value {
        let mut body = json!({ "code": self.code, "message": self.msg });
        if let Some(reasons) = &self.weak_password {
            body["weak_password"] = json!({ "reasons": reasons });
        }
        body
    }

    /// `weak_password` of a login whose password today's rules would refuse.
    pub(super) fn weakness(&self) -> Value {
        match &self.weak_password {
            Some(reasons) => json!({ "message": self.msg, "reasons": reasons }),
            None => Value::Null,
        }
    }

    pub(super) fn msg(&self) -> &str {
        &self.msg
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.msg)
    }
}

impl ResponseError for AuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut body = json!({
            "code": self.status.as_u16(),
            "error_code": self.code,
            "msg": self.msg,
        });
        if let Some(reasons) = &self.weak_password {
            body["weak_password"] = json!({ "reasons": reasons });
        }
        HttpResponse::build(self.status)
            .insert_header(("x-sb-error-code", self.code))
            .json(body)
    }
}

impl From<tokio_postgres::Error> for AuthError {
    fn from(error: tokio_postgres::Error) -> Self {
        tracing::error!(error = %describe(&error), "mock GoTrue: database error");
        Self::internal("Database error")
    }
}

impl From<deadpool_postgres::PoolError> for AuthError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            error => Self::internal(error.to_string()),
        }
    }
}

/// The server's message without the row's values, which its DETAIL would show.
fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{}: {}", db.code().code(), db.message()),
        None => error.to_string(),
    }
}
