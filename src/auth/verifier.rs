//! Verification of Supabase access tokens (RFC 7519), once per token.
//!
//! Projects sign with ES256 or RS256 (public keys from the JWKS) or, older ones, with HS256 and a
//! shared secret. Which algorithm counts is a property of the key; the token only names the key.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::sync::Cache;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::config::SupabaseConfig;
use crate::supabase::gotrue::{GoTrue, KeySet};

/// What a verified token says.
#[derive(Debug)]
pub struct Claims {
    pub sub: Uuid,
    pub expires_at: Timestamp,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid")]
    Invalid,
    /// The public keys can't be had, so nothing can be said of the token.
    #[error("the signing keys can't be fetched")]
    KeysUnavailable,
}

/// The members of the token's payload that count here.
#[derive(Deserialize)]
struct Payload {
    sub: Uuid,
    exp: i64,
    #[serde(default)]
    role: String,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

struct Keys {
    keys: Vec<Key>,
    fetched_at: Instant,
    max_age: Duration,
}

/// An unknown key id asks for new keys at most this often.
const REFETCH_EVERY: Duration = Duration::from_secs(10);
const REMEMBERED_TOKENS: u64 = 50_000;

pub struct TokenVerifier {
    gotrue: Arc<GoTrue>,
    secret: Option<DecodingKey>,
    keys: RwLock<Option<Arc<Keys>>>,
    /// When keys were last asked for, whatever came of it; one request fetches at a time.
    last_fetch: Mutex<Option<Instant>>,
    verified: Cache<[u8; 32], Arc<Claims>>,
}

impl TokenVerifier {
    /// # Errors
    /// The crypto backend can't verify a token made for the purpose.
    pub fn new(config: &SupabaseConfig, gotrue: Arc<GoTrue>) -> anyhow::Result<Self> {
        check_backend()?;
        Ok(Self {
            gotrue,
            secret: config
                .jwt_secret
                .as_ref()
                .map(|secret| DecodingKey::from_secret(secret.expose_secret().as_bytes())),
            keys: RwLock::new(None),
            last_fetch: Mutex::new(None),
            verified: Cache::builder()
                .max_capacity(REMEMBERED_TOKENS)
                .time_to_live(Duration::from_secs(3_600))
                .build(),
        })
    }

    /// Whom the token is for. A token seen before costs a hash and no signature check.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, TokenError> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(verified) = self.verified.get(&digest) {
            if verified.expires_at <= Timestamp::now() {
                return Err(TokenError::Expired);
            }
            return Ok(verified);
        }
        metrics::counter!("token_signature_checks_total").increment(1);
        let verified = Arc::new(self.check(token).await?);
        self.verified.insert(digest, Arc::clone(&verified));
        Ok(verified)
    }

    async fn check(&self, token: &str) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let kid = header.kid.as_deref();
        if let Some(kid) = kid
            && let Some(keys) = self.held_keys()
            && let Some(key) = keys.keys.iter().find(|key| key.id.as_deref() == Some(kid))
        {
            return read(token, &key.key, key.algorithm);
        }
        // Only the secret's own algorithm is tried with the secret, whatever else the token says.
        if header.alg == Algorithm::HS256 {
            let secret = self.secret.as_ref().ok_or(TokenError::Invalid)?;
            return read(token, secret, Algorithm::HS256);
        }
        let keys = self.newer_keys(kid).await?;
        let mut candidates = keys.keys.iter().filter(|key| match kid {
            Some(kid) => key.id.as_deref() == Some(kid),
            None => key.algorithm == header.alg,
        });
        let key = candidates.next().ok_or(TokenError::Invalid)?;
        read(token, &key.key, key.algorithm)
    }

    fn held_keys(&self) -> Option<Arc<Keys>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
            .filter(|keys| keys.fetched_at.elapsed() < keys.max_age)
    }

    /// The keys after a fetch, or those held when it fails or came just before.
    async fn newer_keys(&self, kid: Option<&str>) -> Result<Arc<Keys>, TokenError> {
        let mut last_fetch = self.last_fetch.lock().await;
        let stale = || {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            keys.clone()
        };
        let knows = |keys: &Keys| {
            kid.is_none_or(|kid| keys.keys.iter().any(|key| key.id.as_deref() == Some(kid)))
        };
        // Another request may have fetched while this one waited.
        if let Some(keys) = self.held_keys()
            && knows(&keys)
        {
            return Ok(keys);
        }
        if last_fetch.is_some_and(|at| at.elapsed() < REFETCH_EVERY) {
            return stale().ok_or(TokenError::KeysUnavailable);
        }
        let fetched = self.gotrue.signing_keys().await;
        // Only now: a request that is dropped on the way has fetched nothing.
        *last_fetch = Some(Instant::now());
        match fetched {
            Ok(set) => {
                let keys = Arc::new(usable(set));
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) =
                    Some(Arc::clone(&keys));
                Ok(keys)
            }
            Err(error) => {
                tracing::warn!(%error, "the signing keys were not fetched");
                stale().ok_or_else(|| {
                    // Nothing to fall back on: let the next request try again.
                    *last_fetch = None;
                    TokenError::KeysUnavailable
                })
            }
        }
    }
}

fn usable(set: KeySet) -> Keys {
    let keys = set
        .keys
        .iter()
        .filter_map(|jwk| {
            Some(Key {
                id: jwk.common.key_id.clone(),
                algorithm: algorithm(jwk)?,
                key: DecodingKey::from_jwk(jwk).ok()?,
            })
        })
        .collect();
    Keys {
        keys,
        fetched_at: Instant::now(),
        max_age: set.max_age,
    }
}

/// The algorithm that a public key is for; a symmetric key in a public set is for nothing.
fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(parameters)
            if parameters.curve == EllipticCurve::P256 =>
        {
            Some(Algorithm::ES256)
        }
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        _ => None,
    }
}

fn read(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(algorithm);
    validation.leeway = 0;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "sub"]);
    let payload = decode::<Payload>(token, key, &validation)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
            _ => TokenError::Invalid,
        })?
        .claims;
    // The project's keys are tokens too, but nobody's.
    if payload.role != "authenticated" {
        return Err(TokenError::Invalid);
    }
    Ok(Claims {
        sub: payload.sub,
        expires_at: Timestamp::from_second(payload.exp).map_err(|_| TokenError::Invalid)?,
    })
}

/// A missing crypto backend makes the first verification panic: better at start than in a request.
fn check_backend() -> anyhow::Result<()> {
    let claims = serde_json::json!({
        "sub": Uuid::nil(), "exp": Timestamp::now().as_second() + 60, "role": "authenticated",
    });
    let key = jsonwebtoken::EncodingKey::from_secret(b"start-up check");
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key)?;
    read(
        &token,
        &DecodingKey::from_secret(b"start-up check"),
        Algorithm::HS256,
    )?;
    Ok(())
}
