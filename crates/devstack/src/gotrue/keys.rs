//! What signs and verifies the tokens: the legacy secret and, when set, an ES256 key.

use anyhow::Context as _;
use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::AuthError;
use super::params::go_quoted;

/// Go ignores left-over bits at the end.
const AS_GO_READS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    NO_PAD.with_decode_allow_trailing_bits(true),
);

/// An EC P-256 key for ES256 with its key id.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    private: Vec<u8>,
    x: Vec<u8>,
    y: Vec<u8>,
    signer: EncodingKey,
    verifier: DecodingKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A fresh key under a random id.
    pub fn generate() -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
        Self::new(
            Uuid::new_v4().to_string(),
            private.as_ref(),
            pair.public_key().as_ref(),
        )
    }

    fn new(kid: String, private: &[u8], public: &[u8]) -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            private,
            public,
        )
        .ok()
        .context("not a P-256 key pair")?;
        // Uncompressed point: 0x04, x, y.
        let (x, y) = (public[1..33].to_vec(), public[33..].to_vec());
        Ok(Self {
            kid,
            private: private.to_vec(),
            signer: EncodingKey::from_ec_der(pair.to_pkcs8v1()?.as_ref()),
            verifier: DecodingKey::from_ec_components(&encode64(&x), &encode64(&y))?,
            x,
            y,
        })
    }

    /// The private JWK, as GoTrue wants it in `GOTRUE_JWT_KEYS`.
    pub fn to_json(&self) -> Value {
        let mut jwk = self.public_jwk();
        jwk["key_ops"] = json!(["sign", "verify"]);
        jwk["d"] = json!(encode64(&self.private));
        jwk
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn from_json(jwk: &Value) -> anyhow::Result<Self> {
        let part = |name: &str| -> anyhow::Result<Vec<u8>> {
            let text = jwk[name]
                .as_str()
                .with_context(|| format!("JWK without {name}"))?;
            URL_SAFE_NO_PAD
                .decode(text)
                .with_context(|| format!("JWK with an unreadable {name}"))
        };
        let kid = jwk["kid"].as_str().context("JWK without kid")?.to_owned();
        let public = [vec![4], part("x")?, part("y")?].concat();
        anyhow::ensure!(public.len() == 65, "JWK that is not a P-256 key");
        Self::new(kid, &part("d")?, &public)
    }

    /// As it stands in `/.well-known/jwks.json`.
    pub fn public_jwk(&self) -> Value {
        json!({
            "alg": "ES256",
            "crv": "P-256",
            "ext": true,
            "key_ops": ["verify"],
            "kid": self.kid,
            "kty": "EC",
            "use": "sig",
            "x": encode64(&self.x),
            "y": encode64(&self.y),
        })
    }
}

/// Signs with the ES256 key when there is one, else with the secret; verifies both.
pub(super) struct Keys {
    secret_signer: EncodingKey,
    secret_verifier: DecodingKey,
    signing_key: Option<SigningKey>,
}

impl Keys {
    pub(super) fn new(secret: &str, signing_key: Option<SigningKey>) -> Self {
        Self {
            secret_signer: EncodingKey::from_secret(secret.as_bytes()),
            secret_verifier: DecodingKey::from_secret(secret.as_bytes()),
            signing_key,
        }
    }

