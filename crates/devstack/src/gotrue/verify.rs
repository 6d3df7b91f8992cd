//! `GET|POST /verify`: a one-time token from an e-mail becomes a session.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use deadpool_postgres::Transaction;
use serde_json::json;
use uuid::Uuid;

use super::GoTrue;
use super::account::change_email;
use super::error::AuthError;
use super::limits::{self, Limit};
use super::mail::token_hash;
use super::params::{self, Params};
use super::redirect::{self, query};
use super::session::{self, Issued};
use super::user::{self, Lock, User};

/// Lifetime of a one-time token, as on hosted projects.
const OTP_EXP_S: f64 = 3600.0;
const ONE_OF_TWO: &str =
    "Confirmation link accepted. Please proceed to confirm link sent to the other email";

enum Verified {
    SignedIn(Box<Issued>),
    /// A change of address wants the other mailbox's consent too.
    OneOfTwo,
}

/// The link in an e-mail: the outcome stands in the fragment of the address it redirects to.
pub(super) async fn follow_link(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Verify)?;
    let token = query(&req, "token").unwrap_or_default();
    let kind = query(&req, "type").unwrap_or_default();
    check_kind(&kind)?;
    if token.is_empty() {
        return Err(AuthError::invalid(
            "Verify requires a token or a token hash",
        ));
    }
    let target = redirect::target(gotrue.settings(), &req);
    let fragment = match verify(&gotrue, &kind, &Proof::Hash(token)).await {
        Ok(Verified::SignedIn(issued)) => redirect::encoded(&[
            ("access_token", &issued.access_token),
            ("expires_at", &issued.expires_at.to_string()),
            ("expires_in", &issued.expires_in.to_string()),
            ("refresh_token", &issued.refresh_token),
            ("sb", ""),
            ("token_type", issued.token_type),
            ("type", &kind),
        ]),
        Ok(Verified::OneOfTwo) => redirect::encoded(&[("message", ONE_OF_TWO), ("sb", "")]),
        Err(error) => redirect::encoded(&[
            ("error", oauth_error(error.status())),
            ("error_code", error.code()),
            ("error_description", error.msg()),
            ("sb", ""),
        ]),
    };
    Ok(redirect::see_other(&target, &fragment))
}

/// `{type, token_hash}`, or `{type, email, token}` with the digits.
pub(super) async fn exchange(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    limits::check(&gotrue, &req, Limit::Verify)?;
    let params = Params::parse(
        &body,
        "VerifyParams",
        &[
            "type",
            "token",
            "token_hash",
            "email",
            "phone",
            "redirect_to",
        ],
        &[],
    )?;
    let kind = params.text("type");
    check_kind(kind)?;
    match verify(&gotrue, kind, &proof(&params)?).await? {
        Verified::SignedIn(issued) => Ok(HttpResponse::Ok().json(issued)),
        Verified::OneOfTwo => {
            Ok(HttpResponse::Ok().json(json!({ "msg": ONE_OF_TWO, "code": "200" })))
        }
    }
}

fn check_kind(kind: &str) -> Result<(), AuthError> {
    if kind.is_empty() {
        return Err(AuthError::invalid("Verify requires a verification type"));
    }
    Ok(())
}

/// What shows that an e-mail was read.
enum Proof {
    /// From its link.
    Hash(String),
    /// The digits in it, for one address.
    Digits { email: String, hash: String },
}

impl Proof {
    fn refusal(&self) -> AuthError {
        AuthError::forbidden(
            "otp_expired",
            match self {
                Self::Hash(_) => "Email link is invalid or has expired",
                Self::Digits { .. } => "Token has expired or is invalid",
            },
        )
    }
}

fn proof(params: &Params) -> Result<Proof, AuthError> {
    let (email, phone) = (params.text("email"), params.text("phone"));
    match (params.text("token"), params.text("token_hash")) {
        ("", "") => Err(either_token()),
        ("", hash) => {
            if !email.is_empty() || !phone.is_empty() || !params.text("redirect_to").is_empty() {
                return Err(AuthError::invalid(
                    "Only the token_hash and type should be provided",
                ));
            }
            Ok(Proof::Hash(hash.to_owned()))
        }
        (_, "") if email.is_empty() && !phone.is_empty() => Err(refuse_phone(phone)),
        (_, "") if email.is_empty() || !phone.is_empty() => Err(AuthError::invalid(
            "Only an email address or phone number should be provided on verify",
        )),
        (token, "") => {
            let email = params::email(email).map_err(|_| {
                AuthError::unprocessable("validation_failed", "Invalid email format")
            })?;
            let hash = token_hash(&email, token);
            Ok(Proof::Digits { email, hash })
        }
        _ => Err(either_token()),
    }
}

