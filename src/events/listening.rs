//! Who listens to a session, for whoever brings messages of its changes.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;

/// With whose rights messages about a session are asked for.
#[derive(Clone)]
pub enum Listener {
    /// Whoever knows the session's id.
    Guest,
    User {
        access_token: Arc<str>,
        expires_at: Timestamp,
    },
}

impl Listener {
    /// Of the same kind, and good for longer.
    pub(crate) fn outlasts(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::User { expires_at, .. },
                Self::User {
                    expires_at: other, ..
                },
            ) => expires_at > other,
            _ => false,
        }
    }

    pub(crate) fn is_kind_of(&self, other: &Self) -> bool {
        matches!(self, Self::Guest) == matches!(other, Self::Guest)
    }

    pub(crate) fn access_token(&self) -> Option<&Arc<str>> {
        match self {
            Self::Guest => None,
            Self::User { access_token, .. } => Some(access_token),
        }
    }
}

/// What is to be heard from now on.
pub enum Wish {
    /// Somebody who may read the session listens to it; perhaps with a newer token than before.
    Listen {
        session_id: Uuid,
        listener: Listener,
    },
    /// Nobody does any more.
    Leave { session_id: Uuid },
}

/// Wishes in the order in which they came about. Each stream of events makes two, and they are read at once, so that no
/// more wait than streams may be open.
pub type Wishes = mpsc::UnboundedReceiver<Wish>;
