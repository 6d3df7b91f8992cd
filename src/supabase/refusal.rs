//! What PostgREST, PostgreSQL behind it, and the gateway before it answer instead of rows, and what it means.
//! `docs/troubleshooting.md` has the same as a table for people.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::postgrest::RestError;

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: String,
    message: String,
    details: Option<String>,
}

/// The body of a success; of anything else, what it means.
pub(super) fn accept(
    status: StatusCode,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Bytes, RestError> {
    if status.is_success() {
        return Ok(body);
    }
    let parsed = serde_json::from_slice::<ErrorBody>(&body);
    // A page of a proxy or a firewall says nothing about our key.
    let is_page = parsed.is_err() && body.trim_ascii_start().starts_with(b"<");
    let error = parsed.unwrap_or_default();
    let by_code = of_code(&error);
    Err(by_code.unwrap_or_else(|| of_status(status.as_u16(), headers, error, is_page)))
}

/// By the code of PostgREST (<https://docs.postgrest.org/en/v12/references/errors.html>) or PostgreSQL.
fn of_code(error: &ErrorBody) -> Option<RestError> {
    let message = error.message.clone();
    Some(match error.code.as_str() {
        "PGRST301" | "PGRST302" | "PGRST303" if message.contains("expired") => {
            RestError::TokenExpired
        }
        "PGRST301" | "PGRST303" if is_future(&message) => RestError::ClockSkew,
        "PGRST301" | "PGRST302" | "PGRST303" | "22023" => RestError::TokenRejected(message),
        "PGRST000" | "PGRST001" | "PGRST002" | "PGRST003" => RestError::Unavailable(message),
        "57014" => RestError::Timeout,
        // The server is shutting down, starting up, or cut the connection; too many connections.
        "57P01" | "57P02" | "57P03" | "08006" | "08003" | "08000" | "08001" | "53300" => {
            RestError::Unavailable(message)
        }
        // Serialisation, deadlock, lock timeout, a plan that a migration made stale.
        "40001" | "40P01" | "55P03" | "0A000" => RestError::Contended(message),
        "25006" => RestError::ReadOnly(message),
        // Tables, columns or functions that are missing or ambiguous, a schema that is not exposed, a policy that
        // refers to itself.
        "PGRST106" | "PGRST125" | "PGRST202" | "PGRST203" | "PGRST204" | "PGRST205" | "42P01"
        | "42703" | "42883" | "42P17" | "42725" => RestError::SchemaMissing(message),
        // Raised by private.check_write_secret.
        "PT403" => RestError::WriteSecretRefused,
        "42501" => RestError::Forbidden(message),
        "PGRST116" => RestError::NotFound,
        "23505" => RestError::Conflict,
        // The account was deleted while its token still lives; or the session was.
        "23503" if refers_to_user(error) => RestError::TokenRejected(message),
        "23503" => RestError::NotFound,
        _ => return None,
    })
}

fn is_future(message: &str) -> bool {
    message.contains("issued at future") || message.contains("not yet valid")
}

fn refers_to_user(error: &ErrorBody) -> bool {
    let details = error.details.as_deref().unwrap_or_default();
    error.message.contains("user_id") || details.contains("\"users\"")
}

/// By the status alone: gateways and Cloudflare before the project.
fn of_status(status: u16, headers: &HeaderMap, error: ErrorBody, is_page: bool) -> RestError {
    let ErrorBody { code, message, .. } = error;
    let wait = retry_after(headers);
    match status {
        400 if !code.is_empty() => RestError::Invalid { code, message },
        401 if code.is_empty() && !is_page => RestError::KeyRejected,
        402 => RestError::QuotaExceeded,
        // Raised by private.count_session.
        429 if code == "PT429" => RestError::TooManySessions { retry_after: wait },
        429 => RestError::AskedToWait {
            status,
            retry_after: wait,
        },
        503 if wait.is_some() => RestError::AskedToWait {
            status,
            retry_after: wait,
        },
        540 => RestError::Paused,
        544 => RestError::Timeout,
        503 | 504 | 520..=530 => RestError::Unavailable(message),
        _ => RestError::BadResponse {
            status,
            message: format!("{code} {message}").chars().take(200).collect(),
        },
    }
}

/// Seconds (RFC 9110, section 10.2.3: a number of them, or a date).
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = date.as_second() - Timestamp::now().as_second();
    u64::try_from(seconds).ok().or(Some(0))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn meaning(status: u16, headers: &[(&'static str, &str)], body: &str) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).expect("a value");
                (reqwest::header::HeaderName::from_static(name), value)
            })
            .collect();
        let status = StatusCode::from_u16(status).expect("a status");
        let refused = accept(status, &headers, Bytes::copy_from_slice(body.as_bytes()));
        let told = format!("{:?}", refused.expect_err("a refusal"));
        told.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_answer_means_one_thing() {
        let coded = |code: &str, message: &str| {
            format!(
                r#"{{"code": "{code}", "message": "{message}", "details": null, "hint": null}}"#
            )
        };
        for (status, body, expected) in [
            (401, coded("PGRST301", "JWT expired"), "TokenExpired"),
            (401, coded("PGRST303", "JWT issued at future"), "ClockSkew"),
            (
                401,
                coded("PGRST301", "JWSError JWSInvalidSignature"),
                "TokenRejected",
            ),
            (409, coded("40P01", "deadlock detected"), "Contended"),
            (
                500,
                coded("40001", "could not serialize access"),
                "Contended",
            ),
            (
                400,
                coded("0A000", "cached plan must not change result type"),
                "Contended",
            ),
            (
                400,
                coded("25006", "cannot execute INSERT in a read-only transaction"),
                "ReadOnly",
            ),
            (
                406,
                coded(
                    "PGRST106",
                    "The schema must be one of the following: public",
                ),
                "SchemaMissing",
            ),
            (
                300,
                coded("PGRST203", "Could not choose the best candidate function"),
                "SchemaMissing",
            ),
            (
                500,
                coded("42P17", "infinite recursion detected in policy"),
                "SchemaMissing",
            ),
            (
                409,
                coded("23503", "violates foreign key constraint on user_id"),
                "TokenRejected",
            ),
            (
                409,
                coded("23503", "violates foreign key constraint on session_id"),
                "NotFound",
            ),
            (
                401,
                r#"{"message": "No API key found in request"}"#.to_owned(),
                "KeyRejected",
            ),
            (
                403,
                coded(
                    "PT403",
                    "this database takes interviews from its service alone",
                ),
                "WriteSecretRefused",
            ),
            (402, String::new(), "QuotaExceeded"),
            (
                403,
                "<html><title>Attention Required! | Cloudflare</title></html>".to_owned(),
                "BadResponse",
            ),
            (401, "<html>blocked</html>".to_owned(), "BadResponse"),
            (429, coded("PT429", "too many sessions"), "TooManySessions"),
            (429, String::new(), "AskedToWait"),
            (503, String::new(), "Unavailable"),
            (522, "<html></html>".to_owned(), "Unavailable"),
            (540, String::new(), "Paused"),
            (544, String::new(), "Timeout"),
        ] {
            assert_eq!(meaning(status, &[], &body), expected, "{status} {body}");
        }
        assert_eq!(meaning(503, &[("retry-after", "30")], ""), "AskedToWait");
    }
}
