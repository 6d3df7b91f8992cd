//! `POST /recover` and `POST /resend`: both answer `{}` whether the address is known or not.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::GoTrue;
use super::error::AuthError;
use super::limits::{self, Limit};
use super::mail::{self, Kind};
use super::params::{self, Params};
use super::redirect;
use super::user::{Lock, User};

pub(super) async fn recover(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Otp)?;
    let params = Params::parse(&body, "RecoverParams", &["email"], &[])?;
    if params.text("email").is_empty() {
        return Err(AuthError::invalid("Password recovery requires an email"));
    }
    let email = params::email(params.text("email"))?;
    send(&gotrue, &req, &email, Kind::Recovery).await
}

pub(super) async fn resend(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Otp)?;
    let params = Params::parse(
        &body,
        "ResendConfirmationParams",
        &["type", "email", "phone"],
        &[],
    )?;
    let kind = match params.text("type") {
        "signup" => Kind::Signup,
        "email_change" => Kind::EmailChange,
        "sms" | "phone_change" => return Err(resend_by_phone(&params)),
        _ => {
            return Err(AuthError::invalid(
                "Missing one of these types: signup, email_change, sms, phone_change",
            ));
        }
    };
    match (params.text("email"), params.text("phone")) {
        ("", _) if kind == Kind::Signup => {
            return Err(AuthError::invalid(
                "Type provided requires an email address",
            ));
        }
        ("", "") => return Err(AuthError::invalid("Missing email address or phone number")),
        ("", _) => return Err(phone_disabled()),
        (_, "") => {}
        _ => return Err(both_given()),
    }
    let email = params::email(params.text("email"))?;
    send(&gotrue, &req, &email, kind).await
}

/// Phones are off under the stack's settings.
fn resend_by_phone(params: &Params) -> AuthError {
    match (params.text("email"), params.text("phone")) {
        (_, "") => AuthError::invalid("Type provided requires a phone number"),
        ("", _) => phone_disabled(),
        _ => both_given(),
    }
}

fn phone_disabled() -> AuthError {
    AuthError::new(
        StatusCode::BAD_REQUEST,
        "phone_provider_disabled",
        "Phone logins are disabled",
    )
}

fn both_given() -> AuthError {
    AuthError::invalid("Only an email address or phone number should be provided.")
}

async fn send(
    gotrue: &GoTrue,
    req: &HttpRequest,
    email: &str,
    kind: Kind,
) -> Result<HttpResponse, AuthError> {
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let user = User::by_email(&tx, email, Lock::ForUpdate).await?;
    let awaited = |user: &User| match kind {
        Kind::Signup => !user.is_confirmed(),
        Kind::EmailChange => !user.new_email.is_empty(),
        _ => true,
    };
    if let Some(user) = user.filter(awaited) {
        let target = redirect::target(gotrue.settings(), req);
        let mail = mail::prepare(gotrue, &tx, &user, kind, &target).await?;
        tx.commit().await?;
        mail.send(gotrue);
    }
    Ok(HttpResponse::Ok().json(json!({})))
}