fn either_token() -> AuthError {
    AuthError::invalid("Verify requires either a token or a token hash")
}

/// No account has a phone number here (E.164: up to 15 digits).
fn refuse_phone(phone: &str) -> AuthError {
    let digits = phone.replace(['+', ' '], "");
    let well_formed = (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if well_formed {
        AuthError::forbidden("otp_expired", "Token has expired or is invalid")
    } else {
        AuthError::invalid("Invalid phone number format (E.164 required)")
    }
}

async fn verify(gotrue: &GoTrue, kind: &str, proof: &Proof) -> Result<Verified, AuthError> {
    let accepted: &[&str] = match (kind, proof) {
        ("signup" | "invite", _) => &["confirmation_token"],
        ("recovery" | "magiclink", _) => &["recovery_token"],
        ("email", _) => &["confirmation_token", "recovery_token"],
        ("email_change", _) => &["email_change_token_current", "email_change_token_new"],
        (_, Proof::Hash(_)) => {
            return Err(AuthError::invalid("Invalid email verification type"));
        }
        (_, Proof::Digits { .. }) => &[],
    };
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    if let Proof::Digits { email, .. } = proof {
        let named = User::by_email(&tx, email, Lock::No).await?;
        if named.is_some_and(|user| user.banned) {
            return Err(user::banned());
        }
    }
    let (Proof::Hash(hash) | Proof::Digits { hash, .. }) = proof;
    let user = consume(&tx, accepted, hash)
        .await?
        .ok_or_else(|| proof.refusal())?;
    if kind == "email_change" {
        let one_is_enough = gotrue.settings().autoconfirm || user.email.is_empty();
        if !one_is_enough && !user.email_change_confirmed_once {
            tx.execute(
                "update auth.users set email_change_confirm_status = 1, updated_at = clock_timestamp() where id = $1",
                &[&user.id],
            )
            .await?;
            tx.commit().await?;
            return Ok(Verified::OneOfTwo);
        }
        change_email(&tx, &user).await?;
    } else if !user.is_confirmed() {
        user::confirm_email(&tx, user.id).await?;
        tx.execute(
            "update auth.identities set identity_data = identity_data || '{\"email_verified\": true}' \
             where user_id = $1 and provider = 'email'",
            &[&user.id],
        )
        .await?;
    }
    let just_confirmed = !user.is_confirmed();
    let mut issued = session::begin(gotrue, &tx, user.id, "otp").await?;
    tx.commit().await?;
    if just_confirmed {
        issued.user.confirmed_at = None;
    }
    Ok(Verified::SignedIn(Box::new(issued)))
}

/// Takes the token out, so that of two requests with it one alone succeeds. Locks the user first, as
/// whoever writes a token does.
async fn consume(
    tx: &Transaction<'_>,
    accepted: &[&str],
    hash: &str,
) -> Result<Option<User>, AuthError> {
    let named = tx
        .query_opt(
            "select user_id from auth.one_time_tokens where token_hash = $1 and token_type::text = any($2) limit 1",
            &[&hash, &accepted],
        )
        .await?;
    let Some(user_id) = named.map(|row| row.get::<_, Uuid>(0)) else {
        return Ok(None);
    };
    let user = User::by_id(tx, user_id, Lock::ForUpdate).await?;
    if user.as_ref().is_some_and(|user| user.banned) {
        return Err(user::banned());
    }
    let taken = tx
        .execute(
            "delete from auth.one_time_tokens where user_id = $1 and token_hash = $2 and token_type::text = any($3) \
             and created_at > (clock_timestamp() at time zone 'utc') - make_interval(secs => $4)",
            &[&user_id, &hash, &accepted, &OTP_EXP_S],
        )
        .await?;
    Ok(user.filter(|_| taken > 0))
}

fn oauth_error(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "invalid_request",
        StatusCode::UNAUTHORIZED => "unauthorized_client",
        StatusCode::FORBIDDEN => "access_denied",
        StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
        _ => "server_error",
    }
}
