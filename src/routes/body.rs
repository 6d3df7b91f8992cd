//! Request bodies: read up to a limit, parsed as one JSON object, each failure a problem document.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{ApiError, FieldError};
use crate::state::AppState;

/// The members of a JSON object; an empty body counts as `{}`.
pub(crate) struct JsonObject {
    members: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl JsonObject {
    /// Members that came in another form than JSON.
    pub(crate) fn of(members: Map<String, Value>) -> Self {
        Self {
            members,
            errors: Vec::new(),
        }
    }

    /// Takes a member out; null counts as absent. A value of another type is noted, with `expected` as
    /// what it should have been.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str, expected: &str) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => serde_json::from_value(value)
                .map_err(|_| self.refuse(name, expected))
                .ok(),
        }
    }

    /// Takes out a text of at most `longest` characters, without the NUL that PostgreSQL can't store.
    pub(crate) fn take_text(&mut self, name: &str, longest: usize) -> Option<String> {
        let text: String = self.take(name, "must be a string")?;
        if text.contains('\0') {
            self.refuse(name, "must not contain the NUL character");
        } else if text.chars().count() > longest {
            self.refuse(name, &format!("must have at most {longest} characters"));
        } else {
            return Some(text);
        }
        None
    }

    /// Takes out a number, which a form has as text.
    pub(crate) fn take_number(&mut self, name: &str) -> Option<f32> {
        if let Some(Value::String(text)) = self.members.get(name)
            && let Ok(number) = text.trim().parse()
        {
            self.members.remove(name);
            return Some(number);
        }
        self.take(name, "must be a number")
    }

    /// Refuses a member that was not refused for another reason.
    pub(crate) fn refuse_unless_refused(&mut self, name: &str, message: &str) {
        if !self.errors.iter().any(|error| error.field == name) {
            self.refuse(name, message);
        }
    }

    pub(crate) fn refuse(&mut self, name: &str, message: &str) {
        self.errors.push(FieldError::new(name, message));
    }

    /// The members nobody took.
    pub(crate) fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.members)
    }

    /// # Errors
    /// 422 with everything that was refused.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.errors.is_empty() {
            Ok(value)
        } else {
            Err(ApiError::validation(self.errors))
        }
    }
}

pub(crate) fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        413,
        "body_too_large",
        format!("The request's body is larger than {} kB.", limit / 1024),
    )
}

fn parse(bytes: &[u8]) -> Result<JsonObject, ApiError> {
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
    Ok(JsonObject {
        members,
        errors: Vec::new(),
    })
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

impl FromRequest for JsonObject {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let limit = request
            .app_data::<web::Data<AppState>>()
            .map_or(512 * 1024, |state| state.config.server.max_json_bytes);
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
            let bytes = match payload.to_bytes_limited(limit).await {
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

pub(crate) fn unreadable() -> ApiError {
    ApiError::new(
        400,
        "body_unreadable",
        "The request's body could not be read.",
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
    fn every_wrong_field_is_named() {
        let mut body =
            parse(br#"{"a": 1, "b": "x\u0000", "c": "long", "d": null}"#).expect("an object");
        assert_eq!(body.take::<String>("a", "must be a string"), None);
        assert_eq!(body.take_text("b", 10), None);
        assert_eq!(body.take_text("c", 3), None);
        assert_eq!(body.take_text("d", 3), None);
        let error = body.finish(()).expect_err("refused");
        let fields: Vec<&str> = error.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["a", "b", "c"]);
    }
}
