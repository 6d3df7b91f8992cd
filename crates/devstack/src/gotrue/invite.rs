//! `POST /invite` and `POST /admin/generate_link`: an e-mail on somebody's behalf, sent or handed over.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use deadpool_postgres::Transaction;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::account::refuse_taken;
use super::caller::require_admin;
use super::error::AuthError;
use super::mail::{self, Kind};
use super::params::{self, Params};
use super::user::{self, Lock, NewUser, User};
use super::{GoTrue, password, redirect};

/// `{email, data?}`.
pub(super) async fn invite(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let params = Params::parse(&body, "InviteParams", &["email"], &["data"])?;
    let email = params::email(params.text("email"))?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let user = unconfirmed(&tx, &email, None, params.object("data")).await?;
    let target = redirect::target(gotrue.settings(), &req);
    let mail = mail::prepare(&gotrue, &tx, &user, Kind::Invite, &target).await?;
    let user = User::by_id(&tx, user.id, Lock::No).await?;
    tx.commit().await?;
    mail.send(&gotrue);
    Ok(HttpResponse::Ok().json(user))
}

#[derive(Serialize)]
struct Generated {
    #[serde(flatten)]
    user: Option<User>,
    action_link: String,
    email_otp: String,
    hashed_token: String,
    verification_type: String,
    redirect_to: String,
}

/// `{type, email, password?, new_email?, data?, redirect_to?}`: what the e-mail would hold. None is sent.
pub(super) async fn generate_link(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let params = Params::parse(
        &body,
        "GenerateLinkParams",
        &["type", "email", "new_email", "password", "redirect_to"],
        &["data"],
    )?;
    let settings = gotrue.settings();
    let email = params::email(params.text("email"))?;
    let redirect_to = match params.text("redirect_to") {
        given if redirect::is_allowed(settings, given) => given.to_owned(),
        _ => redirect::target(settings, &req),
    };
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let known = User::by_email(&tx, &email, Lock::ForUpdate).await?;
    let wanted = params.text("type");
    let (wanted, stranger) = match wanted {
        // Whoever is to get a magic link and has no account signs up by it.
        "magiclink" if known.is_none() => ("signup", true),
        "recovery" | "email_change_current" | "email_change_new" if known.is_none() => {
            return Err(AuthError::new(
                StatusCode::NOT_FOUND,
                "user_not_found",
                "User with this email not found",
            ));
        }
        wanted => (wanted, false),
    };
    let token = mail::digits();
    let hashed_token = mail::token_hash(&email, &token);
    let (user, kind, linked) = match (wanted, known) {
        ("magiclink", Some(user)) => (user, Kind::MagicLink, hashed_token.clone()),
        ("recovery", Some(user)) => (user, Kind::Recovery, hashed_token.clone()),
        ("invite", _) => {
            let user = unconfirmed(&tx, &email, None, params.object("data")).await?;
            (user, Kind::Invite, hashed_token.clone())
        }
        ("signup", known) => {
            let hash = match known {
                Some(_) => None,
                None => Some(password_of(&gotrue, &params, stranger).await?),
            };
            let user = unconfirmed(&tx, &email, hash.as_deref(), params.object("data")).await?;
            (user, Kind::Signup, hashed_token.clone())
        }
        ("email_change_current", Some(user)) => {
            change_address(&tx, &user, params.text("new_email")).await?;
            (user, Kind::EmailChange, hashed_token.clone())
        }
        ("email_change_new", Some(user)) => {
            let new = change_address(&tx, &user, params.text("new_email")).await?;
            (user, Kind::EmailChange, mail::token_hash(&new, &token))
        }
        (wanted, _) => {
            return Err(AuthError::invalid(format!(
                "Invalid email action link type requested: {wanted}"
            )));
        }
    };
    mail::store_token(&tx, user.id, token_type(wanted), &linked, &email).await?;
    mail::mark_sent(&tx, user.id, kind).await?;
    let user = User::by_id(&tx, user.id, Lock::No).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(Generated {
        user,
        action_link: mail::link(&gotrue, &linked, kind, &redirect_to),
        email_otp: token,
        hashed_token,
        verification_type: wanted.to_owned(),
        redirect_to,
    }))
}

fn token_type(wanted: &str) -> &'static str {
    match wanted {
        "magiclink" | "recovery" => "recovery_token",
        "email_change_current" => "email_change_token_current",
        "email_change_new" => "email_change_token_new",
        _ => "confirmation_token",
    }
}

async fn password_of(
    gotrue: &GoTrue,
    params: &Params,
    stranger: bool,
) -> Result<String, AuthError> {
    if stranger {
        return password::hash(&Uuid::new_v4().to_string()).await;
    }
    let given = params.text("password");
    if given.is_empty() {
        return Err(AuthError::invalid("Signup requires a valid password"));
    }
    password::check_strength(gotrue.settings(), given)?;
    password::hash(given).await
}

/// The address's account, made when there is none; refuses one that is confirmed.
async fn unconfirmed(
    tx: &Transaction<'_>,
    email: &str,
    password_hash: Option<&str>,
    data: Option<&Map<String, Value>>,
) -> Result<User, AuthError> {
    let new = NewUser {
        id: Uuid::new_v4(),
        email: Some(email),
        password_hash,
        data: data.cloned().unwrap_or_default(),
        by_admin: true,
        app_metadata: user::email_provider(),
    };
    let made = new.insert(tx).await?.is_some();
    let user = User::by_email(tx, email, Lock::ForUpdate)
        .await?
        .ok_or_else(|| AuthError::internal("Database error finding user"))?;
    if user.is_confirmed() {
        return Err(user::taken());
    }
    if let Some(data) = data.filter(|_| !made && password_hash.is_none()) {
        user::merge_metadata(tx, &user, data).await?;
    }
    Ok(user)
}

async fn change_address(tx: &Transaction<'_>, user: &User, new: &str) -> Result<String, AuthError> {
    let new = params::email(new)?;
    refuse_taken(tx, &new).await?;
    tx.execute(
        "update auth.users set email_change = $2, email_change_confirm_status = 0 where id = $1",
        &[&user.id, &new],
    )
    .await?;
    Ok(new)
}
