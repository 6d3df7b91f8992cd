//! What an operator is told: each cause once in a while, however many channels have it.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::refusal::{Loss, Refusal};

const EVERY: Duration = Duration::from_secs(600);
/// Causes that are kept apart; codes come from the server.
const MOST: usize = 64;

#[derive(Default)]
pub(super) struct Warnings {
    told: HashMap<String, Instant>,
    is_away: bool,
}

impl Warnings {
    /// Whether it is to be told now.
    fn due(&mut self, cause: &str, now: Instant) -> bool {
        self.told.retain(|_, told| now - *told < EVERY);
        if self.told.len() >= MOST || self.told.contains_key(cause) {
            return false;
        }
        self.told.insert(cause.to_owned(), now);
        true
    }

    pub(super) fn refused(&mut self, refusal: &Refusal, now: Instant) {
        let code = refusal.code();
        if self.due(code, now) {
            tracing::warn!(
                code,
                cure = refusal.cure(),
                "Supabase Realtime refuses a topic; event streams look for changes themselves (docs/deployment.md)"
            );
        }
    }

    /// `losses` in a row.
    pub(super) fn lost(&mut self, loss: &Loss, losses: u32, now: Instant) {
        // One that is closed is opened again, which is nobody's concern.
        let is_usual = losses == 1 && matches!(loss, Loss::Closed | Loss::Expired);
        if !is_usual && self.due(&loss.to_string(), now) {
            self.is_away = true;
            tracing::warn!(
                cause = %loss,
                "Supabase Realtime is away; event streams look for changes themselves until it is back"
            );
        }
    }

    /// A topic was joined.
    pub(super) fn back(&mut self) {
        if std::mem::take(&mut self.is_away) {
            tracing::info!("Supabase Realtime is back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once_in_a_while_and_causes_are_bounded() {
        let (mut warnings, now) = (Warnings::default(), Instant::now());
        assert!(warnings.due("a", now));
        assert!(!warnings.due("a", now + EVERY / 2));
        assert!(warnings.due("b", now));
        assert!(warnings.due("a", now + EVERY));
        let told = (0..1_000).filter(|n| warnings.due(&n.to_string(), now + EVERY));
        assert!(told.count() < MOST);
    }
}
