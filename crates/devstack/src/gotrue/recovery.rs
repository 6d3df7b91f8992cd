//! `POST /recover` and `POST /resend`: both answer `{}` whether the address is known or not.

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
        _ => {
            return Err(AuthError::invalid(
                "Missing one of these types: signup, email_change, sms, phone_change",
            ));
        }
    };
    if params.text("email").is_empty() {
        return Err(AuthError::invalid(
            "Type provided requires an email address",
        ));
    }
    let email = params::email(params.text("email"))?;
    send(&gotrue, &req, &email, kind).await
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
        Kind::Recovery => true,
        Kind::EmailChange => !user.new_email.is_empty(),
    };
    if let Some(user) = user.filter(awaited) {
        let target = redirect::target(gotrue.settings(), req);
        let mail = mail::prepare(gotrue, &tx, &user, kind, &target).await?;
        tx.commit().await?;
        mail.send(gotrue);
    }
    Ok(HttpResponse::Ok().json(json!({})))
}
