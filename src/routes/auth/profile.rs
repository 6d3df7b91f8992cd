//! The caller's own account: its profile, and its end.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Done, done, fields};
use crate::auth::User;
use crate::error::ApiError;
use crate::routes::body::{Body, Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::client;
use crate::state::AppState;
use crate::supabase::gotrue::{self, GoTrueError, UserChange};
use crate::supabase::postgrest::{Identity, RestError};

#[derive(ToSchema)]
pub(crate) struct NameChange {
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$"
    )]
    name: String,
}

impl FromFields for NameChange {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            name: fields::name(fields),
        }
    }
}

/// A user's profile.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Profile {
    id: Uuid,
    /// Null for anonymous sign-ins.
    email: Option<String>,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<gotrue::User> for Profile {
    fn from(user: gotrue::User) -> Self {
        Self {
            id: user.id,
            name: user.name().to_owned(),
            created_at: user.created_at,
            email: Some(user.email).filter(|email| !email.is_empty()),
        }
    }
}

/// The caller's profile.
#[utoipa::path(get, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Profile)))]
pub(crate) async fn me(state: web::Data<AppState>, caller: User) -> Result<HttpResponse, ApiError> {
    let identity = Identity::User {
        access_token: caller.access_token.clone(),
        session_id: None,
    };
    let query = [
        ("select", "id,email,name,created_at".to_owned()),
        ("id", format!("eq.{}", caller.id)),
    ];
    let profile: Profile = state
        .rest
        .select_one(&identity, "users", &query)
        .await
        .map_err(|error| match error {
            // The token outlived its account.
            RestError::NotFound => ApiError::new(
                401,
                "signed_out",
                "There is no account behind this token. Sign in again.",
            ),
            error => error.into(),
        })?;
    Ok(HttpResponse::Ok().json(profile))
}

/// Changes the caller's name.
#[utoipa::path(patch, path = "/auth/me", tag = "auth", security(("bearer" = [])), request_body = NameChange,
    responses((status = 200, body = Profile)))]
pub(crate) async fn rename(
    state: web::Data<AppState>,
    request: HttpRequest,
    Then(caller, Body(NameChange { name })): Then<User, Body<NameChange>>,
) -> Result<HttpResponse, ApiError> {
    let from = client::address(&request, &state.config);
    let user = state
        .gotrue
        .update_user(&caller.access_token, UserChange::Name(&name), from)
        .await?;
    Ok(HttpResponse::Ok().json(Profile::from(user)))
}

/// Deletes the caller's account and everything it owns.
#[utoipa::path(delete, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Done)))]
pub(crate) async fn delete_account(
    state: web::Data<AppState>,
    caller: User,
) -> Result<HttpResponse, ApiError> {
    // A signature outlives a sign-out; GoTrue knows whether the session still stands.
    let user = state.gotrue.user(&caller.access_token).await?;
    if user.id != caller.id {
        return Err(GoTrueError::TokenRejected.into());
    }
    state.gotrue.delete_user(user.id).await?;
    Ok(done("Your account and everything it owned were deleted."))
}
