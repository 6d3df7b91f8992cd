//! What the audio of a connection costs.

use upstream::meter::{self, OverBudget, Resource};

/// Counts a connection's seconds. Budgets know whole ones only: each is paid for when it begins, so that many short
/// utterances cost no more than a long one.
pub(super) struct Tally {
    seconds: f64,
    paid: u64,
}

impl Tally {
    /// The first second is paid with the connection.
    pub(super) fn new() -> Self {
        Self {
            seconds: 0.0,
            paid: 1,
        }
    }

    /// Pays for audio before it is sent. Where a budget reaches for its beginning only, it may be sent as well, since it
    /// was spoken, and is the last: what is over is returned.
    ///
    /// # Errors
    /// Nothing was paid, since nothing is left.
    pub(super) fn spend(&mut self, seconds: f64) -> Result<Result<(), OverBudget>, OverBudget> {
        let due = self.due(seconds);
        match meter::spend(Resource::Seconds, due) {
            Err(over) if over.left > 0 => Ok(meter::charge(Resource::Seconds, due)),
            spent => spent.map(Ok),
        }
    }

    /// Counts audio that was used already.
    ///
    /// # Errors
    /// The budget did not reach for it.
    pub(super) fn charge(&mut self, seconds: f64) -> Result<(), OverBudget> {
        meter::charge(Resource::Seconds, self.due(seconds))
    }

    fn due(&mut self, seconds: f64) -> u64 {
        self.seconds += seconds;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a stream's length, which is bounded and positive"
        )]
        let begun = self.seconds.ceil() as u64;
        let due = begun.saturating_sub(self.paid);
        self.paid += due;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_paid_for_as_they_begin_however_short_the_pieces() {
        let mut tally = Tally::new();
        let due: Vec<u64> = [0.25, 0.75, 0.25, 0.5, 0.25, 3.5]
            .map(|seconds| tally.due(seconds))
            .into();
        assert_eq!(due, [0, 0, 1, 0, 0, 4]);
    }
}
