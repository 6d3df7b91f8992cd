//! Signing up, in and out, and passwords: what hands out tokens and what voids them.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::profile::Profile;
use super::{Done, check_limit, done, fields, too_many};
use crate::auth::User;
use crate::error::ApiError;
use crate::rate_limits::Attempt;
use crate::routes::body::{Body, Fields, FromFields};
use crate::routes::caller::Then;
use crate::routes::client;
use crate::state::AppState;
use crate::supabase::gotrue::{GoTrueError, SignUp, Tokens, UserChange};

/// Documents the body of a registration.
#[derive(ToSchema)]
pub(crate) struct Registration {
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// At least 8 characters, at most 72 bytes in UTF-8.
    #[schema(min_length = 8, max_length = 72, pattern = r"^[^\u0000]*$")]
    password: String,
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$"
    )]
    name: String,
}

impl FromFields for Registration {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            email: fields::email(fields),
            password: fields::new_password(fields),
            name: fields::name(fields),
        }
    }
}

#[derive(ToSchema)]
pub(crate) struct Login {
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(min_length = 1, max_length = 1_000, pattern = r"^[^\u0000]*$")]
    password: String,
}

impl FromFields for Login {
    fn from_fields(fields: &mut Fields) -> Self {
        let email = fields::email(fields);
        let password = fields.text("password", 1_000).unwrap_or_default();
        if password.is_empty() {
            fields.reject("password", "must not be empty");
        }
        Self { email, password }
    }
}

#[derive(ToSchema)]
pub(crate) struct Refresh {
    /// Older clients send it in the query instead.
    #[schema(required, value_type = String, min_length = 1, max_length = 4_096, pattern = r"^[^\u0000]*$")]
    refresh_token: Option<String>,
}

impl FromFields for Refresh {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            refresh_token: fields.text("refresh_token", 4_096),
        }
    }
}

#[derive(ToSchema)]
pub(crate) struct Recovery {
    #[schema(format = Email, max_length = 254)]
    email: String,
}

impl FromFields for Recovery {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            email: fields::email(fields),
        }
    }
}

#[derive(ToSchema)]
pub(crate) struct PasswordChange {
    /// At least 8 characters, at most 72 bytes in UTF-8.
    #[schema(min_length = 8, max_length = 72, pattern = r"^[^\u0000]*$")]
    password: String,
}

impl FromFields for PasswordChange {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            password: fields::new_password(fields),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuthTokenResponse {
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
        Self {
            expires_at: tokens
                .expires_at
                .unwrap_or_else(|| Timestamp::now().as_second() + tokens.expires_in),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expires_in: tokens.expires_in,
            token_type: tokens.token_type,
            user: Profile::from(tokens.user),
        }
    }
}

/// What a registration that awaits confirmation answers, the same for a new and a taken address.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmationPending {
    message: String,
    user: PendingUser,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PendingUser {
    email: String,
    name: String,
}

/// Creates an account.
#[utoipa::path(post, path = "/auth/register", tag = "auth", request_body = Registration,
    responses((status = 201, body = AuthTokenResponse), (status = 202, body = ConfirmationPending)))]
pub(crate) async fn register(
    state: web::Data<AppState>,
    request: HttpRequest,
    Body(Registration {
        email,
        password,
        name,
    }): Body<Registration>,
) -> Result<HttpResponse, ApiError> {
    let from = check_limit(&state, &request, Attempt::Register, &email)?;
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
pub(crate) async fn login(
    state: web::Data<AppState>,
    request: HttpRequest,
    Body(Login { email, password }): Body<Login>,
) -> Result<HttpResponse, ApiError> {
    let from = check_limit(&state, &request, Attempt::SignIn, &email)?;
    let tokens = state.gotrue.sign_in(&email, &password, from).await?;
    Ok(HttpResponse::Ok().json(AuthTokenResponse::from(tokens)))
}

#[derive(Deserialize)]
struct RefreshQuery {
    refresh_token: Option<String>,
}

/// Trades a refresh token for new tokens.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", request_body = Refresh,
    responses((status = 200, body = AuthTokenResponse)))]
pub(crate) async fn refresh(
    state: web::Data<AppState>,
    request: HttpRequest,
    Body(body): Body<Refresh>,
) -> Result<HttpResponse, ApiError> {
    let query = web::Query::<RefreshQuery>::from_query(request.query_string())
        .ok()
        .and_then(|query| query.into_inner().refresh_token);
    let token = body
        .refresh_token
        .or(query)
        .filter(|token| !token.is_empty())
        .ok_or_else(|| ApiError::invalid("refresh_token", "must not be empty"))?;
    let from = client::address(&request, &state.config);
    // Every client guesses at its own token: no account is shared between them.
    state.limits.check_refresh(from).map_err(too_many)?;
    let tokens = state.gotrue.refresh(&token, from).await?;
    Ok(HttpResponse::Ok().json(AuthTokenResponse::from(tokens)))
}

/// Signs out: the refresh token is worth nothing afterwards. Signing out twice is harmless.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Done)))]
pub(crate) async fn logout(
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
pub(crate) async fn forgot_password(
    state: web::Data<AppState>,
    request: HttpRequest,
    Body(Recovery { email }): Body<Recovery>,
) -> Result<HttpResponse, ApiError> {
    let from = check_limit(&state, &request, Attempt::Recover, &email)?;
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
pub(crate) async fn update_password(
    state: web::Data<AppState>,
    request: HttpRequest,
    Then(caller, Body(PasswordChange { password })): Then<User, Body<PasswordChange>>,
) -> Result<HttpResponse, ApiError> {
    let from = client::address(&request, &state.config);
    state
        .gotrue
        .update_user(&caller.access_token, UserChange::Password(&password), from)
        .await?;
    Ok(done("Your password was changed."))
}
