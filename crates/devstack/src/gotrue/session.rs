//! Sessions: issuing, rotating and revoking their refresh tokens, and the access token of each.

use deadpool_postgres::{GenericClient, Transaction};
use rand::RngExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::GoTrue;
use super::error::AuthError;
use super::user::{Lock, User};

/// Length of a refresh token in characters.
const REFRESH_TOKEN_LENGTH: usize = 12;

/// The token response of `/token`, `/signup` and `/verify`.
#[derive(Serialize)]
pub(super) struct Issued {
    pub(super) access_token: String,
    pub(super) token_type: &'static str,
    pub(super) expires_in: i64,
    pub(super) expires_at: i64,
    pub(super) refresh_token: String,
    pub(super) user: User,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: Uuid,
    aud: &'a str,
    exp: i64,
    iat: i64,
    email: &'a str,
    phone: &'a str,
    app_metadata: &'a Value,
    user_metadata: &'a Value,
    role: &'a str,
    aal: &'a str,
    amr: Vec<Value>,
    session_id: Uuid,
    is_anonymous: bool,
}

/// Begins a session; `method` is how the user proved who they are: `password`, `otp`, `anonymous`.
pub(super) async fn begin(
    gotrue: &GoTrue,
    tx: &Transaction<'_>,
    user_id: Uuid,
    method: &str,
) -> Result<Issued, AuthError> {
    let session_id = Uuid::new_v4();
    tx.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, aal) \
         values ($1, $2, clock_timestamp(), clock_timestamp(), 'aal1')",
        &[&session_id, &user_id],
    )
    .await?;
    tx.execute(
        "insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method) \
         values ($1, $2, clock_timestamp(), clock_timestamp(), $3)",
        &[&Uuid::new_v4(), &session_id, &method],
    )
    .await?;
    let refresh_token = add_refresh_token(tx, session_id, user_id, None).await?;
    tx.execute(
        "update auth.users set last_sign_in_at = clock_timestamp(), updated_at = clock_timestamp() where id = $1",
        &[&user_id],
    )
    .await?;
    issue(gotrue, tx, user_id, session_id, refresh_token).await
}

/// Exchanges a refresh token by GoTrue's rules. A token that was exchanged already answers its
/// successor again as long as that one is unused (the client may have lost the answer); otherwise,
/// outside the reuse interval, the whole session's tokens are revoked.
///
/// The caller must commit also on error: the revocation has to stay.
pub(super) async fn refresh(
    gotrue: &GoTrue,
    tx: &Transaction<'_>,
    token: &str,
) -> Result<Issued, AuthError> {
    if !is_well_formed(token) {
        return Err(AuthError::invalid("Refresh token is not valid"));
    }
    // Two exchanges of one token must not fork the family, so they queue; at the user's row first, as
    // everything that touches a user's sessions does.
    let owner = tx
        .query_opt(
            "select u.id, r.session_id, coalesce(u.banned_until > now(), false) from auth.refresh_tokens r \
             join auth.sessions s on s.id = r.session_id join auth.users u on u.id = s.user_id \
             where r.token = $1 for no key update of u",
            &[&token],
        )
        .await?
        .ok_or_else(not_found)?;
    let (user_id, session_id): (Uuid, Uuid) = (owner.get(0), owner.get(1));
    if owner.get(2) {
        return Err(AuthError::new(
            actix_web::http::StatusCode::BAD_REQUEST,
            "user_banned",
            "Invalid Refresh Token: User Banned",
        ));
    }
    tx.query_opt(
        "select from auth.sessions where id = $1 for update",
        &[&session_id],
    )
    .await?
    .ok_or_else(not_found)?;
    let presented = tx
        .query_opt(
            "select coalesce(revoked, false), \
             clock_timestamp() > updated_at + make_interval(secs => $2) \
             from auth.refresh_tokens where token = $1",
            &[&token, &gotrue.settings().refresh_reuse_interval_s_f64()],
        )
        .await?
        .ok_or_else(not_found)?;
    let (revoked, interval_over): (bool, bool) = (presented.get(0), presented.get(1));
    if revoked {
        let active = tx
            .query_opt(
                "select token, parent from auth.refresh_tokens \
                 where session_id = $1 and not coalesce(revoked, false) order by id desc limit 1",
                &[&session_id],
            )
            .await?;
        if let Some(active) = active.filter(|row| row.get::<_, Option<&str>>(1) == Some(token)) {
            return issue(gotrue, tx, user_id, session_id, active.get(0)).await;
        }
        if interval_over {
            tx.execute(
                "update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() \
                 where session_id = $1 and not coalesce(revoked, false)",
                &[&session_id],
            )
            .await?;
            return Err(AuthError::new(
                actix_web::http::StatusCode::BAD_REQUEST,
                "refresh_token_already_used",
                "Invalid Refresh Token: Already Used",
            ));
        }
    }
    tx.execute(
        "update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where token = $1",
        &[&token],
    )
    .await?;
    let successor = add_refresh_token(tx, session_id, user_id, Some(token)).await?;
    tx.execute(
        "update auth.sessions set refreshed_at = clock_timestamp() at time zone 'utc', \
         updated_at = clock_timestamp() where id = $1",
        &[&session_id],
    )
    .await?;
    tx.execute(
        "update auth.users set updated_at = clock_timestamp() where id = $1",
        &[&user_id],
    )
    .await?;
    issue(gotrue, tx, user_id, session_id, successor).await
}

