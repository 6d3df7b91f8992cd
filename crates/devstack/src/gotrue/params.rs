//! Request bodies as Go reads them: absent and null are empty, a wrong type names the Go field.

use actix_web::http::StatusCode;
use serde_json::{Map, Value};

use super::error::AuthError;

/// A parsed body whose named fields have been checked for their type.
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// `go_struct` is GoTrue's name for the body, which its messages quote.
    pub(super) fn parse(
        body: &[u8],
        go_struct: &str,
        strings: &[&str],
        objects: &[&str],
    ) -> Result<Self, AuthError> {
        let value: Value =
            serde_json::from_slice(body).map_err(|error| bad_json(&syntax(&error, body)))?;
        let map = match value {
            Value::Object(map) => map,
            Value::Null => Map::new(),
            other => {
                return Err(bad_json(&format!(
                    "json: cannot unmarshal {} into Go value of type api.{go_struct}",
                    go_kind(&other)
                )));
            }
        };
        for (names, go_type) in [(strings, "string"), (objects, "map[string]interface {}")] {
            for name in names {
                let fits = match map.get(*name) {
                    None | Some(Value::Null) => true,
                    Some(Value::String(_)) => go_type == "string",
                    Some(Value::Object(_)) => go_type != "string",
                    Some(_) => false,
                };
                if !fits {
                    return Err(bad_json(&format!(
                        "json: cannot unmarshal {} into Go struct field {go_struct}.{name} of type {go_type}",
                        go_kind(&map[*name])
                    )));
                }
            }
        }
        Ok(Self(map))
    }

    /// Empty when absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(super) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name).and_then(Value::as_object)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.optional_flag(name).unwrap_or(false)
    }

    pub(super) fn optional_flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }
}

/// Lower-cased; the messages and limits are GoTrue's.
pub(super) fn email(given: &str) -> Result<String, AuthError> {
    if given.is_empty() {
        return Err(AuthError::invalid("An email address is required"));
    }
    if given.len() > 255 {
        return Err(AuthError::invalid("An email address is too long"));
    }
    let well_formed = given.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
            && domain.split('.').all(is_label)
    });
    if !well_formed {
        return Err(AuthError::invalid(
            "Unable to validate email address: invalid format",
        ));
    }
    Ok(given.to_ascii_lowercase())
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn bad_json(detail: &str) -> AuthError {
    AuthError::new(
        StatusCode::BAD_REQUEST,
        "bad_json",
        format!("Could not parse request body as JSON: {detail}"),
    )
}

fn syntax(error: &serde_json::Error, body: &[u8]) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let offending = body
        .split(|&b| b == b'\n')
        .nth(error.line().saturating_sub(1))
        .and_then(|line| line.get(error.column().saturating_sub(1)))
        .map_or(' ', |&b| char::from(b));
    format!(
        "invalid character {} looking for beginning of value",
        go_quoted(offending)
    )
}

/// A character as Go's JSON decoder quotes it.
pub(super) fn go_quoted(c: char) -> String {
    match c {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        c if c.is_control() && u32::from(c) < 0x80 => format!("'\\x{:02x}'", u32::from(c)),
        c if c.is_control() => format!("'\\u{:04x}'", u32::from(c)),
        c => format!("'{c}'"),
    }
}

fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_lower_cased() {
        assert_eq!(email("Ada@Example.COM").unwrap(), "ada@example.com");
        for bad in [
            "x",
            "@example.com",
            "a@",
            "a@-x.org",
            "a b@x.org",
            "a@x..org",
        ] {
            assert!(email(bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn a_wrong_type_names_the_go_field() {
        let error = Params::parse(br#"{"email":7}"#, "SignupParams", &["email"], &[])
            .err()
            .unwrap();
        assert_eq!(
            error.msg(),
            "Could not parse request body as JSON: json: cannot unmarshal number into Go struct field \
             SignupParams.email of type string"
        );
    }

    #[test]
    fn a_body_cut_short_and_an_empty_one_read_alike() {
        for body in [&b"{\"email\":"[..], b""] {
            let error = Params::parse(body, "SignupParams", &[], &[]).err().unwrap();
            assert!(error.msg().ends_with("unexpected end of JSON input"));
        }
    }
}
