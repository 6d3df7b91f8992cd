//! `POST /signup`: a session, a user to be confirmed, an obfuscated user, or an anonymous session.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use uuid::Uuid;

use super::GoTrue;
use super::error::AuthError;
use super::limits::{self, Limit};
use super::mail::{self, Kind};
use super::params::{self, Params};
use super::user::{self, Lock, NewUser, User};
use super::{password, redirect, session};

pub(super) async fn signup(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    let settings = gotrue.settings();
    let params = Params::parse(
        &body,
        "SignupParams",
        &["email", "password", "phone"],
        &["data"],
    )?;
    let anonymous = params.text("email").is_empty() && params.text("phone").is_empty();
    if anonymous && !settings.anonymous {
        return Err(AuthError::unprocessable(
            "anonymous_provider_disabled",
            "Anonymous sign-ins are disabled",
        ));
    }
    limits::check(
        &gotrue,
        &req,
        if anonymous {
            Limit::Anonymous
        } else {
            Limit::Otp
        },
    )?;
    if settings.disable_signup {
        return Err(AuthError::unprocessable(
            "signup_disabled",
            "Signups not allowed for this instance",
        ));
    }
    if anonymous {
        sign_in_anonymously(&gotrue, &params).await
    } else {
        register(&gotrue, &req, &params).await
    }
}

async fn sign_in_anonymously(gotrue: &GoTrue, params: &Params) -> Result<HttpResponse, AuthError> {
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let id = Uuid::new_v4();
    let user = NewUser {
        id,
        email: None,
        password_hash: None,
        data: params.object("data").cloned().unwrap_or_default(),
        by_admin: false,
        app_metadata: json!({}),
    };
    user.insert(&tx).await?;
    let issued = session::begin(gotrue, &tx, id, "anonymous").await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(issued))
}

async fn register(
    gotrue: &GoTrue,
    req: &HttpRequest,
    params: &Params,
) -> Result<HttpResponse, AuthError> {
    let settings = gotrue.settings();
    let password = params.text("password");
    if password.is_empty() {
        return Err(AuthError::invalid("Signup requires a valid password"));
    }
    password::check_strength(settings, password)?;
    if !params.text("phone").is_empty() && !params.text("email").is_empty() {
        return Err(AuthError::invalid(
            "Only an email address or phone number should be provided on signup.",
        ));
    }
    if !params.text("phone").is_empty() {
        return Err(AuthError::new(
            actix_web::http::StatusCode::BAD_REQUEST,
            "phone_provider_disabled",
            "Phone signups are disabled",
        ));
    }
    let email = params::email(params.text("email"))?;
    let data = params.object("data").cloned().unwrap_or_default();
    let password_hash = password::hash(password).await?;

    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let new = NewUser {
        id: Uuid::new_v4(),
        email: Some(&email),
        password_hash: Some(&password_hash),
        data: data.clone(),
        by_admin: false,
        app_metadata: user::email_provider(),
    };
    // Whoever loses a race for the address finds the winner's account.
    new.insert(&tx).await?;
    let user = User::by_email(&tx, &email, Lock::ForUpdate)
        .await?
        .ok_or_else(|| AuthError::internal("Database error finding user"))?;
    if user.is_confirmed() {
        return if settings.autoconfirm {
            Err(AuthError::unprocessable(
                "user_already_exists",
                "User already registered",
            ))
        } else {
            Ok(HttpResponse::Ok().json(User::obfuscated(email, data)))
        };
    }
    if !settings.autoconfirm {
        let target = redirect::target(settings, req);
        let mail = mail::prepare(gotrue, &tx, &user, Kind::Signup, &target).await?;
        let user = User::by_id(&tx, user.id, Lock::No).await?;
        tx.commit().await?;
        mail.send(gotrue);
        return Ok(HttpResponse::Ok().json(user));
    }
    user::confirm_email(&tx, user.id).await?;
    let mut issued = session::begin(gotrue, &tx, user.id, "password").await?;
    tx.commit().await?;
    show_as_just_confirmed(&mut issued.user);
    Ok(HttpResponse::Ok().json(issued))
}

/// The request that confirms an address shows its identity as verified, and not yet the generated column.
pub(super) fn show_as_just_confirmed(user: &mut User) {
    user.confirmed_at = None;
    for identity in &mut user.identities {
        if let Value::Object(data) = &mut identity.identity_data {
            data.insert("email_verified".to_owned(), json!(true));
        }
    }
}
