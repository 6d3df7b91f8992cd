//! The topic of a session, as `private.session_topic` of the database names it.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::events::Listener;

/// A user's session by its id; a guest's by a digest, since its id is a key that no upstream's log may hold.
pub(super) fn of(session_id: Uuid, listener: &Listener) -> String {
    match listener {
        Listener::User { .. } => format!("session:{session_id}"),
        Listener::Guest => {
            let digest = Sha256::digest(session_id.to_string());
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("guest-session:{hex}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_topic_does_not_tell_the_sessions_id() {
        let id = Uuid::from_u128(7);
        assert_eq!(
            of(id, &Listener::Guest),
            // printf 00000000-0000-0000-0000-000000000007 | sha256sum
            "guest-session:0d25a51a47b7f482388bd4424640e7e53741f4379afeb248915e983b828afe73"
        );
        let user = Listener::User {
            access_token: "a.b.c".into(),
            expires_at: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(
            of(id, &user),
            "session:00000000-0000-0000-0000-000000000007"
        );
    }
}
