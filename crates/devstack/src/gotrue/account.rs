//! `GET|PUT /user`, `GET /reauthenticate`: the caller's own account.

use actix_web::{HttpRequest, HttpResponse, web};
use deadpool_postgres::Transaction;
use serde_json::json;

use super::GoTrue;
use super::caller::Caller;
use super::error::AuthError;
use super::mail::{self, Kind};
use super::params::{self, Params};
use super::session::{self, Scope};
use super::signup::show_as_just_confirmed;
use super::user::{self, Lock, User};
use super::{password, redirect};

pub(super) async fn read(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    let db = gotrue.db().await?;
    let caller = Caller::authenticate(&gotrue, &req, &db, Lock::No).await?;
    Ok(HttpResponse::Ok().json(caller.user))
}

/// `GET /reauthenticate`: the digits that some projects want for a new password.
pub(super) async fn reauthenticate(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let user = Caller::authenticate(&gotrue, &req, &tx, Lock::ForUpdate)
        .await?
        .user;
    if user.email.is_empty() {
        return Err(AuthError::invalid(
            "Reauthentication requires the user to have an email or a phone number",
        ));
    }
    if !user.is_confirmed() {
        return Err(AuthError::unprocessable(
            "email_not_confirmed",
            "Please verify your email first.",
        ));
    }
    let mail = mail::prepare(&gotrue, &tx, &user, Kind::Reauthentication, "").await?;
    tx.commit().await?;
    mail.send(&gotrue);
    Ok(HttpResponse::Ok().json(json!({})))
}

pub(super) async fn update(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    let settings = gotrue.settings();
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let caller = Caller::authenticate(&gotrue, &req, &tx, Lock::ForUpdate).await?;
    let params = Params::parse(
        &body,
        "UserUpdateParams",
        &["email", "password", "nonce"],
        &["data", "app_metadata"],
    )?;
    let user = &caller.user;

    let email = match params.text("email") {
        "" => None,
        given => Some(params::email(given)?).filter(|email| *email != user.email),
    };
    let password = params.optional_text("password");
    if let Some(password) = password {
        password::check_strength(settings, password)?;
    }
    if params.object("app_metadata").is_some() {
        return Err(AuthError::forbidden(
            "not_admin",
            "Updating app_metadata requires admin privileges",
        ));
    }
    if user.is_anonymous
        && password.is_some_and(|password| !password.is_empty())
        && params.text("email").is_empty()
    {
        return Err(AuthError::unprocessable(
            "validation_failed",
            "Updating password of an anonymous user without an email or phone is not allowed",
        ));
    }
    if let Some(email) = &email {
        refuse_taken(&tx, email).await?;
    }
    if let Some(password) = password {
        if password::matches(password, user.password_hash.as_deref()).await? {
            return Err(AuthError::unprocessable(
                "same_password",
                "New password should be different from the old password.",
            ));
        }
        set_password(&tx, &caller, &password::hash(password).await?).await?;
    }
    if let Some(data) = params.object("data") {
        user::merge_metadata(&tx, user, data).await?;
    }
    let mut pending = None;
    let mut just_confirmed = false;
    if let Some(email) = &email {
        tx.execute(
            "update auth.users set email_change = $2, email_change_confirm_status = 0 where id = $1",
            &[&user.id, email],
        )
        .await?;
        let changing = reread(&tx, user).await?;
        if user.is_anonymous && settings.autoconfirm {
            change_email(&tx, &changing).await?;
            just_confirmed = true;
        } else {
            let target = redirect::target(settings, &req);
            pending =
                Some(mail::prepare(&gotrue, &tx, &changing, Kind::EmailChange, &target).await?);
        }
    }
    let mut user = reread(&tx, user).await?;
    tx.commit().await?;
    if let Some(pending) = pending {
        pending.send(&gotrue);
    }
    if just_confirmed {
        show_as_just_confirmed(&mut user);
    }
    Ok(HttpResponse::Ok().json(user))
}

/// The address the user asked for becomes theirs; an anonymous user becomes a permanent one.
pub(super) async fn change_email(tx: &Transaction<'_>, user: &User) -> Result<(), AuthError> {
    refuse_taken(tx, &user.new_email).await?;
    let verified = json!({ "email_verified": true });
    tx.execute(
        "update auth.users set email = email_change, email_change = '', email_change_confirm_status = 0, \
         email_confirmed_at = coalesce(email_confirmed_at, clock_timestamp()), is_anonymous = false, \
         raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || $2, updated_at = clock_timestamp() \
         where id = $1",
        &[
            &user.id,
            &if user.is_anonymous {
                verified
            } else {
                json!({ "email_verified": true, "email": user.new_email })
            },
        ],
    )
    .await?;
    user::set_identity_email(tx, user, &user.new_email, true).await?;
    user::void_mails(tx, user.id).await
}

pub(super) async fn refuse_taken(tx: &Transaction<'_>, email: &str) -> Result<(), AuthError> {
    match User::by_email(tx, email, Lock::No).await? {
        None => Ok(()),
        Some(_) => Err(user::taken()),
    }
}

/// A new password ends the other sessions.
async fn set_password(tx: &Transaction<'_>, caller: &Caller, hash: &str) -> Result<(), AuthError> {
    user::set_password(tx, caller.user.id, hash).await?;
    session::end(tx, Scope::Others, caller.user.id, caller.session_id).await
}

async fn reread(tx: &Transaction<'_>, user: &User) -> Result<User, AuthError> {
    User::by_id(tx, user.id, Lock::No)
        .await?
        .ok_or_else(|| AuthError::internal("Database error finding user"))
}
