//! Who asks: the bearer token's user and session, or the service role.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest};
use deadpool_postgres::GenericClient;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::GoTrue;
use super::error::AuthError;
use super::user::{self, Lock, User};

/// Put into a request's extensions by the gateway when its `apikey` was the secret (service) key. An opaque
/// key is no token, so the mock could not tell by itself.
#[derive(Clone, Copy, Debug)]
pub struct SecretKeyPresented;

pub(super) struct Caller {
    pub(super) user: User,
    pub(super) session_id: Option<Uuid>,
}

impl Caller {
    /// 401 without a token, 403 when it does not verify, its user or session is gone, or its user banned.
    pub(super) async fn authenticate(
        gotrue: &GoTrue,
        req: &HttpRequest,
        db: &impl GenericClient,
        lock: Lock,
    ) -> Result<Self, AuthError> {
        let claims = gotrue.keys().verify(bearer(req)?)?;
        let sub = text(&claims, "sub");
        if sub.is_empty() {
            return Err(AuthError::forbidden(
                "bad_jwt",
                "invalid claim: missing sub claim",
            ));
        }
        let user_id = Uuid::parse_str(sub).map_err(|_| {
            AuthError::new(
                StatusCode::BAD_REQUEST,
                "bad_jwt",
                "invalid claim: sub claim must be a UUID",
            )
        })?;
        let user = User::by_id(db, user_id, lock).await?.ok_or_else(|| {
            AuthError::forbidden(
                "user_not_found",
                "User from sub claim in JWT does not exist",
            )
        })?;
        let session_id = match text(&claims, "session_id") {
            "" => None,
            id => Some(existing_session(db, id, user_id).await?),
        };
        if user.banned {
            return Err(user::banned());
        }
        Ok(Self { user, session_id })
    }
}

async fn existing_session(
    db: &impl GenericClient,
    id: &str,
    user_id: Uuid,
) -> Result<Uuid, AuthError> {
    let gone = || {
        AuthError::forbidden(
            "session_not_found",
            "Session from session_id claim in JWT does not exist",
        )
    };
    let id = Uuid::parse_str(id).map_err(|_| gone())?;
    db.query_opt(
        "select from auth.sessions where id = $1 and user_id = $2",
        &[&id, &user_id],
    )
    .await?
    .map(|_| id)
    .ok_or_else(gone)
}

/// Admin endpoints: a token of role `service_role`, or the opaque secret key that the gateway vouched for.
pub(super) fn require_admin(gotrue: &GoTrue, req: &HttpRequest) -> Result<(), AuthError> {
    let vouched = req.extensions().contains::<SecretKeyPresented>();
    match bearer(req) {
        Err(_) if vouched => Ok(()),
        Ok(token) if vouched && !token.contains('.') => Ok(()),
        Err(error) => Err(error),
        Ok(token) => {
            if is_service_role(gotrue, token)? {
                Ok(())
            } else {
                Err(AuthError::forbidden("not_admin", "User not allowed"))
            }
        }
    }
}

/// Whether the request's `apikey` is the secret one, opaque or legacy.
pub(super) fn holds_secret_key(gotrue: &GoTrue, req: &HttpRequest) -> bool {
    req.extensions().contains::<SecretKeyPresented>()
        || req
            .headers()
            .get("apikey")
            .and_then(|key| key.to_str().ok())
            .is_some_and(|key| matches!(is_service_role(gotrue, key), Ok(true)))
}

fn is_service_role(gotrue: &GoTrue, token: &str) -> Result<bool, AuthError> {
    Ok(text(&gotrue.keys().verify(token)?, "role") == "service_role")
}

fn bearer(req: &HttpRequest) -> Result<&str, AuthError> {
    req.headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            value
                .strip_prefix("Bearer ")
                .or_else(|| value.strip_prefix("bearer "))
        })
        .filter(|token| !token.is_empty() && !token.contains(char::is_whitespace))
        .ok_or_else(|| {
            AuthError::new(
                StatusCode::UNAUTHORIZED,
                "no_authorization",
                "This endpoint requires a valid Bearer token",
            )
        })
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}
