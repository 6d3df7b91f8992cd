//! Extractors: who calls. A token that is there must be good: an expired one never makes a guest.
//!
//! actix runs a handler's extractors side by side and answers the first refusal, while others are under way.
//! [`Then`] has a request judged only when it is known whose it is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, dev, web};

use crate::auth::verifier::TokenError;
use crate::auth::{Caller, User};
use crate::error::ApiError;
use crate::routes::client;
use crate::state::AppState;

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
        .ok_or_else(ApiError::token_invalid)?;
    let state = request
        .app_data::<web::Data<AppState>>()
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no application state")))?;
    let user = verified(state, token).await?;
    client::account(&request).belongs_to(user.id);
    Ok(Caller::User(user))
}

/// The user whose token it is.
///
/// # Errors
/// 401 for a token that is not good, 503 when that can't be told.
pub(crate) async fn verified(state: &AppState, token: &str) -> Result<User, ApiError> {
    let claims = state
        .verifier
        .verify(token)
        .await
        .map_err(|error| match error {
            TokenError::Expired => ApiError::token_expired(),
            TokenError::Invalid => ApiError::token_invalid(),
            TokenError::KeysUnavailable => ApiError::new(
                503,
                "auth_unavailable",
                "Sign-in can't be checked right now. Try again in a moment.",
            )
            .retryable(true)
            .retry_after(2),
        })?;
    Ok(User {
        id: claims.sub,
        access_token: Arc::from(token),
        token_expires_at: claims.expires_at,
    })
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        Box::pin(caller(request.clone()))
    }
}

impl FromRequest for User {
    type Error = ApiError;
    type Future = Extracting<Self>;

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

/// Extracts one thing after another: who calls, then what they ask.
///
/// # Errors
/// Those of the first, then those of the second.
pub(crate) struct Then<A, B>(pub A, pub B);

impl<A, B> FromRequest for Then<A, B>
where
    A: FromRequest<Error = ApiError> + 'static,
    B: FromRequest<Error = ApiError> + 'static,
{
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let first = A::from_request(request, &mut dev::Payload::None);
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let first = first.await?;
            let second = B::from_request(&request, &mut payload).await?;
            Ok(Self(first, second))
        })
    }
}
