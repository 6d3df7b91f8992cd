//! `POST /token` and `POST /logout`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;

use super::GoTrue;
use super::caller::Caller;
use super::elsewhere::not_here;
use super::error::AuthError;
use super::limits::{self, Limit};
use super::params::Params;
use super::password;
use super::redirect::query;
use super::session::{self, Issued, Scope};
use super::user::{Lock, User};

pub(super) async fn token(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    let grant = query(&req, "grant_type").unwrap_or_default();
    match grant.as_str() {
        "web3" => Err(AuthError::unprocessable(
            "web3_provider_disabled",
            "Web3 provider is disabled",
        )),
        "id_token" | "pkce" => Err(not_here(&format!("grant_type={grant}"))),
        "password" | "refresh_token" => {
            limits::check(&gotrue, &req, Limit::Token)?;
            if grant == "password" {
                by_password(&gotrue, &body).await
            } else {
                by_refresh_token(&gotrue, &body).await
            }
        }
        _ => Err(AuthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_credentials",
            "unsupported_grant_type",
        )),
    }
}

/// A login answers one key more than a refresh; null unless today's rules would refuse the password.
#[derive(Serialize)]
struct SignedIn {
    #[serde(flatten)]
    issued: Issued,
    weak_password: Value,
}

async fn by_password(gotrue: &GoTrue, body: &[u8]) -> Result<HttpResponse, AuthError> {
    let params = Params::parse(
        body,
        "PasswordGrantParams",
        &["email", "phone", "password"],
        &[],
    )?;
    let email = match (params.text("email"), params.text("phone")) {
        ("", "") => return Err(AuthError::invalid("missing email or phone")),
        ("", _) => {
            return Err(AuthError::unprocessable(
                "phone_provider_disabled",
                "Phone logins are disabled",
            ));
        }
        (email, "") => email.to_lowercase(),
        _ => {
            return Err(AuthError::invalid(
                "Only an email address or phone number should be provided on login.",
            ));
        }
    };
    let password = params.text("password");
    let refused = || {
        AuthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_credentials",
            "Invalid login credentials",
        )
    };
    // Not held while bcrypt works.
    let known = User::by_email(&gotrue.db().await?, &email, Lock::No).await?;
    // A ban is told before the password is looked at.
    if known
        .as_ref()
        .is_some_and(|user| user.banned && user.has_password())
    {
        return Err(AuthError::new(
            StatusCode::BAD_REQUEST,
            "user_banned",
            "User is banned",
        ));
    }
    let hash = known
        .as_ref()
        .and_then(|user| user.password_hash.as_deref());
    if !password::matches(password, hash).await? {
        return Err(refused());
    }
    let known = known.ok_or_else(refused)?;
    if !known.is_confirmed() {
        return Err(AuthError::new(
            StatusCode::BAD_REQUEST,
            "email_not_confirmed",
            "Email not confirmed",
        ));
    }
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let current = User::by_id(&tx, known.id, Lock::ForUpdate)
        .await?
        .ok_or_else(refused)?;
    if current.password_hash != known.password_hash {
        return Err(refused());
    }
    let issued = session::begin(gotrue, &tx, known.id, "password").await?;
    tx.commit().await?;
    let weak_password = match password::check_strength(gotrue.settings(), password) {
        Ok(()) => Value::Null,
        Err(error) => error.weakness(),
    };
    Ok(HttpResponse::Ok().json(SignedIn {
        issued,
        weak_password,
    }))
}

async fn by_refresh_token(gotrue: &GoTrue, body: &[u8]) -> Result<HttpResponse, AuthError> {
    let params = Params::parse(body, "RefreshTokenGrantParams", &["refresh_token"], &[])?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let outcome = session::refresh(gotrue, &tx, params.text("refresh_token")).await;
    // Also a refusal: it may have revoked the family.
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(outcome?))
}

pub(super) async fn logout(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    let db = gotrue.db().await?;
    let caller = Caller::authenticate(&gotrue, &req, &db, Lock::No).await?;
    let scope = match query(&req, "scope").as_deref() {
        None | Some("" | "global") => Scope::Global,
        Some("local") => Scope::Local,
        Some("others") => Scope::Others,
        Some(other) => {
            return Err(AuthError::invalid(format!(
                "Unsupported logout scope {other:?}"
            )));
        }
    };
    session::end(&db, scope, caller.user.id, caller.session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
