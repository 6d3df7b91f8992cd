//! Who pays for a request to a provider: a meter travels with the task whose work it counts, as a tracing span does.
//! Clients of providers ask it before they spend; without one, nothing is counted.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// What providers are paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Requests to a language model, each attempt.
    ModelCalls,
    /// Characters of text to speech.
    Characters,
    /// Seconds of transcribed audio, begun ones whole.
    Seconds,
    /// Web searches.
    Searches,
}

impl Resource {
    pub const ALL: [Self; 4] = [
        Self::ModelCalls,
        Self::Characters,
        Self::Seconds,
        Self::Searches,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ModelCalls => "model_calls",
            Self::Characters => "characters",
            Self::Seconds => "seconds",
            Self::Searches => "searches",
        }
    }
}

/// Whose budget is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All clients of one address, or of one IPv6 network.
    Address,
    /// A user, or a guest's session.
    User,
    /// Everybody that this process serves.
    Instance,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::User => "user",
            Self::Instance => "instance",
        }
    }
}

/// A budget that does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverBudget {
    pub resource: Resource,
    pub scope: Scope,
    /// Of a day.
    pub limit: u64,
    /// What is left of it: less than what was asked for.
    pub left: u64,
    pub resets_in: Duration,
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (resource, scope) = (self.resource.name(), self.scope.name());
        write!(
            f,
            "{} of {} {resource} are left to the {scope} today",
            self.left, self.limit
        )
    }
}

impl std::error::Error for OverBudget {}

/// Counts what is spent, and refuses what a budget does not reach for.
pub trait Meter: Send + Sync {
    /// # Errors
    /// Nothing was spent: some budget does not reach.
    fn spend(&self, resource: Resource, amount: u64) -> Result<(), OverBudget>;

    /// Counts what was used already, whether the budget reached for it or not.
    ///
    /// # Errors
    /// It did not.
    fn charge(&self, resource: Resource, amount: u64) -> Result<(), OverBudget>;

    /// Gives back what was not used after all.
    fn refund(&self, resource: Resource, amount: u64);

    /// Whether the payer may use this at all.
    fn allows(&self, resource: Resource) -> bool;
}

tokio::task_local! {
    static METER: Option<Arc<dyn Meter>>;
}

fn current() -> Option<Arc<dyn Meter>> {
    METER.try_with(Clone::clone).ok().flatten()
}

/// Runs `work` at the expense of `meter`.
pub fn metered<F: Future>(meter: Arc<dyn Meter>, work: F) -> impl Future<Output = F::Output> {
    METER.scope(Some(meter), work)
}

/// Lets `work`, which is to run in a task of its own, be paid by whoever pays for the current task.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    METER.scope(current(), work)
}

/// Spends at the expense of the current task's payer.
///
/// # Errors
/// Nothing was spent: some budget does not reach.
pub fn spend(resource: Resource, amount: u64) -> Result<(), OverBudget> {
    current().map_or(Ok(()), |meter| meter.spend(resource, amount))
}

/// Counts, at the expense of the current task's payer, what was used already.
///
/// # Errors
/// The budget did not reach for it.
pub fn charge(resource: Resource, amount: u64) -> Result<(), OverBudget> {
    current().map_or(Ok(()), |meter| meter.charge(resource, amount))
}

/// Gives back to the current task's payer what was not used after all.
pub fn refund(resource: Resource, amount: u64) {
    if let Some(meter) = current() {
        meter.refund(resource, amount);
    }
}

/// Whether the current task's payer may use this at all.
pub fn allows(resource: Resource) -> bool {
    current().is_none_or(|meter| meter.allows(resource))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Meter for Counting {
        fn spend(&self, _: Resource, amount: u64) -> Result<(), OverBudget> {
            self.0.fetch_add(amount, Ordering::Relaxed);
            Ok(())
        }

        fn charge(&self, resource: Resource, amount: u64) -> Result<(), OverBudget> {
            self.spend(resource, amount)
        }

        fn refund(&self, _: Resource, amount: u64) {
            self.0.fetch_sub(amount, Ordering::Relaxed);
        }

        fn allows(&self, resource: Resource) -> bool {
            resource == Resource::Seconds
        }
    }

    #[tokio::test]
    async fn a_task_spends_for_whoever_started_it() {
        let meter = Arc::new(Counting::default());
        metered(meter.clone(), async {
            spend(Resource::Seconds, 5).expect("counted");
            let other = tokio::spawn(carried(async { spend(Resource::Seconds, 2) }));
            other.await.expect("ended").expect("counted");
            refund(Resource::Seconds, 1);
            assert!(allows(Resource::Seconds) && !allows(Resource::ModelCalls));
        })
        .await;
        spend(Resource::Seconds, 100).expect("nobody counts");
        assert_eq!(meter.0.load(Ordering::Relaxed), 6);
    }
}
