//! Accounts and tokens, as GoTrue describes them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Tokens and whom they are for.
#[derive(Clone, Debug, Deserialize)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
    /// Seconds since 1970; older servers leave it out.
    #[serde(default)]
    pub expires_at: Option<i64>,
    pub user: User,
}

#[derive(Clone, Debug, Deserialize)]
pub struct User {
    pub id: Uuid,
    /// Empty for anonymous users.
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub user_metadata: Map<String, Value>,
    pub created_at: Timestamp,
}

impl User {
    pub fn name(&self) -> &str {
        self.user_metadata
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// What a registration leads to. An address that is taken looks like one that awaits confirmation.
#[derive(Debug)]
pub enum SignUp {
    Session(Box<Tokens>),
    ConfirmationPending,
}

/// What a user changes of their account.
pub enum UserChange<'a> {
    Name(&'a str),
    Password(&'a str),
}
