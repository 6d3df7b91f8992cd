//! API keys of a Supabase project, in both generations.
//!
//! Source: <https://supabase.com/docs/guides/api/api-keys>. New keys are opaque and travel only as
//! `apikey`; legacy ones are JWTs whose `role` says which they are.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// `sb_publishable_…`
    Publishable,
    /// `sb_secret_…`
    Secret,
    /// Legacy JWT with role `anon`.
    LegacyAnon,
    /// Legacy JWT with role `service_role`.
    LegacyService,
    Unknown,
}

impl KeyKind {
    /// The key may do what row-level security forbids.
    pub fn is_privileged(self) -> bool {
        matches!(self, Self::Secret | Self::LegacyService)
    }
}

#[derive(Clone)]
pub struct ApiKey {
    kind: KeyKind,
    header: HeaderValue,
    bearer: Option<HeaderValue>,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl ApiKey {
    /// # Errors
    /// The key has characters that no header can carry.
    pub fn new(key: &SecretString) -> Result<Self, InvalidHeaderValue> {
        let text = key.expose_secret();
        let kind = kind_of(text);
        let sensitive = |text: &str| {
            HeaderValue::from_str(text).map(|mut value| {
                value.set_sensitive(true);
                value
            })
        };
        let legacy = matches!(kind, KeyKind::LegacyAnon | KeyKind::LegacyService);
        let bearer = legacy
            .then(|| sensitive(&format!("Bearer {text}")))
            .transpose()?;
        Ok(Self {
            kind,
            header: sensitive(text)?,
            bearer,
        })
    }

    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Value of the `apikey` header.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Value of `Authorization` for a caller without a token; opaque keys have none.
    pub(super) fn bearer(&self) -> Option<HeaderValue> {
        self.bearer.clone()
    }
}

fn kind_of(key: &str) -> KeyKind {
    #[derive(Deserialize)]
    struct Payload {
        role: String,
    }
    if key.starts_with("sb_publishable_") {
        return KeyKind::Publishable;
    }
    if key.starts_with("sb_secret_") {
        return KeyKind::Secret;
    }
    let role = key
        .split('.')
        .nth(1)
        .and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok())
        .and_then(|payload| serde_json::from_slice::<Payload>(&payload).ok())
        .map(|payload| payload.role);
    match role.as_deref() {
        Some("anon") => KeyKind::LegacyAnon,
        Some("service_role") => KeyKind::LegacyService,
        _ => KeyKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legacy(role: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"role":"{role}","iss":"supabase"}}"#));
        format!("e30.{payload}.c2ln")
    }

    #[test]
    fn both_generations_are_recognised() {
        assert_eq!(kind_of("sb_publishable_abc"), KeyKind::Publishable);
        assert_eq!(kind_of("sb_secret_abc"), KeyKind::Secret);
        assert_eq!(kind_of(&legacy("anon")), KeyKind::LegacyAnon);
        assert_eq!(kind_of(&legacy("service_role")), KeyKind::LegacyService);
        assert_eq!(kind_of("something"), KeyKind::Unknown);
    }

    #[test]
    fn an_opaque_key_is_never_a_bearer_token() {
        let key = ApiKey::new(&"sb_publishable_abc".to_owned().into()).expect("a key");
        assert!(key.bearer().is_none());
        let key = ApiKey::new(&legacy("anon").into()).expect("a key");
        assert!(key.bearer().is_some());
        assert!(!format!("{key:?}").contains("c2ln"));
    }
}