    pub(super) fn jwks(&self) -> Value {
        let keys: Vec<Value> = self
            .signing_key
            .iter()
            .map(SigningKey::public_jwk)
            .collect();
        json!({ "keys": keys })
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, AuthError> {
        let signed = match &self.signing_key {
            Some(key) => {
                let mut header = Header::new(Algorithm::ES256);
                header.kid = Some(key.kid.clone());
                encode(&header, claims, &key.signer)
            }
            None => encode(&Header::new(Algorithm::HS256), claims, &self.secret_signer),
        };
        signed.map_err(|_| AuthError::internal("error generating jwt token"))
    }

    /// The claims of a token that is ours and not expired; 403 `bad_jwt` with GoTrue's words otherwise.
    pub(super) fn verify(&self, token: &str) -> Result<Map<String, Value>, AuthError> {
        let header = header(token)?;
        let alg = header["alg"].as_str().unwrap_or_default();
        let kid = header["kid"].as_str().unwrap_or_default();
        let own = self.signing_key.as_ref().filter(|key| key.kid == kid);
        let (algorithm, key) = match (alg, own) {
            ("HS256", None) => (Algorithm::HS256, &self.secret_verifier),
            ("ES256", Some(key)) => (Algorithm::ES256, &key.verifier),
            ("HS256", Some(_)) => {
                return Err(bad_jwt(
                    "token signature is invalid: key is of invalid type: HMAC verify expects []byte",
                ));
            }
            ("ES256", None) => {
                return Err(bad_jwt(&format!(
                    "token is unverifiable: error while executing keyfunc: unrecognized JWT kid {} for algorithm ES256",
                    if kid.is_empty() { "<nil>" } else { kid }
                )));
            }
            _ => {
                return Err(bad_jwt(&format!(
                    "token signature is invalid: signing method {alg} is invalid"
                )));
            }
        };
        let mut validation = Validation::new(algorithm);
        validation.leeway = 0;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        decode::<Map<String, Value>>(token, key, &validation)
            .map(|data| data.claims)
            .map_err(|error| {
                bad_jwt(match error.kind() {
                    ErrorKind::ExpiredSignature => "token has invalid claims: token is expired",
                    ErrorKind::InvalidSignature => {
                        "token signature is invalid: signature is invalid"
                    }
                    _ => "token is malformed: could not JSON decode claim",
                })
            })
    }
}

fn header(token: &str) -> Result<Value, AuthError> {
    let parts: Vec<&str> = token.split('.').collect();
    if parts.len() != 3 {
        return Err(bad_jwt(
            "token is malformed: token contains an invalid number of segments",
        ));
    }
    let bytes = AS_GO_READS.decode(parts[0]).map_err(|_| {
        bad_jwt("token is malformed: could not base64 decode header: illegal base64 data at input byte 0")
    })?;
    serde_json::from_slice(&bytes).map_err(|_| {
        let first = bytes.first().map_or(' ', |&b| char::from(b));
        bad_jwt(&format!(
            "token is malformed: could not JSON decode header: invalid character {} looking for beginning of value",
            go_quoted(first)
        ))
    })
}

fn bad_jwt(reason: &str) -> AuthError {
    AuthError::forbidden(
        "bad_jwt",
        format!("invalid JWT: unable to parse or verify signature, {reason}"),
    )
}

fn encode64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_json() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_json(&key.to_json()).unwrap();
        let token = Keys::new("secret", Some(key))
            .sign(&json!({"sub": "a"}))
            .unwrap();
        let claims = Keys::new("secret", Some(again)).verify(&token).unwrap();
        assert_eq!(claims["sub"], "a");
    }

    #[test]
    fn the_public_key_does_not_carry_the_private_one() {
        assert!(
            SigningKey::generate()
                .unwrap()
                .public_jwk()
                .get("d")
                .is_none()
        );
    }

    #[test]
    fn an_hmac_token_naming_the_asymmetric_key_is_refused() {
        let key = SigningKey::generate().unwrap();
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(key.kid.clone());
        let forged = encode(
            &header,
            &json!({"sub": "a"}),
            &EncodingKey::from_secret(&key.x),
        )
        .unwrap();
        let error = Keys::new("secret", Some(key)).verify(&forged).unwrap_err();
        assert_eq!(error.code(), "bad_jwt");
    }

    #[test]
    fn a_token_of_another_secret_is_refused() {
        let token = Keys::new("theirs", None)
            .sign(&json!({"sub": "a"}))
            .unwrap();
        assert!(Keys::new("ours", None).verify(&token).is_err());
    }
}
