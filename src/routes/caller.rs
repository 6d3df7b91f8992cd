//! Extractors: who calls. A token that is there must be good: an expired one never makes a guest.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev, web};

use crate::app::AppState;
use crate::auth::Principal;
use crate::auth::verifier::{TokenError, Verified};
use crate::error::ApiError;
use crate::session::Actor;

/// A caller with or without a token.
pub(crate) enum Caller {
    Guest,
    User(SignedIn),
}

/// A caller whose token was verified.
pub(crate) struct SignedIn {
    pub verified: Arc<Verified>,
    pub access_token: Arc<str>,
}

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Caller::Guest => Actor::guest(),
            Caller::User(user) => user.actor(),
        }
    }
}

impl SignedIn {
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            principal: Principal::User(self.verified.sub),
            access_token: Some(Arc::clone(&self.access_token)),
            token_expires_at: Some(self.verified.expires_at),
        }
    }
}

fn invalid() -> ApiError {
    ApiError::new(
        401,
        "token_invalid",
        "The access token is not valid. Sign in again.",
    )
}

async fn caller(request: HttpRequest) -> Result<Caller, ApiError> {
    let Some(value) = request.headers().get(AUTHORIZATION) else {
        return Ok(Caller::Guest);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(invalid)?;
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no application state")))?;
    signed_in(state, token).await.map(Caller::User)
}

/// Whose token it is.
///
/// # Errors
/// 401 for a token that is not good, 503 when that can't be told.
pub(crate) async fn signed_in(state: &AppState, token: &str) -> Result<SignedIn, ApiError> {
    let verified = state
        .verifier
        .verify(token)
        .await
        .map_err(|error| match error {
            TokenError::Expired => ApiError::new(
                401,
                "token_expired",
                "The access token has expired. Refresh it and try again.",
            ),
            TokenError::Invalid => invalid(),
            TokenError::KeysUnavailable => ApiError::new(
                503,
                "auth_unavailable",
                "Sign-in can't be checked right now. Try again in a moment.",
            )
            .retryable(true)
            .retry_after(2),
        })?;
    Ok(SignedIn {
        verified,
        access_token: Arc::from(token),
    })
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        Box::pin(caller(request.clone()))
    }
}

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match caller(request).await? {
                Caller::User(user) => Ok(user),
                Caller::Guest => Err(ApiError::new(
                    401,
                    "token_missing",
                    "Sign in first: send your access token as Authorization: Bearer.",
                )),
            }
        })
    }
}
