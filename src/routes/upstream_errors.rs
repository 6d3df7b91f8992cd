//! How an upstream's failures look to a client.

use anyhow::anyhow;

use crate::error::ApiError;
use crate::supabase::gotrue::GoTrueError;
use crate::supabase::postgrest::RestError;

fn unavailable(code: &'static str, detail: &str) -> ApiError {
    ApiError::new(503, code, detail)
        .retryable(true)
        .retry_after(2)
}

fn timed_out() -> ApiError {
    ApiError::new(
        504,
        "upstream_timeout",
        "Supabase took too long to answer. Try again in a moment.",
    )
    .retryable(true)
    .retry_after(2)
}

fn bad_answer() -> ApiError {
    ApiError::new(
        502,
        "upstream_bad_response",
        "Supabase gave an answer that makes no sense. Try again in a moment.",
    )
    .retryable(true)
}

fn key_rejected() -> ApiError {
    ApiError::new(
        502,
        "supabase_key_rejected",
        "Supabase refuses this service's API key. Its operator can find out more with the doctor command.",
    )
    .retryable(false)
}

impl From<&RestError> for ApiError {
    fn from(error: &RestError) -> Self {
        let source = anyhow!("{error}");
        match error {
            RestError::Unavailable(_) => unavailable(
                "database_unavailable",
                "The database can't be reached right now. Try again in a moment.",
            ),
            RestError::Timeout => timed_out(),
            RestError::BadResponse { .. } => bad_answer(),
            RestError::TokenExpired => ApiError::token_expired(),
            RestError::TokenRejected(_) => ApiError::token_invalid(),
            RestError::KeyRejected => key_rejected(),
            RestError::Forbidden(_) => ApiError::new(403, "forbidden", "You may not do that."),
            RestError::WriteSecretRefused => ApiError::new(
                502,
                "database_misconfigured",
                "The database refuses what this service writes. Its operator can find out more with the doctor command.",
            )
            .retryable(false),
            RestError::NotFound => ApiError::new(404, "not_found", "There is no such thing."),
            RestError::Conflict => {
                ApiError::new(409, "conflict", "That exists already. Try again.").retryable(true)
            }
            RestError::Invalid { .. } => ApiError::new(
                422,
                "data_refused",
                "The database can't store this value.",
            ),
            RestError::SchemaMissing(_) => ApiError::new(
                502,
                "migrations_missing",
                "The database is not set up for this service. Its operator needs to apply the migrations.",
            )
            .retryable(false),
            RestError::TooManySessions {
                retry_after: Some(seconds),
            } => ApiError::new(
                429,
                "too_many_sessions",
                "Too many interviews were set up. Try again later.",
            )
            .retry_after((*seconds).max(1)),
            RestError::TooManySessions { retry_after: None } => ApiError::new(
                429,
                "too_many_sessions",
                "You keep as many interviews as there is room for. Delete some that you no longer need.",
            )
            .retryable(false),
            RestError::AskedToWait { retry_after, .. } => ApiError::new(
                503,
                "database_busy",
                "The database is busy right now. Try again in a moment.",
            )
            .retryable(true)
            .retry_after(retry_after.unwrap_or(2).max(1)),
            RestError::Contended(_) => unavailable(
                "database_busy",
                "The database is busy right now. Try again in a moment.",
            ),
            RestError::ClockSkew => unavailable(
                "clock_skew",
                "The clocks of sign-in and database differ. Try again in a moment.",
            ),
            RestError::ReadOnly(_) => ApiError::new(
                503,
                "database_read_only",
                "Nothing can be saved right now: the database is read-only. Try again later.",
            )
            .retryable(true)
            .retry_after(60),
            RestError::Paused => ApiError::new(
                503,
                "project_paused",
                "This service's Supabase project is paused. Its operator must restore it.",
            )
            .retryable(false),
            RestError::QuotaExceeded => ApiError::new(
                503,
                "project_quota_exceeded",
                "This service's Supabase project has used up its quota. Its operator must raise it.",
            )
            .retryable(false),
            RestError::NoServiceKey => ApiError::new(
                503,
                "service_key_missing",
                "This service runs without the key that this needs.",
            )
            .retryable(false),
        }
        .source(source)
    }
}

impl From<RestError> for ApiError {
    fn from(error: RestError) -> Self {
        Self::from(&error)
    }
}

impl From<GoTrueError> for ApiError {
    fn from(error: GoTrueError) -> Self {
        let source = anyhow!("{error}");
        match error {
            GoTrueError::Unavailable(_) => unavailable(
                "auth_unavailable",
                "Sign-in can't be reached right now. Try again in a moment.",
            ),
            GoTrueError::Timeout => timed_out(),
            GoTrueError::BadResponse { .. } => bad_answer(),
            GoTrueError::KeyRejected => key_rejected(),
            GoTrueError::NoServiceKey => ApiError::new(
                503,
                "account_deletion_unavailable",
                "Accounts can't be deleted here: the service runs without a service key.",
            )
            .retryable(false),
            GoTrueError::Conflict => unavailable(
                "auth_unavailable",
                "Sign-in is busy with the same request. Try again in a moment.",
            ),
            GoTrueError::InvalidCredentials => ApiError::new(
                401,
                "invalid_credentials",
                "The e-mail address or the password is wrong.",
            ),
            GoTrueError::EmailNotConfirmed => ApiError::new(
                403,
                "email_not_confirmed",
                "Confirm your e-mail address first: we sent you a link.",
            ),
            GoTrueError::EmailTaken => ApiError::new(
                409,
                "email_taken",
                "There is an account with this e-mail address. Sign in instead.",
            ),
            GoTrueError::WeakPassword { message, reasons } => {
                ApiError::new(422, "weak_password", message).with("reasons", reasons)
            }
            GoTrueError::SamePassword => ApiError::new(
                422,
                "same_password",
                "The new password is the old one. Choose another.",
            ),
            GoTrueError::SignupDisabled => ApiError::new(
                403,
                "signup_disabled",
                "New accounts can't be made here at the moment.",
            ),
            GoTrueError::RateLimited { retry_after, .. } => ApiError::rate_limited(
                "Too many attempts. Wait a moment before you try again.",
                retry_after.unwrap_or(60),
            ),
            GoTrueError::RefreshTokenNotFound => ApiError::new(
                401,
                "refresh_token_not_found",
                "The refresh token is unknown. Sign in again.",
            ),
            GoTrueError::RefreshTokenReused => ApiError::new(
                401,
                "refresh_token_already_used",
                "The refresh token was used before. Sign in again.",
            ),
            GoTrueError::SessionOver => {
                ApiError::new(401, "signed_out", "You are signed out. Sign in again.")
            }
            GoTrueError::TokenRejected => ApiError::token_invalid(),
            GoTrueError::Refused { code, message } => {
                ApiError::new(422, "auth_refused", message).with("reason", code)
            }
        }
        .source(source)
    }
}
