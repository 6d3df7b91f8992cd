//! The stack's keys and passwords, made once and kept with its data.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::gotrue::SigningKey;

#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    pub database_password: String,
    pub jwt_secret: String,
    /// Private JWK of the ES256 signing key.
    pub signing_key: Value,
    pub publishable_key: String,
    pub secret_key: String,
}

impl Secrets {
    /// Reads the file, or creates it (mode 0600). A given JWT secret replaces the stored one.
    pub(super) fn load(file: &Path, jwt_secret: Option<String>) -> anyhow::Result<Self> {
        let mut secrets = if file.exists() {
            let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} is damaged; delete the data folder", file.display()))?
        } else {
            let made = Self::make()?;
            let mut options = fs::OpenOptions::new();
            let mut out = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(file)?;
            out.write_all(&serde_json::to_vec_pretty(&made)?)?;
            made
        };
        if let Some(jwt_secret) = jwt_secret {
            secrets.jwt_secret = jwt_secret;
        }
        Ok(secrets)
    }

    fn make() -> anyhow::Result<Self> {
        Ok(Self {
            database_password: random(),
            jwt_secret: random(),
            signing_key: SigningKey::generate()?.to_json(),
            publishable_key: format!("sb_publishable_{}", random()),
            secret_key: format!("sb_secret_{}", random()),
        })
    }

    /// A legacy API key: a JWT for a role, good for ten years.
    pub(super) fn legacy_key(&self, role: &str) -> anyhow::Result<String> {
        // Fixed times keep the key the same over restarts.
        let claims = json!({
            "iss": "supabase-demo", "role": role, "iat": 1_750_000_000, "exp": 2_065_360_000,
        });
        let key = EncodingKey::from_secret(self.jwt_secret.as_bytes());
        Ok(encode(&Header::default(), &claims, &key)?)
    }
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
