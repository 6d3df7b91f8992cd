//! `POST /otp` and `POST /magiclink`: an e-mail that signs in, and signs up whoever has no account yet.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use uuid::Uuid;

use super::error::AuthError;
use super::limits::{self, Limit};
use super::mail::{self, Kind};
use super::params::{self, Params};
use super::user::{self, Lock, NewUser, User};
use super::{GoTrue, password, redirect};

/// `{email, create_user?, data?}`.
pub(super) async fn otp(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Otp)?;
    let params = Params::parse(
        &body,
        "OtpParams",
        &["email", "phone", "channel"],
        &["data"],
    )?;
    match (params.text("email"), params.text("phone")) {
        ("", "") => Err(AuthError::invalid("One of email or phone must be set")),
        ("", _) => Err(AuthError::new(
            actix_web::http::StatusCode::BAD_REQUEST,
            "phone_provider_disabled",
            "Unsupported phone provider",
        )),
        (_, "") if !params.text("channel").is_empty() => Err(AuthError::invalid(
            "Channel should only be specified with Phone OTP",
        )),
        (_, "") => send(&gotrue, &req, &params).await,
        _ => Err(AuthError::invalid(
            "Only an email address or phone number should be provided",
        )),
    }
}

/// `{email, data?}`.
pub(super) async fn magic_link(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Otp)?;
    let params = Params::parse(&body, "MagicLinkParams", &["email"], &["data"])?;
    if params.text("email").is_empty() {
        return Err(AuthError::unprocessable(
            "validation_failed",
            "Password recovery requires an email",
        ));
    }
    send(&gotrue, &req, &params).await
}

async fn send(
    gotrue: &GoTrue,
    req: &HttpRequest,
    params: &Params,
) -> Result<HttpResponse, AuthError> {
    let settings = gotrue.settings();
    let email = params::email(params.text("email"))?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let known = User::by_email(&tx, &email, Lock::ForUpdate).await?;
    if known.is_none() && params.optional_flag("create_user") == Some(false) {
        return Err(AuthError::unprocessable(
            "otp_disabled",
            "Signups not allowed for otp",
        ));
    }
    let is_new = known.as_ref().is_none_or(|user| !user.is_confirmed());
    if is_new && settings.disable_signup {
        return Err(AuthError::unprocessable(
            "signup_disabled",
            "Signups not allowed for this instance",
        ));
    }
    let user = match known {
        Some(user) => user,
        None => sign_up(&tx, &email, params).await?,
    };
    if is_new && settings.autoconfirm {
        user::confirm_email(&tx, user.id).await?;
    }
    let kind = if is_new && !settings.autoconfirm {
        Kind::Signup
    } else {
        Kind::MagicLink
    };
    let target = redirect::target(settings, req);
    let mail = mail::prepare(gotrue, &tx, &user, kind, &target).await?;
    tx.commit().await?;
    mail.send(gotrue);
    Ok(HttpResponse::Ok().json(json!({})))
}

/// With a password that nobody knows.
async fn sign_up(
    tx: &deadpool_postgres::Transaction<'_>,
    email: &str,
    params: &Params,
) -> Result<User, AuthError> {
    let id = Uuid::new_v4();
    let hash = password::hash(&Uuid::new_v4().to_string()).await?;
    let new = NewUser {
        id,
        email: Some(email),
        password_hash: Some(&hash),
        data: params.object("data").cloned().unwrap_or_default(),
        by_admin: false,
        app_metadata: user::email_provider(),
    };
    new.insert(tx).await?;
    // Whoever loses a race for the address finds the winner's account.
    User::by_email(tx, email, Lock::ForUpdate)
        .await?
        .ok_or_else(|| AuthError::internal("Database error finding user"))
}
