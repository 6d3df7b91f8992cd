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
    Invite,
    MagicLink,
    Recovery,
    EmailChange,
    Reauthentication,
}

impl Kind {
    fn sent_at_column(self) -> &'static str {
        match self {
            Self::Signup | Self::Invite => "confirmation_sent_at",
            Self::MagicLink | Self::Recovery => "recovery_sent_at",
            Self::EmailChange => "email_change_sent_at",
            Self::Reauthentication => "reauthentication_sent_at",
        }
    }

    /// As `/verify` takes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Signup => "signup",
            Self::Invite => "invite",
            Self::MagicLink => "magiclink",
            Self::Recovery => "recovery",
            Self::EmailChange => "email_change",
            Self::Reauthentication => "reauthentication",
        }
    }

    /// Which tokens it takes, and to whom each goes. A change of address goes to the new one, and to the present
    /// one too: both must agree.
    fn recipients(self, user: &User) -> Vec<(&'static str, &str)> {
        match self {
            Self::Signup | Self::Invite => vec![("confirmation_token", &user.email)],
            Self::MagicLink | Self::Recovery => vec![("recovery_token", &user.email)],
            Self::Reauthentication => vec![("reauthentication_token", &user.email)],
            Self::EmailChange => [
                ("email_change_token_current", user.email.as_str()),
                ("email_change_token_new", user.new_email.as_str()),
            ]
            .into_iter()
            .filter(|(_, to)| !to.is_empty())
            .collect(),
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

/// Refuses (429) when one of this kind went to the user less than `mail_max_frequency_s` ago; invitations may
/// follow each other.
pub(super) async fn prepare(
    gotrue: &GoTrue,
    tx: &Transaction<'_>,
    user: &User,
    kind: Kind,
    redirect_to: &str,
) -> Result<Pending, AuthError> {
    if kind != Kind::Invite {
        check_frequency(gotrue, tx, user.id, kind).await?;
    }
    let mut mails = Vec::new();
    for (token_type, to) in kind.recipients(user) {
        let token = digits();
        let token_hash = token_hash(to, &token);
        store_token(tx, user.id, token_type, &token_hash, to).await?;
        let has_link = kind != Kind::Reauthentication;
        mails.push(Mail {
            to: to.to_owned(),
            kind: kind.name().to_owned(),
            link: if has_link {
                link(gotrue, &token_hash, kind, redirect_to)
            } else {
                String::new()
            },
            token,
            token_hash: if has_link { token_hash } else { String::new() },
            sent_at: jiff::Timestamp::now(),
        });
    }
    mark_sent(tx, user.id, kind).await?;
    Ok(Pending(mails))
}

pub(super) fn digits() -> String {
    format!("{:06}", rand::rng().random_range(0..1_000_000_u32))
}

/// The address that `/verify` is called by.
pub(super) fn link(gotrue: &GoTrue, token_hash: &str, kind: Kind, redirect_to: &str) -> String {
    // As GoTrue: what would not survive in a query is encoded, an address already encoded stays.
    let redirect_to = if redirect_to.contains(['&', '=', '#']) {
        byte_serialize(redirect_to.as_bytes()).collect()
    } else {
        redirect_to.to_owned()
    };
    format!(
        "{}/verify?token={token_hash}&type={}&redirect_to={redirect_to}",
        gotrue.settings().issuer,
        kind.name()
    )
}

/// Replaces the one of its type that is under way.
pub(super) async fn store_token(
    tx: &Transaction<'_>,
    user_id: Uuid,
    token_type: &str,
    token_hash: &str,
    to: &str,
) -> Result<(), AuthError> {
    tx.execute(
        "insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at) \
         values ($1, $2, $3::text::auth.one_time_token_type, $4, $5, \
         clock_timestamp() at time zone 'utc', clock_timestamp() at time zone 'utc') \
         on conflict (user_id, token_type) do update set token_hash = excluded.token_hash, \
         relates_to = excluded.relates_to, created_at = excluded.created_at, updated_at = excluded.updated_at",
        &[&Uuid::new_v4(), &user_id, &token_type, &token_hash, &to],
    )
    .await?;
    Ok(())
}

pub(super) async fn mark_sent(
    tx: &Transaction<'_>,
    user_id: Uuid,
    kind: Kind,
) -> Result<(), AuthError> {
    let invited = match kind {
        Kind::Invite => "invited_at = clock_timestamp(), ",
        _ => "",
    };
    tx.execute(
        &format!(
            "update auth.users set {invited}{} = clock_timestamp(), updated_at = clock_timestamp() where id = $1",
            kind.sent_at_column()
        ),
        &[&user_id],
    )
    .await?;
    Ok(())
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
