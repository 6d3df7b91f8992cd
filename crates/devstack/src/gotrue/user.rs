//! Accounts as they stand in `auth.users` and `auth.identities`, and as GoTrue shows them.

use deadpool_postgres::GenericClient;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::AuthError;

const TIMES: [&str; 12] = [
    "email_confirmed_at",
    "invited_at",
    "confirmation_sent_at",
    "confirmed_at",
    "recovery_sent_at",
    "email_change_sent_at",
    "reauthentication_sent_at",
    "last_sign_in_at",
    "created_at",
    "updated_at",
    "banned_until",
    "deleted_at",
];

/// Serialises as GoTrue's user object: absent times are left out, an absent e-mail is `""`.
#[derive(Serialize)]
pub(super) struct User {
    pub(super) id: Uuid,
    aud: String,
    role: String,
    pub(super) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_confirmed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_at: Option<String>,
    phone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmation_sent_at: Option<String>,
    /// A generated column: GoTrue does not show it in the answer to the request that confirms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confirmed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_sent_at: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) new_email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_change_sent_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reauthentication_sent_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in_at: Option<String>,
    pub(super) app_metadata: Value,
    pub(super) user_metadata: Value,
    pub(super) identities: Vec<Identity>,
    created_at: Option<String>,
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<String>,
    pub(super) is_anonymous: bool,
    #[serde(skip)]
    pub(super) password_hash: Option<String>,
    #[serde(skip)]
    pub(super) email_change_confirmed_once: bool,
    #[serde(skip)]
    pub(super) banned: bool,
}

#[derive(Serialize)]
pub(super) struct Identity {
    identity_id: Uuid,
    id: String,
    user_id: Uuid,
    pub(super) identity_data: Value,
    provider: String,
    last_sign_in_at: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

impl User {
    pub(super) fn is_confirmed(&self) -> bool {
        self.email_confirmed_at.is_some()
    }

    pub(super) fn has_password(&self) -> bool {
        self.password_hash
            .as_deref()
            .is_some_and(|hash| !hash.is_empty())
    }

    /// What a registration of an address that is taken and confirmed is shown: nobody's account.
    pub(super) fn obfuscated(email: String, data: Map<String, Value>) -> Self {
        let now = go_time(jiff::Timestamp::now().to_string());
        Self {
            id: Uuid::new_v4(),
            aud: "authenticated".to_owned(),
            role: String::new(),
            email,
            email_confirmed_at: None,
            invited_at: None,
            phone: "",
            confirmation_sent_at: Some(now.clone()),
            confirmed_at: None,
            recovery_sent_at: None,
            new_email: String::new(),
            email_change_sent_at: None,
            reauthentication_sent_at: None,
            last_sign_in_at: None,
            app_metadata: email_provider(),
            user_metadata: Value::Object(data),
            identities: Vec::new(),
            created_at: Some(now.clone()),
            updated_at: Some(now),
            banned_until: None,
            deleted_at: None,
            is_anonymous: false,
            password_hash: None,
            email_change_confirmed_once: false,
            banned: false,
        }
    }

    pub(super) async fn by_id(
        db: &impl GenericClient,
        id: Uuid,
        lock: Lock,
    ) -> Result<Option<Self>, AuthError> {
        Self::find(db, "id = $1", &id, lock).await
    }

    /// `email` in lower case.
    pub(super) async fn by_email(
        db: &impl GenericClient,
        email: &str,
        lock: Lock,
    ) -> Result<Option<Self>, AuthError> {
        Self::find(db, "email = $1", &email, lock).await
    }

