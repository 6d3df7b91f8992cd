//! The e-mails of the stack: kept in memory and shown at `/dev/mail` instead of being delivered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// Older mails are forgotten.
const MAX_MAILS: usize = 500;

/// An e-mail of GoTrue, a mock's or a real one's.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mail {
    pub to: String,
    /// `signup`, `invite`, `magiclink`, `recovery`, `email_change` or `reauthentication`.
    pub kind: String,
    /// Opens `/verify`, which redirects to the application; empty for a `reauthentication`.
    pub link: String,
    /// The six digits to type in.
    pub token: String,
    /// What `verifyOtp` takes as `token_hash`; empty for a `reauthentication`.
    pub token_hash: String,
    pub sent_at: jiff::Timestamp,
}

/// Clones share the mails.
#[derive(Clone, Default)]
pub(super) struct Mailbox(Arc<Mutex<VecDeque<Mail>>>);

impl Mailbox {
    /// Oldest first.
    pub(super) fn all(&self) -> Vec<Mail> {
        self.locked().iter().cloned().collect()
    }

    pub(super) fn push(&self, mail: Mail) {
        tracing::info!(kind = mail.kind, link = %mail.link, "e-mail");
        let mut mails = self.locked();
        if mails.len() == MAX_MAILS {
            mails.pop_front();
        }
        mails.push_back(mail);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, VecDeque<Mail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
