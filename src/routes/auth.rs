//! Accounts over HTTP: GoTrue does the work, this gives it the shape that clients know.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::JsonObject;
use super::client;
use crate::auth::User;
use crate::error::ApiError;
use crate::state::AppState;
use crate::supabase::gotrue::{GoTrueError, SignUp, Tokens, UserChange};
use crate::supabase::postgrest::{Identity, RestError};

/// Documents the body of a registration.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct Registration {
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// At least 8 characters, at most 72 bytes.
    #[schema(min_length = 8, max_length = 72)]
    password: String,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct Login {
    #[schema(format = Email)]
    email: String,
    password: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct Refresh {
    refresh_token: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct NameChange {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct Recovery {
    #[schema(format = Email)]
    email: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documents a body, which is read field by field")]
pub(super) struct PasswordChange {
    #[schema(min_length = 8, max_length = 72)]
    password: String,
}

/// A user's profile.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Profile {
    id: Uuid,
    /// Null for anonymous sign-ins.
    email: Option<String>,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuthTokenResponse {
    access_token: String,
    refresh_token: String,
    /// Seconds.
    expires_in: i64,
    /// Seconds since 1970.
    expires_at: i64,
    /// `bearer`
    token_type: String,
    user: Profile,
}

impl From<Tokens> for AuthTokenResponse {
    fn from(tokens: Tokens) -> Self {
        let name = tokens.user.name().to_owned();
        Self {
            expires_at: tokens
                .expires_at
                .unwrap_or_else(|| Timestamp::now().as_second() + tokens.expires_in),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_in: tokens.expires_in,
            token_type: tokens.token_type,
            user: Profile {
                id: tokens.user.id,
                email: Some(tokens.user.email).filter(|email| !email.is_empty()),
                name,
                created_at: tokens.user.created_at,
            },
        }
    }
}

/// What a registration that awaits confirmation answers, the same for a new and a taken address.
#[derive(Serialize, ToSchema)]
pub(super) struct ConfirmationPending {
    message: String,
    user: PendingUser,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PendingUser {
    email: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    message: String,
}

fn done(message: &str) -> HttpResponse {
    HttpResponse::Ok().json(Done {
        message: message.to_owned(),
    })
}

/// Creates an account.
#[utoipa::path(post, path = "/auth/register", tag = "auth", request_body = Registration,
    responses((status = 201, body = AuthTokenResponse), (status = 202, body = ConfirmationPending)))]
pub(super) async fn register(
    state: web::Data<AppState>,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let email = email(&mut body);
    let password = new_password(&mut body);
    let name = name(&mut body);
    let (email, password, name) = body.finish((email, password, name))?;
    let from = guard(&state, &request, &email)?;
    let signed_up = state.gotrue.sign_up(&email, &password, &name, from).await?;
    Ok(match signed_up {
        SignUp::Session(tokens) => HttpResponse::Created().json(AuthTokenResponse::from(*tokens)),
        SignUp::ConfirmationPending => HttpResponse::Accepted().json(ConfirmationPending {
            message: "Check your e-mail and follow the link to confirm your address.".to_owned(),
            user: PendingUser { email, name },
        }),
    })
}

/// Signs in with e-mail address and password.
#[utoipa::path(post, path = "/auth/login", tag = "auth", request_body = Login,
    responses((status = 200, body = AuthTokenResponse)))]
pub(super) async fn login(
    state: web::Data<AppState>,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let email = email(&mut body);
    let password = body.take_text("password", 1_000).unwrap_or_default();
    if password.is_empty() {
        body.refuse("password", "must not be empty");
    }
    let (email, password) = body.finish((email, password))?;
    let from = guard(&state, &request, &email)?;
    let tokens = state.gotrue.sign_in(&email, &password, from).await?;
    Ok(HttpResponse::Ok().json(AuthTokenResponse::from(tokens)))
}

#[derive(Deserialize)]
struct RefreshQuery {
    refresh_token: Option<String>,
}

/// Trades a refresh token for new tokens.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", request_body = Refresh,
    params(("refresh_token" = Option<String>, Query, description = "for older clients; the body is better")),
    responses((status = 200, body = AuthTokenResponse)))]
pub(super) async fn refresh(
    state: web::Data<AppState>,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let query = web::Query::<RefreshQuery>::from_query(request.query_string())
        .ok()
        .and_then(|query| query.into_inner().refresh_token);
    let token = body
        .take_text("refresh_token", 4_096)
        .or(query)
        .unwrap_or_default();
    if token.is_empty() {
        body.refuse("refresh_token", "must not be empty");
    }
    let token = body.finish(token)?;
    // Every client guesses at its own token: no account is shared between them.
    let from = client::address(&request, &state.config);
    let tokens = state.gotrue.refresh(&token, from).await?;
    Ok(HttpResponse::Ok().json(AuthTokenResponse::from(tokens)))
}

