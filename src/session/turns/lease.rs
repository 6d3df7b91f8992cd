//! The lease under which a reply is made: renewed while it is, released when none comes.

use interview::Draft;
use uuid::Uuid;

use super::{TurnKey, Turns};
use crate::auth::Caller;
use crate::session::rpc::{self, ReleaseLease, RenewLease, RenewOutcome};

/// The accepted turn that this process holds the lease of.
pub(super) struct Leased {
    pub(super) caller: Caller,
    pub(super) session_id: Uuid,
    pub(super) turn_no: u32,
    pub(super) turn_id: String,
}

impl Leased {
    pub(super) fn key(&self) -> TurnKey {
        (
            self.caller.principal(),
            self.session_id,
            self.turn_id.clone(),
        )
    }
}

impl Turns {
    /// Renews the lease every third of its length, until dropped. A turn that was stopped on another
    /// instance ends its line here.
    pub(super) async fn keep_lease(&self, leased: &Leased, draft: &Draft) {
        let third = self.config.lease / 3;
        // An interval that ticks at once would cost the timer's granularity, a millisecond, each turn.
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + third, third);
        loop {
            due.tick().await;
            if self.renew(leased).await == Some(RenewOutcome::Stopped) {
                draft.stop();
            }
        }
    }

    async fn renew(&self, leased: &Leased) -> Option<RenewOutcome> {
        let arguments = RenewLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
            p_lease_seconds: self.config.lease.as_secs(),
        };
        // A lease that could not be renewed shows at complete, which decides.
        let identity = leased.caller.identity(leased.session_id);
        rpc::call(&self.rest, &identity, &arguments)
            .await
            .map(|response| response.outcome)
            .inspect_err(
                |error| tracing::warn!(turn_no = leased.turn_no, %error, "the lease was not renewed"),
            )
            .ok()
    }

    pub(super) async fn release(&self, leased: &Leased) {
        let arguments = ReleaseLease {
            p_session_id: leased.session_id,
            p_turn_id: &leased.turn_id,
            p_lease_owner: &self.lease_owner,
        };
        let identity = leased.caller.identity(leased.session_id);
        if let Err(error) = rpc::call(&self.rest, &identity, &arguments).await {
            tracing::warn!(turn_no = leased.turn_no, %error, "the lease was not released; it will expire");
        }
    }
}
