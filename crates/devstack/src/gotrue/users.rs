//! `/admin/users`: accounts as the service role sees them.

use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, web};
use deadpool_postgres::Transaction;
use serde_json::json;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::account::refuse_taken;
use super::caller::require_admin;
use super::error::AuthError;
use super::go_duration;
use super::params::{self, Params};
use super::redirect::query;
use super::session::{self, Scope};
use super::user::{self, Lock, NewUser, User};
use super::{GoTrue, password};

const PER_PAGE: u64 = 50;

/// `{email, password?, password_hash?, email_confirm?, user_metadata?, app_metadata?, role?, ban_duration?, id?}`.
pub(super) async fn create(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let params = params(&body)?;
    if params.text("email").is_empty() {
        return Err(AuthError::invalid(
            "Cannot create a user without either an email or phone",
        ));
    }
    let email = params::email(params.text("email"))?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    refuse_taken(&tx, &email).await?;
    let password_hash = hash_of(&params).await?;
    let id = match params.text("id") {
        "" => Uuid::new_v4(),
        given => Uuid::parse_str(given)
            .map_err(|_| AuthError::invalid("ID must conform to the uuid v4 format"))?,
    };
    let ban = ban_seconds(&params)?;
    let new = NewUser {
        id,
        email: Some(&email),
        password_hash: Some(&password_hash),
        data: params.object("user_metadata").cloned().unwrap_or_default(),
        by_admin: true,
        app_metadata: user::email_provider(),
    };
    new.insert(&tx).await?.ok_or_else(user::taken)?;
    let user = found(&tx, id).await?;
    if let Some(given) = params.object("app_metadata") {
        user::merge_app_metadata(&tx, &user, given).await?;
    }
    if params.flag("email_confirm") {
        user::confirm_email(&tx, id).await?;
    }
    set_role(&tx, id, params.text("role")).await?;
    set_ban(&tx, id, ban).await?;
    let user = found(&tx, id).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(user))
}

/// The hash given, else of the password given, else of one that nobody knows.
async fn hash_of(params: &Params) -> Result<String, AuthError> {
    let hash = params.text("password_hash");
    if params.optional_text("password").is_some() && !hash.is_empty() {
        return Err(AuthError::invalid(
            "Only a password or a password hash should be provided",
        ));
    }
    match params.text("password") {
        "" if !hash.is_empty() => Ok(hash.to_owned()),
        "" => password::hash(&Uuid::new_v4().to_string()).await,
        given if given.len() > password::LONGEST_BYTES => Err(AuthError::invalid(
            "bcrypt: password length exceeds 72 bytes",
        )),
        given => password::hash(given).await,
    }
}

pub(super) async fn read(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let user = User::by_id(&gotrue.db().await?, user_id(&id)?, Lock::No).await?;
    Ok(HttpResponse::Ok().json(user.ok_or_else(not_found)?))
}

/// `?page&per_page&sort&filter`, newest first; `Link` and `X-Total-Count` beside `{users, aud}`.
pub(super) async fn list(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let direction = sort_direction(&req)?;
    let page = number(&req, "page", 1)?.max(1);
    let per_page = match number(&req, "per_page", PER_PAGE)? {
        0 => 20,
        given => given,
    };
    let filter = query(&req, "filter").filter(|filter| !filter.is_empty());
    let db = gotrue.db().await?;
    let pattern = filter.map(|filter| format!("%{filter}%"));
    let rows = db
        .query(
            &format!(
                "select id, count(*) over () from auth.users where aud = 'authenticated' and \
                 ($1::text is null or email like $1 or raw_user_meta_data->>'full_name' ilike $1) \
                 order by created_at {direction} limit $2 offset $3"
            ),
            &[
                &pattern,
                &i64::try_from(per_page).unwrap_or(i64::MAX),
                &i64::try_from((page - 1).saturating_mul(per_page)).unwrap_or(i64::MAX),
            ],
        )
        .await?;
    let total = match rows.first() {
        Some(row) => row.get(1),
        None => count(&db, pattern.as_deref()).await?,
    };
    let mut users = Vec::with_capacity(rows.len());
    for row in &rows {
        users.extend(User::by_id(&db, row.get(0), Lock::No).await?);
    }
    let total = u64::try_from(total).unwrap_or_default();
    Ok(HttpResponse::Ok()
        .insert_header((LINK, links(&req, page, total.div_ceil(per_page))))
        .insert_header(("x-total-count", total.to_string()))
        .json(json!({ "users": users, "aud": "authenticated" })))
}

async fn count(
    db: &impl deadpool_postgres::GenericClient,
    pattern: Option<&str>,
) -> Result<i64, AuthError> {
    let row = db
        .query_one(
            "select count(*) from auth.users where aud = 'authenticated' and \
             ($1::text is null or email like $1 or raw_user_meta_data->>'full_name' ilike $1)",
            &[&pattern],
        )
        .await?;
    Ok(row.get(0))
}

fn sort_direction(req: &HttpRequest) -> Result<&'static str, AuthError> {
    let refused = |why: String| AuthError::invalid(format!("Bad Sort Parameters: {why}"));
    let Some(sort) = query(req, "sort") else {
        return Ok("desc");
    };
    let (field, direction) = sort.split_once(' ').unwrap_or((&sort, "desc"));
    if field != "created_at" {
        return Err(refused(format!("bad field for sort '{field}'")));
    }
    match direction.to_ascii_lowercase().as_str() {
        "asc" => Ok("asc"),
        "desc" => Ok("desc"),
        _ => Err(refused(format!(
            "bad direction for sort '{direction}', only 'asc' and 'desc' allowed"
        ))),
    }
}

