//! `/admin/users`: accounts as the service role sees them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use uuid::Uuid;

use super::caller::require_admin;
use super::error::AuthError;
use super::params::{self, Params};
use super::user::{self, Lock, NewUser, User};
use super::{GoTrue, password};

/// `{email, password?, email_confirm?, user_metadata?}`.
pub(super) async fn create(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let params = Params::parse(
        &body,
        "AdminUserParams",
        &["email", "password"],
        &["user_metadata", "app_metadata"],
    )?;
    if params.text("email").is_empty() {
        return Err(AuthError::invalid(
            "Cannot create a user without either an email or phone",
        ));
    }
    let email = params::email(params.text("email"))?;
    let password_hash = match params.text("password") {
        "" => None,
        password => Some(password::hash(password).await?),
    };
    let mut app_metadata = user::email_provider();
    if let (Some(own), Some(given)) = (app_metadata.as_object_mut(), params.object("app_metadata"))
    {
        own.extend(given.clone());
    }
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let id = Uuid::new_v4();
    let new = NewUser {
        id,
        email: Some(&email),
        password_hash: password_hash.as_deref(),
        data: params.object("user_metadata").cloned().unwrap_or_default(),
        app_metadata,
    };
    new.insert(&tx).await?.ok_or_else(|| {
        AuthError::unprocessable(
            "email_exists",
            "A user with this email address has already been registered",
        )
    })?;
    if params.flag("email_confirm") {
        user::confirm_email(&tx, id).await?;
    }
    let user = User::by_id(&tx, id, Lock::No).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(user))
}

pub(super) async fn read(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let user = User::by_id(&gotrue.db().await?, user_id(&id)?, Lock::No).await?;
    Ok(HttpResponse::Ok().json(user.ok_or_else(not_found)?))
}

/// Sessions, tokens, identities and, by its foreign keys, the application's rows go with the account.
pub(super) async fn delete(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let id = user_id(&id)?;
    let deleted = gotrue
        .db()
        .await?
        .execute("delete from auth.users where id = $1", &[&id])
        .await?;
    if deleted == 0 {
        return Err(not_found());
    }
    Ok(HttpResponse::Ok().json(json!({})))
}

fn user_id(id: &str) -> Result<Uuid, AuthError> {
    Uuid::parse_str(id).map_err(|_| {
        AuthError::new(
            StatusCode::NOT_FOUND,
            "validation_failed",
            "user_id must be an UUID",
        )
    })
}

fn not_found() -> AuthError {
    AuthError::new(StatusCode::NOT_FOUND, "user_not_found", "User not found")
}
