//! E-mails with one-time tokens: they go to the stack's mailbox.

use deadpool_postgres::{GenericClient, Transaction};
use rand::RngExt as _;
use sha2::{Digest as _, Sha224};
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;

use super::GoTrue;
use super::error::AuthError;
use super::user::User;
use crate::mailbox::Mail;

/// What an e-mail asks its reader to confirm.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Signup,
    Recovery,
    EmailChange,
}

impl Kind {
    fn sent_at_column(self) -> &'static str {
        match self {
            Self::Signup => "confirmation_sent_at",
            Self::Recovery => "recovery_sent_at",
            Self::EmailChange => "email_change_sent_at",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Signup => "signup",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
        }
    }
}

/// Mails that leave once their transaction has been committed.
#[must_use]
pub(super) struct Pending(Vec<Mail>);

impl Pending {
    pub(super) fn send(self, gotrue: &GoTrue) {
        for mail in self.0 {
            gotrue.mailbox().push(mail);
        }
    }
}

/// Refuses (429) when one of this kind went to the user less than `mail_max_frequency_s` ago. A change of
/// address goes to the new one, and to the present one too: both must agree.
pub(super) async fn prepare(
    gotrue: &GoTrue,
    tx: &Transaction<'_>,
    user: &User,
    kind: Kind,
    redirect_to: &str,
) -> Result<Pending, AuthError> {
    check_frequency(gotrue, tx, user.id, kind).await?;
    // As GoTrue: what would not survive in a query is encoded, an address already encoded stays.
    let redirect_to = if redirect_to.contains(['&', '=', '#']) {
        byte_serialize(redirect_to.as_bytes()).collect()
    } else {
        redirect_to.to_owned()
    };
    let mut mails = Vec::new();
    let recipients: Vec<(&str, &str)> = match kind {
        Kind::Signup => vec![("confirmation_token", &user.email)],
        Kind::Recovery => vec![("recovery_token", &user.email)],
        Kind::EmailChange => [
            ("email_change_token_current", user.email.as_str()),
            ("email_change_token_new", user.new_email.as_str()),
        ]
        .into_iter()
        .filter(|(_, to)| !to.is_empty())
        .collect(),
    };
    for (token_type, to) in recipients {
        let token = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
        let token_hash = token_hash(to, &token);
        tx.execute(
            "insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at) \
             values ($1, $2, $3::text::auth.one_time_token_type, $4, $5, \
             clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc') \
             on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, \
             relates_to = excluded.relates_to, created_at = excluded.created_at, updated_at = excluded.updated_at",
            &[&Uuid::new_v4(), &user.id, &token_type, &token_hash, &to],
        )
        .await?;
        mails.push(Mail {
            to: to.to_owned(),
            kind: kind.name().to_owned(),
            link: format!(
                "{}/verify?token={token_hash}&type={}&redirect_to={redirect_to}",
                gotrue.settings().issuer,
                kind.name()
            ),
            token,
            token_hash,
            sent_at: jiff::Timestamp::now(),
        });
    }
    tx.execute(
        &format!(
            "update auth.users set {} = clock_timestamp(), updated_at = clock_timestamp() where id = $1",
            kind.sent_at_column()
        ),
        &[&user.id],
    )
    .await?;
    Ok(Pending(mails))
}

async fn check_frequency(
    gotrue: &GoTrue,
    db: &impl GenericClient,
    user_id: Uuid,
    kind: Kind,
) -> Result<(), AuthError> {
    let wait: Option<f64> = db
        .query_one(
            &format!(
                "select extract(epoch from {} + make_interval(secs => $2) - clock_timestamp())::float8 \
                 from auth.users where id = $1",
                kind.sent_at_column()
            ),
            &[&user_id, &gotrue.settings().mail_max_frequency_s_f64()],
        )
        .await?
        .get(0);
    match wait {
        Some(seconds) if seconds > 0.0 => Err(AuthError::rate_limited(
            "over_email_send_rate_limit",
            format!("For security purposes, you can only request this after {seconds:.0} seconds."),
        )),
        _ => Ok(()),
    }
}

/// How GoTrue stores a one-time token: bound to its address.
pub(super) fn token_hash(email: &str, token: &str) -> String {
    Sha224::new()
        .chain_update(email)
        .chain_update(token)
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