    async fn find(
        db: &impl GenericClient,
        condition: &str,
        argument: &(dyn tokio_postgres::types::ToSql + Sync),
        lock: Lock,
    ) -> Result<Option<Self>, AuthError> {
        let lock = match lock {
            Lock::No => "",
            Lock::ForUpdate => " for update",
        };
        let statement = format!(
            "select id, coalesce(aud, '') as aud, coalesce(role, '') as role, coalesce(email, '') as email, \
             encrypted_password, {}, coalesce(email_change, '') as email_change, \
             coalesce(email_change_confirm_status, 0) = 1 as confirmed_once, \
             coalesce(raw_app_meta_data, '{{}}') as app, coalesce(raw_user_meta_data, '{{}}') as data, \
             is_anonymous, coalesce(banned_until > now(), false) as banned \
             from auth.users where {condition}{lock}",
            TIMES.map(time).join(", "),
        );
        let Some(row) = db.query_opt(&statement, &[argument]).await? else {
            return Ok(None);
        };
        let id: Uuid = row.get("id");
        Ok(Some(Self {
            id,
            aud: row.get("aud"),
            role: row.get("role"),
            email: row.get("email"),
            email_confirmed_at: shown(&row, "email_confirmed_at"),
            invited_at: shown(&row, "invited_at"),
            phone: "",
            confirmation_sent_at: shown(&row, "confirmation_sent_at"),
            confirmed_at: shown(&row, "confirmed_at"),
            recovery_sent_at: shown(&row, "recovery_sent_at"),
            new_email: row.get("email_change"),
            email_change_sent_at: shown(&row, "email_change_sent_at"),
            reauthentication_sent_at: shown(&row, "reauthentication_sent_at"),
            last_sign_in_at: shown(&row, "last_sign_in_at"),
            app_metadata: row.get("app"),
            user_metadata: row.get("data"),
            identities: identities(db, id).await?,
            created_at: shown(&row, "created_at"),
            updated_at: shown(&row, "updated_at"),
            banned_until: shown(&row, "banned_until"),
            deleted_at: shown(&row, "deleted_at"),
            is_anonymous: row.get("is_anonymous"),
            password_hash: row.get("encrypted_password"),
            email_change_confirmed_once: row.get("confirmed_once"),
            banned: row.get("banned"),
        }))
    }
}

#[derive(Clone, Copy)]
pub(super) enum Lock {
    No,
    ForUpdate,
}

/// A new account; `email` and `password_hash` are absent for anonymous ones.
pub(super) struct NewUser<'a> {
    pub(super) id: Uuid,
    pub(super) email: Option<&'a str>,
    pub(super) password_hash: Option<&'a str>,
    pub(super) data: Map<String, Value>,
    /// Made or invited by an administrator: the metadata is what they gave. Whoever signs up finds the claims of
    /// their identity in it.
    pub(super) by_admin: bool,
    pub(super) app_metadata: Value,
}

impl NewUser<'_> {
    /// With an e-mail address also its identity. `None` when the address is taken.
    pub(super) async fn insert(self, db: &impl GenericClient) -> Result<Option<()>, AuthError> {
        let mut claims = match self.email {
            Some(email) => json!({
                "sub": self.id,
                "email": email,
                "email_verified": false,
                "phone_verified": false,
            }),
            None => json!({}),
        };
        let mut data = Value::Object(self.data);
        if !self.by_admin {
            for (name, claim) in claims.as_object().into_iter().flatten() {
                data[name] = claim.clone();
            }
            claims.clone_from(&data);
        }
        let inserted = db
            .execute(
                "insert into auth.users (instance_id, id, aud, role, email, encrypted_password, \
                 raw_app_meta_data, raw_user_meta_data, created_at, updated_at, is_anonymous, \
                 confirmation_token, recovery_token, email_change_token_new, email_change) \
                 values ('00000000-0000-0000-0000-000000000000', $1, 'authenticated', 'authenticated', \
                 $2, coalesce($3, ''), $4, $5, clock_timestamp(), clock_timestamp(), $6, '', '', '', '') \
                 on conflict (email) where (is_sso_user = false) do nothing",
                &[
                    &self.id,
                    &self.email,
                    &self.password_hash,
                    &self.app_metadata,
                    &data,
                    &self.email.is_none(),
                ],
            )
            .await?;
        if inserted == 0 {
            return Ok(None);
        }
        if self.email.is_some() {
            insert_identity(db, self.id, &claims).await?;
        }
        Ok(Some(()))
    }
}

async fn insert_identity(
    db: &impl GenericClient,
    user_id: Uuid,
    data: &Value,
) -> Result<(), AuthError> {
    db.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, \
         created_at, updated_at) \
         values ($1::uuid::text, $1, $2, 'email', clock_timestamp(), clock_timestamp(), clock_timestamp())",
        &[&user_id, data],
    )
    .await?;
    Ok(())
}

pub(super) fn banned() -> AuthError {
    AuthError::forbidden("user_banned", "User is banned")
}

pub(super) fn taken() -> AuthError {
    AuthError::unprocessable(
        "email_exists",
        "A user with this email address has already been registered",
    )
}

/// Voids every e-mail under way.
pub(super) async fn set_password(
    db: &impl GenericClient,
    id: Uuid,
    hash: &str,
) -> Result<(), AuthError> {
    db.execute(
        "update auth.users set encrypted_password = $2, confirmation_sent_at = null, recovery_sent_at = null, \
         email_change_sent_at = null, reauthentication_sent_at = null, updated_at = clock_timestamp() where id = $1",
        &[&id, &hash],
    )
    .await?;
    void_mails(db, id).await
}

pub(super) async fn void_mails(db: &impl GenericClient, id: Uuid) -> Result<(), AuthError> {
    db.execute(
        "delete from auth.one_time_tokens where user_id = $1",
        &[&id],
    )
    .await?;
    Ok(())
}

/// The address in the user's e-mail identity, which is made where there is none.
pub(super) async fn set_identity_email(
    db: &impl GenericClient,
    user: &User,
    email: &str,
    verified: bool,
) -> Result<(), AuthError> {
    let claims = json!({
        "sub": user.id,
        "email": email,
        "email_verified": verified,
        "phone_verified": false,
    });
    if user.identities.is_empty() {
        return insert_identity(db, user.id, &claims).await;
    }
    db.execute(
        "update auth.identities set identity_data = identity_data || $2, updated_at = clock_timestamp() \
         where user_id = $1 and provider = 'email'",
        &[&user.id, &claims],
    )
    .await?;
    Ok(())
}