/// The caller's profile.
#[utoipa::path(get, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Profile)))]
pub(super) async fn me(state: web::Data<AppState>, caller: User) -> Result<HttpResponse, ApiError> {
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
pub(super) async fn rename(
    state: web::Data<AppState>,
    request: HttpRequest,
    caller: User,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let name = name(&mut body);
    let name = body.finish(name)?;
    let from = client::address(&request, &state.config);
    let user = state
        .gotrue
        .update_user(&caller.access_token, UserChange::Name(&name), from)
        .await?;
    Ok(HttpResponse::Ok().json(Profile {
        id: user.id,
        name: user.name().to_owned(),
        created_at: user.created_at,
        email: Some(user.email).filter(|email| !email.is_empty()),
    }))
}

/// Signs out: the refresh token is worth nothing afterwards. Signing out twice is harmless.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Done)))]
pub(super) async fn logout(
    state: web::Data<AppState>,
    request: HttpRequest,
    caller: User,
) -> Result<HttpResponse, ApiError> {
    let from = client::address(&request, &state.config);
    match state.gotrue.sign_out(&caller.access_token, from).await {
        Ok(()) | Err(GoTrueError::SessionOver) => Ok(done("You are signed out.")),
        Err(error) => Err(error.into()),
    }
}

/// Sends a link to choose a new password, if the address has an account; the answer does not tell.
#[utoipa::path(post, path = "/auth/forgot_password", tag = "auth", request_body = Recovery,
    responses((status = 200, body = Done)))]
pub(super) async fn forgot_password(
    state: web::Data<AppState>,
    request: HttpRequest,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let email = email(&mut body);
    let email = body.finish(email)?;
    let from = guard(&state, &request, &email)?;
    match state.gotrue.recover(&email, from).await {
        Ok(()) => {}
        // That a mail was sent a moment ago would tell that the address is known.
        Err(GoTrueError::RateLimited { code, .. }) if code == "over_email_send_rate_limit" => {}
        Err(error) => return Err(error.into()),
    }
    Ok(done(
        "If there is an account with this address, a link is on its way.",
    ))
}

/// Sets a new password.
#[utoipa::path(post, path = "/auth/update_password", tag = "auth", security(("bearer" = [])), request_body = PasswordChange,
    responses((status = 200, body = Done)))]
pub(super) async fn update_password(
    state: web::Data<AppState>,
    request: HttpRequest,
    caller: User,
    mut body: JsonObject,
) -> Result<HttpResponse, ApiError> {
    let password = new_password(&mut body);
    let password = body.finish(password)?;
    let from = client::address(&request, &state.config);
    state
        .gotrue
        .update_user(&caller.access_token, UserChange::Password(&password), from)
        .await?;
    Ok(done("Your password was changed."))
}

/// Deletes the caller's account and everything it owns.
#[utoipa::path(delete, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Done)))]
pub(super) async fn delete_account(
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

/// Counts an attempt at an account and gives the client's address.
fn guard(
    state: &AppState,
    request: &HttpRequest,
    account: &str,
) -> Result<std::net::IpAddr, ApiError> {
    let from = client::address(request, &state.config);
    state.limits.check_auth(from, account).map_err(|refusal| {
        ApiError::new(
            429,
            "rate_limited",
            "Too many attempts. Wait a moment before you try again.",
        )
        .retry_after(refusal.retry_after)
        .retryable(true)
    })?;
    Ok(from)
}

/// E-mail addresses are compared in lower case, as GoTrue does.
fn email(body: &mut JsonObject) -> String {
    let email = body.take_text("email", 254).unwrap_or_default();
    let email = email.trim().to_lowercase();
    if !is_email(&email) {
        body.refuse("email", "must be an e-mail address such as ada@example.com");
    }
    email
}

/// The shape alone; whether an address exists only a mail to it can tell.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@' && c != '"';
    (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

fn new_password(body: &mut JsonObject) -> String {
    let password = body.take_text("password", 1_000).unwrap_or_default();
    if password.chars().count() < 8 {
        body.refuse("password", "must have at least 8 characters");
    } else if password.len() > 72 {
        body.refuse("password", "must have at most 72 bytes");
    }
    password
}

fn name(body: &mut JsonObject) -> String {
    let name = body.take_text("name", 1_000).unwrap_or_default();
    let name = name.trim().to_owned();
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        body.refuse(
            "name",
            "must have 1 to 100 characters, none of them a control character",
        );
    }
    name
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_judged_by_their_shape() {
        for good in [
            "a@example.com",
            "ada.lovelace+x@mail.example.co.uk",
            "ü@exämple.de",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@b",
            "a b@example.com",
            "a@@example.com",
            "a@.com",
            "a@exa mple.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