fn number(req: &HttpRequest, name: &str, default: u64) -> Result<u64, AuthError> {
    match query(req, name).as_deref() {
        None | Some("") => Ok(default),
        Some(text) => text.parse().map_err(|_| {
            AuthError::invalid(format!(
                "Bad Pagination Parameters: strconv.ParseUint: parsing {text:?}: invalid syntax"
            ))
        }),
    }
}

/// `next`, if there is one, and `last`.
fn links(req: &HttpRequest, page: u64, pages: u64) -> String {
    let to = |page: u64| {
        let mut query = Serializer::new(String::new());
        query.append_pair("page", &page.to_string());
        for (name, value) in url::form_urlencoded::parse(req.query_string().as_bytes()) {
            if name != "page" {
                query.append_pair(&name, &value);
            }
        }
        format!("</admin/users?{}>", query.finish())
    };
    let last = format!("{}; rel=\"last\"", to(pages));
    if pages > page {
        format!("{}; rel=\"next\", {last}", to(page + 1))
    } else {
        last
    }
}

/// Like [`create`]'s body; what is absent stays. A new password ends all sessions.
pub(super) async fn update(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let id = user_id(&id)?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    let user = User::by_id(&tx, id, Lock::ForUpdate)
        .await?
        .ok_or_else(not_found)?;
    let params = params(&body)?;
    let email = match params.text("email") {
        "" => None,
        given => Some(params::email(given)?),
    };
    let ban = ban_seconds(&params)?;
    if let Some(given) = params.optional_text("password") {
        password::check_strength(gotrue.settings(), given)?;
        user::set_password(&tx, id, &password::hash(given).await?).await?;
        session::end(&tx, Scope::Global, id, None).await?;
    }
    set_role(&tx, id, params.text("role")).await?;
    if params.flag("email_confirm") {
        user::confirm_email(&tx, id).await?;
    }
    if let Some(email) = &email {
        set_email(&tx, &user, email, params.flag("email_confirm")).await?;
    }
    let user = found(&tx, id).await?;
    if let Some(given) = params.object("app_metadata") {
        user::merge_app_metadata(&tx, &user, given).await?;
    }
    if let Some(given) = params.object("user_metadata") {
        user::merge_metadata(&tx, &user, given).await?;
    }
    set_ban(&tx, id, ban).await?;
    let user = found(&tx, id).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(user))
}

/// As a real one: an address that another account has fails at the database, with 500.
async fn set_email(
    tx: &Transaction<'_>,
    user: &User,
    email: &str,
    confirmed: bool,
) -> Result<(), AuthError> {
    tx.execute(
        "update auth.users set email = $2, is_anonymous = is_anonymous and not $3 where id = $1",
        &[&user.id, &email, &confirmed],
    )
    .await
    .map_err(|_| AuthError::internal("Error updating user"))?;
    user::set_identity_email(tx, user, email, confirmed).await
}

/// `{should_soft_delete?}`. Sessions, tokens, identities and, by its foreign keys, the application's rows go with
/// the account; deleted softly, its row stays without what would identify anybody.
pub(super) async fn delete(
    gotrue: web::Data<GoTrue>,
    req: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, AuthError> {
    require_admin(&gotrue, &req)?;
    let id = user_id(&id)?;
    let mut db = gotrue.db().await?;
    let tx = db.transaction().await?;
    User::by_id(&tx, id, Lock::ForUpdate)
        .await?
        .ok_or_else(not_found)?;
    let softly = !body.is_empty()
        && Params::parse(&body, "adminUserDeleteParams", &[], &[])?.flag("should_soft_delete");
    if softly {
        user::delete_softly(&tx, id).await?;
    } else {
        tx.execute("delete from auth.users where id = $1", &[&id])
            .await?;
    }
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

fn params(body: &[u8]) -> Result<Params, AuthError> {
    Params::parse(
        body,
        "AdminUserParams",
        &[
            "id",
            "email",
            "password",
            "password_hash",
            "role",
            "ban_duration",
        ],
        &["user_metadata", "app_metadata"],
    )
}

/// `Some(0)` lifts a ban.
fn ban_seconds(params: &Params) -> Result<Option<f64>, AuthError> {
    match params.text("ban_duration") {
        "" => Ok(None),
        "none" => Ok(Some(0.0)),
        given => go_duration::seconds(given)
            .map(Some)
            .map_err(|why| AuthError::invalid(format!("invalid format for ban duration: {why}"))),
    }
}

async fn set_ban(tx: &Transaction<'_>, id: Uuid, seconds: Option<f64>) -> Result<(), AuthError> {
    if let Some(seconds) = seconds {
        tx.execute(
            "update auth.users set banned_until = case when $2::float8 <> 0 \
             then clock_timestamp() + make_interval(secs => $2) end where id = $1",
            &[&id, &seconds],
        )
        .await?;
    }
    Ok(())
}

async fn set_role(tx: &Transaction<'_>, id: Uuid, role: &str) -> Result<(), AuthError> {
    if !role.is_empty() {
        tx.execute(
            "update auth.users set role = $2 where id = $1",
            &[&id, &role],
        )
        .await?;
    }
    Ok(())
}

async fn found(tx: &Transaction<'_>, id: Uuid) -> Result<User, AuthError> {
    User::by_id(tx, id, Lock::No).await?.ok_or_else(not_found)
}

fn user_id(id: &str) -> Result<Uuid, AuthError> {
    Uuid::parse_str(id).map_err(|_| {
        AuthError::new(
            StatusCode::NOT_FOUND,
            "validation_failed",
            "user_id must be an UUID",
        )
    })
}

fn not_found() -> AuthError {
    AuthError::new(StatusCode::NOT_FOUND, "user_not_found", "User not found")
}
