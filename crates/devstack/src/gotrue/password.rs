//! Password rules and bcrypt, which runs off the workers.

use std::sync::LazyLock;

use actix_web::web;

use super::GoTrueSettings;
use super::error::AuthError;

/// GoTrue's cost.
const BCRYPT_COST: u32 = 10;
/// bcrypt reads no further.
pub(super) const LONGEST_BYTES: usize = 72;

static NOBODYS: LazyLock<String> =
    LazyLock::new(|| bcrypt::hash("nobody's", BCRYPT_COST).unwrap_or_default());

/// Refuses a password that breaks the settings' rules, naming every rule it breaks.
pub(super) fn check_strength(settings: &GoTrueSettings, password: &str) -> Result<(), AuthError> {
    if password.len() > LONGEST_BYTES {
        return Err(AuthError::invalid(format!(
            "Password cannot be longer than {LONGEST_BYTES} characters"
        )));
    }
    let mut messages = Vec::new();
    let mut reasons = Vec::new();
    if password.len() < settings.password_min_length {
        messages.push(format!(
            "Password should be at least {} characters.",
            settings.password_min_length
        ));
        reasons.push("length");
    }
    let groups: Vec<&str> = settings
        .password_required_characters
        .as_deref()
        .unwrap_or_default()
        .split(':')
        .filter(|group| !group.is_empty())
        .collect();
    if groups
        .iter()
        .any(|group| !password.contains(|c| group.contains(c)))
    {
        messages.push(format!(
            "Password should contain at least one character of each: {}.",
            groups.join(", ")
        ));
        reasons.push("characters");
    }
    if reasons.is_empty() {
        Ok(())
    } else {
        Err(AuthError::weak_password(messages.join(" "), reasons))
    }
}

pub(super) async fn hash(password: &str) -> Result<String, AuthError> {
    let password = password.to_owned();
    web::block(move || bcrypt::hash(password, BCRYPT_COST))
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(|| AuthError::internal("Error hashing the password"))
}

/// Compares with a throw-away hash when there is none, so that an unknown account costs the same.
pub(super) async fn matches(password: &str, hash: Option<&str>) -> Result<bool, AuthError> {
    let known = hash.is_some_and(|hash| !hash.is_empty());
    let password = password.to_owned();
    let hash = hash.filter(|_| known).map(str::to_owned);
    web::block(move || {
        let hash = hash.as_deref().unwrap_or(&NOBODYS);
        bcrypt::verify(password, hash).unwrap_or(false)
    })
    .await
    .map(|equal| equal && known)
    .map_err(|_| AuthError::internal("Error comparing the password"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> GoTrueSettings {
        GoTrueSettings {
            jwt_secret: "secret".to_owned(),
            signing_key: None,
            issuer: "http://localhost/auth/v1".to_owned(),
            site_url: "http://localhost".to_owned(),
            autoconfirm: true,
            anonymous: true,
            disable_signup: false,
            jwt_exp_s: 3600,
            password_min_length: 8,
            password_required_characters: Some("abc:ABC:0123".to_owned()),
            refresh_reuse_interval_s: 10,
            mail_max_frequency_s: 60,
            rate_limits: false,
        }
    }

    #[test]
    fn every_broken_rule_is_named() {
        let error = check_strength(&settings(), "zzz").unwrap_err();
        assert_eq!(
            error.weakness()["reasons"],
            serde_json::json!(["length", "characters"])
        );
        assert!(check_strength(&settings(), "aA0zzzzz").is_ok());
    }

    #[test]
    fn bytes_beyond_what_bcrypt_reads_are_refused() {
        let error = check_strength(&settings(), &"é".repeat(37)).unwrap_err();
        assert_eq!(error.code(), "validation_failed");
    }
}
