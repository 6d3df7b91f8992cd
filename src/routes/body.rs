//! Request bodies: read up to a limit, parsed as one JSON object, then deserialised and validated field by
//! field, so that one answer names every field that is wrong.
//!
//! Serde's derive stops at the first value of a wrong type, and a validation crate sees nothing before serde
//! is through. A body's type implements [`FromFields`] instead, beside its documentation.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::error::{ApiError, FieldError};
use crate::state::AppState;

/// A body: the same type is read and documented.
pub(crate) trait FromFields: Sized + 'static {
    /// Deserialises and validates. What is wrong is noted in `fields`; the value counts only if nothing is.
    fn from_fields(fields: &mut Fields) -> Self;

    /// The session that the body names, as it was sent.
    fn session_id(&self) -> Option<&str> {
        None
    }
}

/// Extracts a JSON body.
///
/// # Errors
/// 422 with every field that is wrong; those of [`Fields`].
pub(crate) struct Body<T>(pub T);

/// The fields of a body, and what is wrong with them; an empty body counts as `{}`.
pub(crate) struct Fields {
    members: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self {
            members,
            errors: Vec::new(),
        }
    }

    /// Deserialises a field; null counts as absent. A value of another type is noted, with `expected` as
    /// what it should have been.
    pub(crate) fn deserialize<T: DeserializeOwned>(
        &mut self,
        name: &str,
        expected: &str,
    ) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => serde_json::from_value(with_integers(value))
                .map_err(|_| self.reject(name, expected))
                .ok(),
        }
    }

    /// A text of at most `longest` characters, without the NUL that PostgreSQL can't store.
    pub(crate) fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text: String = self.deserialize(name, "must be a string")?;
        if text.contains('\0') {
            self.reject(name, "must not contain the NUL character");
        } else if text.chars().count() > longest {
            self.reject(name, &format!("must have at most {longest} characters"));
        } else {
            return Some(text);
        }
        None
    }

    /// A number, which a form has as text.
    pub(crate) fn number(&mut self, name: &str) -> Option<f32> {
        if let Some(Value::String(text)) = self.members.get(name)
            && let Ok(number) = text.trim().parse()
        {
            self.members.remove(name);
            return Some(number);
        }
        self.deserialize(name, "must be a number")
    }

    /// Whether something is asked for, which a form has as text; not when it is absent.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        if let Some(Value::String(text)) = self.members.get(name)
            && let Ok(flag) = text.trim().parse()
        {
            self.members.remove(name);
            return flag;
        }
        self.deserialize(name, "must be true or false")
            .unwrap_or_default()
    }

    /// `session_id` as it was sent; which session it is, the extractors of `session_id` tell.
    pub(crate) fn session_id(&mut self) -> Option<String> {
        self.deserialize("session_id", "must be a string")
    }

    /// Rejects a field that was not rejected for another reason.
    pub(crate) fn reject_once(&mut self, name: &str, message: &str) {
        if !self.errors.iter().any(|error| error.field == name) {
            self.reject(name, message);
        }
    }

    pub(crate) fn reject(&mut self, name: &str, message: &str) {
        self.errors.push(FieldError::new(name, message));
    }

    /// The fields that were not deserialised.
    pub(crate) fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.members)
    }

    /// # Errors
    /// 422 with everything that was rejected.
    pub(crate) fn validated<T>(self, value: T) -> Result<T, ApiError> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(ApiError::validation(self.errors))
        }
    }
}

/// `3.0` is an integer (JSON Schema 2020-12, section 4.2.3), as some languages write all their numbers.
fn with_integers(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().and_then(integer).unwrap_or(number).into(),
        Value::Array(items) => items.into_iter().map(with_integers).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, with_integers(value)))
            .collect(),
        other => other,
    }
}

/// Up to 2^53, beyond which a double says nothing about units.
fn integer(number: f64) -> Option<Number> {
    let whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it was checked")]
    whole.then(|| (number as i64).into())
}

pub(crate) fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        413,
        "body_too_large",
        format!("The request's body is larger than {} kB.", limit / 1024),
    )
}