/// The mock issues the older form alone; the newer ones, which are longer, are never its own.
fn is_well_formed(token: &str) -> bool {
    token.len() == REFRESH_TOKEN_LENGTH
        && token
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Which sessions a sign-out ends.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    Local,
    Global,
    Others,
}

/// Their refresh tokens go with them.
pub(super) async fn end(
    db: &impl GenericClient,
    scope: Scope,
    user_id: Uuid,
    session_id: Option<Uuid>,
) -> Result<(), AuthError> {
    match scope {
        Scope::Global => {
            db.execute("delete from auth.sessions where user_id = $1", &[&user_id])
                .await?;
        }
        Scope::Local => {
            db.execute("delete from auth.sessions where id = $1", &[&session_id])
                .await?;
        }
        Scope::Others => {
            db.execute(
                "delete from auth.sessions where user_id = $1 and id is distinct from $2",
                &[&user_id, &session_id],
            )
            .await?;
        }
    }
    Ok(())
}

async fn issue(
    gotrue: &GoTrue,
    tx: &Transaction<'_>,
    user_id: Uuid,
    session_id: Uuid,
    refresh_token: String,
) -> Result<Issued, AuthError> {
    let settings = gotrue.settings();
    let user = User::by_id(tx, user_id, Lock::No)
        .await?
        .ok_or_else(not_found)?;
    let amr = tx
        .query(
            "select authentication_method, extract(epoch from created_at)::bigint \
             from auth.mfa_amr_claims where session_id = $1 order by created_at desc",
            &[&session_id],
        )
        .await?
        .iter()
        .map(|row| json!({ "method": row.get::<_, &str>(0), "timestamp": row.get::<_, i64>(1) }))
        .collect();
    let iat = jiff::Timestamp::now().as_second();
    let exp = iat + settings.jwt_exp_s;
    let access_token = gotrue.keys().sign(&Claims {
        iss: &settings.issuer,
        sub: user.id,
        aud: "authenticated",
        exp,
        iat,
        email: &user.email,
        phone: "",
        app_metadata: &user.app_metadata,
        user_metadata: &user.user_metadata,
        role: "authenticated",
        aal: "aal1",
        amr,
        session_id,
        is_anonymous: user.is_anonymous,
    })?;
    Ok(Issued {
        access_token,
        token_type: "bearer",
        expires_in: settings.jwt_exp_s,
        expires_at: exp,
        refresh_token,
        user,
    })
}

async fn add_refresh_token(
    tx: &Transaction<'_>,
    session_id: Uuid,
    user_id: Uuid,
    parent: Option<&str>,
) -> Result<String, AuthError> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut rng = [0_u8; REFRESH_TOKEN_LENGTH];
    rand::rng().fill(&mut rng);
    let token: String = rng
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    tx.execute(
        "insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, \
         session_id) values ('00000000-0000-0000-0000-000000000000', $1, $2::uuid::text, false, \
         clock_timestamp(), clock_timestamp(), $3, $4)",
        &[&token, &user_id, &parent, &session_id],
    )
    .await?;
    Ok(token)
}

fn not_found() -> AuthError {
    AuthError::new(
        actix_web::http::StatusCode::BAD_REQUEST,
        "refresh_token_not_found",
        "Invalid Refresh Token: Refresh Token Not Found",
    )
}
