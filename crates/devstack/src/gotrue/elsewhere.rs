//! What a real GoTrue answers and the mock does not: features that are off under the stack's settings say so as
//! there; the others are 501.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::GoTrue;
use super::caller::{Caller, require_admin};
use super::error::AuthError;
use super::user::Lock;

/// 501 `not_implemented` in GoTrue's form.
pub(super) fn not_here(what: &str) -> AuthError {
    AuthError::new(
        StatusCode::NOT_IMPLEMENTED,
        "not_implemented",
        format!("{what} is not in the development stack's mock; a real GoTrue (GOTRUE_BIN) has it"),
    )
}

/// Anything under `/factors`, `/authorize`, `/callback`: for whoever is signed in or not.
pub(super) async fn missing(req: HttpRequest) -> Result<HttpResponse, AuthError> {
    Err(not_here(req.path()))
}

/// An endpoint that a real GoTrue would let no stranger use.
pub(super) async fn missing_for_users(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    Caller::authenticate(&gotrue, &req, &gotrue.db().await?, Lock::No).await?;
    Err(not_here(req.path()))
}

pub(super) async fn missing_for_admins(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    Err(not_here(req.path()))
}

pub(super) async fn manual_linking(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    Caller::authenticate(&gotrue, &req, &gotrue.db().await?, Lock::No).await?;
    Err(off("manual_linking_disabled", "Manual linking is disabled"))
}

pub(super) async fn saml() -> Result<HttpResponse, AuthError> {
    Err(off("saml_provider_disabled", "SAML 2.0 is disabled"))
}

fn off(code: &'static str, msg: &str) -> AuthError {
    AuthError::new(StatusCode::NOT_FOUND, code, msg)
}
