//! Who calls, whom a session belongs to, and as whom the database is asked.

pub mod verifier;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::events::Listener;
use crate::supabase::postgrest::Identity;

/// Whom a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A user of Supabase Auth (anonymous sign-ins included), by `sub`.
    User(Uuid),
    /// Anybody who knows a guest session's id.
    Guest,
}

/// Who calls.
#[derive(Clone)]
pub enum Caller {
    /// Without a token; the session's id is the capability.
    Guest,
    User(User),
}

/// A caller whose access token was verified.
#[derive(Clone)]
pub struct User {
    /// `sub` of the token.
    pub id: Uuid,
    pub access_token: Arc<str>,
    pub token_expires_at: Timestamp,
}

/// A token that expires sooner could run out before the result of its request is written.
const TOKEN_RESERVE: Duration = Duration::from_secs(60);

impl Caller {
    pub fn principal(&self) -> Principal {
        match self {
            Self::Guest => Principal::Guest,
            Self::User(user) => Principal::User(user.id),
        }
    }

    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Guest => None,
            Self::User(user) => Some(user),
        }
    }

    /// How long the caller's rights last: until the token expires. A guest's do not end.
    pub(crate) fn time_left(&self) -> Duration {
        self.user().map_or(Duration::MAX, |user| {
            let left = user.token_expires_at.duration_since(Timestamp::now());
            Duration::try_from(left).unwrap_or_default()
        })
    }

    /// Whether the token has too little time left to begin work that writes its result later.
    pub(crate) fn token_is_expiring(&self) -> bool {
        self.time_left() < TOKEN_RESERVE
    }

    /// With whose rights messages about a session are asked for.
    pub(crate) fn listener(&self) -> Listener {
        self.user().map_or(Listener::Guest, |user| Listener::User {
            access_token: Arc::clone(&user.access_token),
            expires_at: user.token_expires_at,
        })
    }

    /// As whom PostgREST is asked about a session, which guests must name.
    pub(crate) fn identity(&self, session_id: impl Into<Option<Uuid>>) -> Identity {
        match self {
            Self::Guest => Identity::Guest {
                session_id: session_id.into(),
            },
            Self::User(user) => user.identity(None),
        }
    }
}

impl User {
    /// As whom PostgREST is asked; `guest_session` names a guest's session that the user may claim.
    pub(crate) fn identity(&self, guest_session: Option<Uuid>) -> Identity {
        Identity::User {
            access_token: Arc::clone(&self.access_token),
            session_id: guest_session,
        }
    }
}