/// Leaves the row, without anything that would identify or sign in anybody.
pub(super) async fn delete_softly(db: &impl GenericClient, id: Uuid) -> Result<(), AuthError> {
    const OBFUSCATED: &str =
        "encode(sha256(convert_to(id::text || coalesce(email, ''), 'utf8')), 'hex')";
    db.execute(
        &format!(
            "update auth.users set email = {OBFUSCATED}, email_change = '', encrypted_password = null, \
             raw_user_meta_data = '{{}}', raw_app_meta_data = '{{}}', deleted_at = clock_timestamp() \
             where id = $1 and deleted_at is null"
        ),
        &[&id],
    )
    .await?;
    void_mails(db, id).await?;
    db.execute(
        "update auth.identities set identity_data = '{}', \
         provider_id = encode(sha256(convert_to(user_id::text || provider_id, 'utf8')), 'hex') where user_id = $1",
        &[&id],
    )
    .await?;
    db.execute("delete from auth.sessions where user_id = $1", &[&id])
        .await?;
    Ok(())
}

/// The address is the user's own from now on, and no e-mail under way is worth anything.
pub(super) async fn confirm_email(db: &impl GenericClient, id: Uuid) -> Result<(), AuthError> {
    db.execute(
        "update auth.users set email_confirmed_at = clock_timestamp(), updated_at = clock_timestamp(), \
         raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{\"email_verified\": true}' \
         where id = $1",
        &[&id],
    )
    .await?;
    void_mails(db, id).await
}

/// As GoTrue merges `data`: a null removes its key, anything else replaces it, the rest stays.
pub(super) async fn merge_metadata(
    db: &impl GenericClient,
    user: &User,
    data: &Map<String, Value>,
) -> Result<(), AuthError> {
    let merged = merged(&user.user_metadata, data);
    db.execute(
        "update auth.users set raw_user_meta_data = $2, updated_at = clock_timestamp() where id = $1",
        &[&user.id, &merged],
    )
    .await?;
    Ok(())
}

pub(super) async fn merge_app_metadata(
    db: &impl GenericClient,
    user: &User,
    data: &Map<String, Value>,
) -> Result<(), AuthError> {
    let merged = merged(&user.app_metadata, data);
    db.execute(
        "update auth.users set raw_app_meta_data = $2, updated_at = clock_timestamp() where id = $1",
        &[&user.id, &merged],
    )
    .await?;
    Ok(())
}

fn merged(present: &Value, data: &Map<String, Value>) -> Value {
    let mut merged = present.as_object().cloned().unwrap_or_default();
    for (key, value) in data {
        if value.is_null() {
            merged.remove(key);
        } else {
            merged.insert(key.clone(), value.clone());
        }
    }
    Value::Object(merged)
}

pub(super) fn email_provider() -> Value {
    json!({ "provider": "email", "providers": ["email"] })
}

async fn identities(db: &impl GenericClient, user_id: Uuid) -> Result<Vec<Identity>, AuthError> {
    let statement = format!(
        "select id, provider_id, identity_data, provider, email, {}, {}, {} \
         from auth.identities where user_id = $1 order by auth.identities.created_at",
        time("last_sign_in_at"),
        time("created_at"),
        time("updated_at"),
    );
    let rows = db.query(&statement, &[&user_id]).await?;
    Ok(rows
        .iter()
        .map(|row| Identity {
            identity_id: row.get("id"),
            id: row.get("provider_id"),
            user_id,
            identity_data: row.get("identity_data"),
            provider: row.get("provider"),
            last_sign_in_at: shown(row, "last_sign_in_at"),
            created_at: shown(row, "created_at"),
            updated_at: shown(row, "updated_at"),
            email: row.get("email"),
        })
        .collect())
}

/// A column as text in UTC.
fn time(column: &str) -> String {
    format!("to_char({column} at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') as {column}")
}

fn shown(row: &Row, column: &str) -> Option<String> {
    row.get::<_, Option<String>>(column).map(go_time)
}

/// Go prints no trailing zeros in fractions of a second.
fn go_time(time: String) -> String {
    match time.strip_suffix('Z').filter(|time| time.contains('.')) {
        Some(digits) => format!("{}Z", digits.trim_end_matches('0').trim_end_matches('.')),
        None => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_no_trailing_zeros() {
        for (given, wanted) in [
            ("2026-11-23T23:17:12.192460Z", "2026-11-23T23:17:12.19246Z"),
            ("2026-11-23T23:17:12.000000Z", "2026-11-23T23:17:12Z"),
            ("2026-11-23T23:17:10Z", "2026-11-23T23:17:10Z"),
        ] {
            assert_eq!(go_time(given.to_owned()), wanted);
        }
    }
}
