//! GoTrue's errors, distinguished by `error_code`, never by their text.

use reqwest::StatusCode;
use serde::Deserialize;

#[derive(Clone, Debug, thiserror::Error)]
pub enum GoTrueError {
    #[error("GoTrue can't be reached: {0}")]
    Unavailable(String),
    #[error("GoTrue took too long")]
    Timeout,
    #[error("GoTrue answered {status}: {message}")]
    BadResponse { status: u16, message: String },
    #[error("the API key was refused")]
    KeyRejected,
    #[error("no service key is configured")]
    NoServiceKey,
    #[error("wrong e-mail address or password")]
    InvalidCredentials,
    #[error("the e-mail address is not confirmed")]
    EmailNotConfirmed,
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("the password is too weak: {message}")]
    WeakPassword {
        message: String,
        reasons: Vec<String>,
    },
    #[error("the new password is the old one")]
    SamePassword,
    #[error("sign-up is disabled")]
    SignupDisabled,
    /// Too many requests or e-mails; `retry_after` in seconds when GoTrue says.
    #[error("GoTrue's rate limit was reached ({code})")]
    RateLimited {
        code: String,
        retry_after: Option<u64>,
    },
    #[error("unknown refresh token")]
    RefreshTokenNotFound,
    #[error("the refresh token was used before")]
    RefreshTokenReused,
    /// Another request is changing the same; it may be repeated.
    #[error("another request is in the way")]
    Conflict,
    /// The session was logged out, or its account deleted.
    #[error("the token's session has ended")]
    SessionOver,
    #[error("the access token was refused")]
    TokenRejected,
    #[error("refused ({code}): {message}")]
    Refused { code: String, message: String },
}

impl GoTrueError {
    /// GoTrue itself failed: it can't be reached, is too slow or sends what it should not.
    pub(super) fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Timeout | Self::BadResponse { .. }
        )
    }

    /// Why a response without success was sent. `retry_after` in seconds.
    pub(super) fn of_response(status: StatusCode, body: &[u8], retry_after: Option<u64>) -> Self {
        let body: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
        let status = status.as_u16();
        match body.error_code.as_str() {
            "invalid_credentials" => Self::InvalidCredentials,
            "email_not_confirmed" => Self::EmailNotConfirmed,
            "user_already_exists" | "email_exists" => Self::EmailTaken,
            "weak_password" => Self::WeakPassword {
                message: body.msg,
                reasons: body.weak_password.reasons,
            },
            "same_password" => Self::SamePassword,
            "signup_disabled" => Self::SignupDisabled,
            "refresh_token_not_found" => Self::RefreshTokenNotFound,
            "conflict" => Self::Conflict,
            "refresh_token_already_used" => Self::RefreshTokenReused,
            "session_not_found" | "session_expired" | "user_not_found" => Self::SessionOver,
            "bad_jwt" | "no_authorization" => Self::TokenRejected,
            code if status == 429 => Self::RateLimited {
                code: code.to_owned(),
                retry_after,
            },
            "" => match status {
                401 | 403 => Self::KeyRejected,
                429 => Self::RateLimited {
                    code: "over_request_rate_limit".to_owned(),
                    retry_after,
                },
                503 | 504 => Self::Unavailable(body.message),
                _ => Self::BadResponse {
                    status,
                    message: body.message,
                },
            },
            code if status >= 500 => Self::BadResponse {
                status,
                message: code.to_owned(),
            },
            code => Self::Refused {
                code: code.to_owned(),
                message: body.msg,
            },
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    error_code: String,
    msg: String,
    message: String,
    weak_password: WeakPassword,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WeakPassword {
    reasons: Vec<String>,
}
