//! Who calls: verified access tokens.

pub mod verifier;

use uuid::Uuid;

/// For whom something is done or kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A user of Supabase Auth (anonymous sign-ins included), by `sub`.
    User(Uuid),
    /// Anybody who knows a guest session's id.
    Guest,
}