fn parse(bytes: &[u8]) -> Result<Fields, ApiError> {
    let members = if bytes.iter().all(u8::is_ascii_whitespace) {
        Map::new()
    } else {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(members)) => members,
            Ok(_) => {
                return Err(ApiError::new(
                    422,
                    "validation_failed",
                    "The request's body must be a JSON object.",
                ));
            }
            Err(error) => {
                return Err(ApiError::new(
                    400,
                    "malformed_json",
                    format!(
                        "The request's body is not valid JSON (line {}, column {}).",
                        error.line(),
                        error.column()
                    ),
                ));
            }
        }
    };
    Ok(Fields::new(members))
}

fn is_json(request: &HttpRequest) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else {
        return true;
    };
    let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("");
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

impl FromRequest for Fields {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (limit, timeout) = request.app_data::<web::Data<AppState>>().map_or(
            (512 * 1024, Duration::from_secs(30)),
            |state| {
                let server = &state.config.server;
                (server.max_json_bytes, server.json_timeout)
            },
        );
        let is_json = is_json(request);
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            if announced.is_some_and(|length| length > limit) {
                return Err(too_large(limit));
            }
            let payload = payload.await.map_err(|_| unreadable())?;
            let reading = tokio::time::timeout(timeout, payload.to_bytes_limited(limit));
            let bytes = match reading.await.map_err(|_| too_slow())? {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(_)) => return Err(unreadable()),
                Err(_) => return Err(too_large(limit)),
            };
            if !is_json && !bytes.is_empty() {
                return Err(ApiError::new(
                    415,
                    "unsupported_media_type",
                    "Send the body as application/json.",
                ));
            }
            parse(&bytes)
        })
    }
}

impl<T: FromFields> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let fields = Fields::from_request(request, payload);
        Box::pin(async move {
            let mut fields = fields.await?;
            let body = T::from_fields(&mut fields);
            fields.validated(Self(body))
        })
    }
}

fn too_slow() -> ApiError {
    ApiError::new(
        408,
        "body_too_slow",
        "The request's body did not arrive in time. Send it again.",
    )
    .retryable(true)
}

pub(crate) fn unreadable() -> ApiError {
    ApiError::new(
        400,
        "body_unreadable",
        "The request's body could not be read.",
    )
}

pub(crate) fn multipart_invalid() -> ApiError {
    ApiError::new(
        400,
        "multipart_invalid",
        "The body is not a whole multipart form (multipart/form-data with a boundary).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8]) -> &'static str {
        parse(bytes).err().map_or("ok", |error| error.code)
    }

    #[test]
    fn bodies_that_are_no_json_object_are_told_apart() {
        assert_eq!(code(b""), "ok");
        assert_eq!(code(b" \n"), "ok");
        assert_eq!(code(b"{}"), "ok");
        assert_eq!(code(b"[]"), "validation_failed");
        assert_eq!(code(b"{\"a\":"), "malformed_json");
        assert_eq!(code(b"{\"a\":\"\\ud800\"}"), "malformed_json");
        assert_eq!(code(b"{\"a\":\"\xff\"}"), "malformed_json");
        assert_eq!(code("[".repeat(10_000).as_bytes()), "malformed_json");
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        let mut body = parse(br#"{"a": 3.0, "b": {"c": [1e2]}, "d": 3.5, "e": 18446744073709551615, "f": -0.0, "g": 1e300}"#)
            .expect("an object");
        assert_eq!(body.deserialize::<u32>("a", "whole"), Some(3));
        let nested: Option<Value> = body.deserialize("b", "an object");
        assert_eq!(
            nested.map(|nested| nested.to_string()).as_deref(),
            Some(r#"{"c":[100]}"#)
        );
        assert_eq!(body.deserialize::<u32>("d", "whole"), None);
        assert_eq!(body.deserialize::<u64>("e", "whole"), Some(u64::MAX));
        assert_eq!(body.deserialize::<u32>("f", "whole"), Some(0));
        assert_eq!(body.deserialize::<f64>("g", "a number"), Some(1e300));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let mut body =
            parse(br#"{"a": 1, "b": "x\u0000", "c": "long", "d": null}"#).expect("an object");
        assert_eq!(body.deserialize::<String>("a", "must be a string"), None);
        assert_eq!(body.text("b", 10), None);
        assert_eq!(body.text("c", 3), None);
        assert_eq!(body.text("d", 3), None);
        let error = body.validated(()).expect_err("rejected");
        let fields: Vec<&str> = error.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["a", "b", "c"]);
    }
}
