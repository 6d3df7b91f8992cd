//! Daily budgets of what providers are paid for: per client address, per user and for this instance as a whole.
//! They are kept in memory, so each instance counts for itself; a user's characters and seconds are counted by the
//! database.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use moka::sync::Cache;
use upstream::meter::{Meter, OverBudget, Resource, Scope};
use uuid::Uuid;

use crate::config::{Allowance, BudgetConfig, UserAllowance};
use crate::network::{Client, Payer};

const DAY: i64 = 24 * 60 * 60;
/// Addresses and users that are remembered; whoever comes beyond is bounded by the instance's budget.
const MAX_PAYERS: u64 = 200_000;

/// Amounts of one day.
#[derive(Default)]
struct Spent([AtomicU64; Resource::ALL.len()]);

impl Spent {
    fn of(&self, resource: Resource) -> &AtomicU64 {
        &self.0[resource as usize]
    }

    /// # Errors
    /// What is left, when that is less.
    fn add(&self, resource: Resource, amount: u64, limit: u64) -> Result<(), u64> {
        self.of(resource)
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spent| {
                spent.checked_add(amount).filter(|sum| *sum <= limit)
            })
            .map(|_| ())
            .map_err(|spent| limit.saturating_sub(spent))
    }

    fn subtract(&self, resource: Resource, amount: u64) {
        let less = |spent: u64| Some(spent.saturating_sub(amount));
        let _before = self
            .of(resource)
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// What is left of a day's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of the budget that has the least left.
    pub limit: u64,
    pub left: u64,
    pub scope: Scope,
}

pub struct Budgets {
    config: BudgetConfig,
    /// By day, so that a new day begins with nothing spent.
    payers: Cache<(i64, Payer), Arc<Spent>>,
    instance: Cache<i64, Arc<Spent>>,
    /// The last day on which the instance's budget refused something.
    braked: [AtomicI64; Resource::ALL.len()],
}

/// One budget that a request counts against.
struct Budget {
    scope: Scope,
    spent: Arc<Spent>,
    limit: u64,
}

impl Budgets {
    pub fn new(config: &BudgetConfig) -> Arc<Self> {
        let lifetime = Duration::from_secs(DAY.unsigned_abs());
        for resource in Resource::ALL {
            gauge("budget_limit", resource).set(as_gauge(amount(&config.instance, resource)));
            gauge("budget_spent", resource).set(0.0);
        }
        Arc::new(Self {
            config: config.clone(),
            payers: Cache::builder()
                .max_capacity(MAX_PAYERS)
                .time_to_live(lifetime)
                .build(),
            instance: Cache::builder().time_to_live(lifetime).build(),
            braked: Default::default(),
        })
    }

    /// The account of a client at `address`, who is a guest until [`Account::belongs_to`] says otherwise.
    pub fn account(self: &Arc<Self>, address: IpAddr) -> Arc<Account> {
        Arc::new(Account {
            budgets: Arc::clone(self),
            address,
            user: OnceLock::new(),
        })
    }

    /// Resources of which this instance has refused some today, since its own budget does not reach any more.
    pub fn used_up(&self) -> Vec<Resource> {
        let today = day(Timestamp::now());
        let used_up =
            |resource: &Resource| self.braked[*resource as usize].load(Ordering::Relaxed) == today;
        Resource::ALL.into_iter().filter(used_up).collect()
    }

    /// The budgets of a request, the narrowest first.
    fn budgets(&self, account: &Account, resource: Resource, day: i64) -> Vec<Budget> {
        let payers = account.client().payers().filter_map(|payer| {
            let (scope, limit) = match payer {
                Payer::User(_) => (Scope::User, users_amount(&self.config.user, resource)?),
                Payer::Address(_) => (Scope::Address, amount(&self.config.address, resource)),
            };
            let spent = self.payers.get_with((day, payer), Arc::default);
            Some(Budget {
                scope,
                spent,
                limit,
            })
        });
        let instance = Budget {
            scope: Scope::Instance,
            spent: self.instance.get_with(day, Arc::default),
            limit: amount(&self.config.instance, resource),
        };
        payers.chain([instance]).collect()
    }

    fn spend(
        &self,
        account: &Account,
        resource: Resource,
        amount: u64,
        now: Timestamp,
    ) -> Result<(), OverBudget> {
        let today = day(now);
        let budgets = self.budgets(account, resource, today);
        for (at, budget) in budgets.iter().enumerate() {
            let Err(left) = budget.spent.add(resource, amount, budget.limit) else {
                continue;
            };
            for earlier in &budgets[..at] {
                earlier.spent.subtract(resource, amount);
            }
            return Err(self.refusal(budget, resource, left, now));
        }
        self.show(resource, today);
        Ok(())
    }

    fn charge(
        &self,
        account: &Account,
        resource: Resource,
        amount: u64,
        now: Timestamp,
    ) -> Result<(), OverBudget> {
        let today = day(now);
        let budgets = self.budgets(account, resource, today);
        for budget in &budgets {
            budget
                .spent
                .of(resource)
                .fetch_add(amount, Ordering::Relaxed);
        }
        self.show(resource, today);
        // Nothing more fits where more than the limit is spent. Everybody's comes first, since everybody should know.
        let over = |budget: &&Budget| budget.spent.add(resource, 0, budget.limit).is_err();
        budgets
            .iter()
            .rev()
            .find(over)
            .map_or(Ok(()), |budget| Err(self.refusal(budget, resource, 0, now)))
    }

    fn refusal(
        &self,
        budget: &Budget,
        resource: Resource,
        left: u64,
        now: Timestamp,
    ) -> OverBudget {
        let Budget { scope, limit, .. } = *budget;
        if scope == Scope::Instance {
            self.brake(resource, day(now), limit);
        }
        metrics::counter!("budget_refusals_total", "resource" => resource.name(), "scope" => scope.name())
            .increment(1);
        OverBudget {
            resource,
            scope,
            limit,
            left,
            resets_in: until_midnight(now),
        }
    }

    fn refund(&self, account: &Account, resource: Resource, amount: u64, now: Timestamp) {
        let today = day(now);
        for budget in self.budgets(account, resource, today) {
            budget.spent.subtract(resource, amount);
        }
        self.show(resource, today);
    }

    /// Says once a day that not everybody is served any more.
    fn brake(&self, resource: Resource, today: i64, limit: u64) {
        if self.braked[resource as usize].swap(today, Ordering::Relaxed) != today {
            tracing::error!(
                resource = resource.name(),
                limit,
                "this instance's budget does not reach any more: requests are refused until midnight UTC"
            );
        }
    }

    fn show(&self, resource: Resource, today: i64) {
        let spent = self.instance.get_with(today, Arc::default);
        gauge("budget_spent", resource).set(as_gauge(spent.of(resource).load(Ordering::Relaxed)));
    }
}

/// Who pays for a request: its address and, once that is known, its user.
pub struct Account {
    budgets: Arc<Budgets>,
    address: IpAddr,
    user: OnceLock<Uuid>,
}

impl Account {
    /// Says whose token the request came with.
    pub fn belongs_to(&self, user: Uuid) {
        let _first = self.user.set(user);
    }

    /// Whom it counts for.
    pub fn client(&self) -> Client {
        Client::new(self.address, self.user.get().copied())
    }

    /// What is left today, by the budget that has the least.
    pub fn left(&self, resource: Resource) -> Left {
        let today = day(Timestamp::now());
        let lefts = self
            .budgets
            .budgets(self, resource, today)
            .into_iter()
            .map(|budget| Left {
                limit: budget.limit,
                left: budget
                    .limit
                    .saturating_sub(budget.spent.of(resource).load(Ordering::Relaxed)),
                scope: budget.scope,
            });
        lefts
            .min_by_key(|left| left.left)
            .expect("an instance has a budget")
    }
}

impl Meter for Account {
    fn spend(&self, resource: Resource, amount: u64) -> Result<(), OverBudget> {
        self.budgets.spend(self, resource, amount, Timestamp::now())
    }

    fn charge(&self, resource: Resource, amount: u64) -> Result<(), OverBudget> {
        self.budgets
            .charge(self, resource, amount, Timestamp::now())
    }

    fn refund(&self, resource: Resource, amount: u64) {
        self.budgets
            .refund(self, resource, amount, Timestamp::now());
    }

    fn allows(&self, resource: Resource) -> bool {
        let config = &self.budgets.config;
        self.user.get().is_some()
            || match resource {
                Resource::ModelCalls => config.guest_models,
                Resource::Characters | Resource::Seconds => config.guest_speech,
                Resource::Searches => true,
            }
    }
}

fn amount(allowance: &Allowance, resource: Resource) -> u64 {
    match resource {
        Resource::ModelCalls => allowance.model_calls,
        Resource::Characters => allowance.characters,
        Resource::Seconds => allowance.seconds,
        Resource::Searches => allowance.searches,
    }
}

/// `None`: the database counts it.
fn users_amount(allowance: &UserAllowance, resource: Resource) -> Option<u64> {
    match resource {
        Resource::ModelCalls => Some(allowance.model_calls),
        Resource::Searches => Some(allowance.searches),
        Resource::Characters | Resource::Seconds => None,
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY)
}

/// Until budgets are renewed.
pub fn until_midnight(now: Timestamp) -> Duration {
    let passed = now.as_second().rem_euclid(DAY);
    Duration::from_secs((DAY - passed).unsigned_abs())
}

fn gauge(name: &'static str, resource: Resource) -> metrics::Gauge {
    metrics::gauge!(name, "resource" => resource.name())
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
fn as_gauge(amount: u64) -> f64 {
    amount as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance(model_calls: u64) -> Allowance {
        Allowance {
            model_calls,
            characters: 1_000,
            seconds: 100,
            searches: 10,
        }
    }

    fn budgets(address: u64, user: u64, instance: u64) -> Arc<Budgets> {
        Budgets::new(&BudgetConfig {
            address: allowance(address),
            user: UserAllowance {
                model_calls: user,
                searches: 10,
            },
            instance: allowance(instance),
            guest_models: false,
            guest_speech: true,
        })
    }

    fn at(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn noon() -> Timestamp {
        "2026-11-26T12:00:00Z".parse().expect("a time")
    }

    fn calls(budgets: &Budgets, account: &Account) -> usize {
        (0..100)
            .take_while(|_| {
                budgets
                    .spend(account, Resource::ModelCalls, 1, noon())
                    .is_ok()
            })
            .count()
    }

    #[test]
    fn sessions_do_not_multiply_an_addresss_budget() {
        let budgets = budgets(5, 50, 50);
        let (first, second) = (
            budgets.account(at("2001:db8:1:2::1")),
            budgets.account(at("2001:db8:1:2:ffff::9")),
        );
        assert_eq!(calls(&budgets, &first), 5);
        assert_eq!(calls(&budgets, &second), 0, "the same /64");
        let elsewhere = budgets.account(at("2001:db8:1:3::1"));
        assert_eq!(calls(&budgets, &elsewhere), 5);
    }

    #[test]
    fn a_user_is_counted_wherever_they_are_and_everybody_for_the_instance() {
        let budgets = budgets(50, 5, 8);
        let alice = Uuid::new_v4();
        let [home, work] = ["192.0.2.1", "192.0.2.2"].map(|text| budgets.account(at(text)));
        home.belongs_to(alice);
        work.belongs_to(alice);
        assert_eq!((calls(&budgets, &home), calls(&budgets, &work)), (5, 0));
        let guest = budgets.account(at("192.0.2.1"));
        assert_eq!(calls(&budgets, &guest), 3, "the instance's rest");
        let refused = budgets.spend(&guest, Resource::ModelCalls, 1, noon());
        assert_eq!(
            refused.expect_err("used up"),
            OverBudget {
                resource: Resource::ModelCalls,
                scope: Scope::Instance,
                limit: 8,
                left: 0,
                resets_in: Duration::from_secs(12 * 3600),
            }
        );
        // What a wider budget refused was not counted against a narrower one.
        let [alices, _, _] = &budgets.budgets(&home, Resource::ModelCalls, day(noon()))[..] else {
            panic!("user, address, instance");
        };
        assert_eq!(
            alices
                .spent
                .of(Resource::ModelCalls)
                .load(Ordering::Relaxed),
            5
        );
    }

    #[test]
    fn what_does_not_fit_leaves_what_is_left_and_midnight_renews_it() {
        let budgets = budgets(5, 5, 50);
        let account = budgets.account(at("192.0.2.1"));
        let speak =
            |characters, now| budgets.spend(&account, Resource::Characters, characters, now);
        assert!(speak(700, noon()).is_ok());
        assert_eq!(speak(400, noon()).expect_err("too long").left, 300);
        assert!(speak(300, noon()).is_ok());
        budgets.refund(&account, Resource::Characters, 100, noon());
        assert!(speak(100, noon()).is_ok());
        assert!(speak(1, noon()).is_err());
        assert!(speak(u64::MAX, noon()).is_err());
        let heard = |seconds| budgets.charge(&account, Resource::Seconds, seconds, noon());
        assert!(heard(99).is_ok() && heard(1).is_ok());
        assert!(heard(20).is_err(), "counted, though it was not left");
        budgets.refund(&account, Resource::Seconds, 20, noon());
        assert!(heard(0).is_ok() && heard(1).is_err());
        let tomorrow = noon() + jiff::SignedDuration::from_hours(12);
        assert!(speak(1_000, tomorrow).is_ok());
    }

    #[test]
    fn a_users_speech_is_left_to_the_database() {
        let budgets = budgets(5, 0, 5);
        let account = budgets.account(at("192.0.2.1"));
        account.belongs_to(Uuid::new_v4());
        for (resource, amount) in [(Resource::Characters, 1_000), (Resource::Seconds, 100)] {
            assert!(budgets.spend(&account, resource, amount, noon()).is_ok());
            let over = budgets.spend(&account, resource, 1, noon());
            assert_eq!(over.expect_err("the address's").scope, Scope::Address);
        }
    }

    #[test]
    fn any_refusal_of_the_instances_budget_brakes_it() {
        let (budgets, now) = (budgets(5, 5, 5), Timestamp::now());
        let [first, second] = ["192.0.2.1", "192.0.2.2"].map(|text| budgets.account(at(text)));
        let call = |account, amount| budgets.spend(account, Resource::ModelCalls, amount, now);
        assert!(call(&first, 3).is_ok());
        assert!(call(&first, 3).is_err(), "the address has two left");
        assert!(budgets.used_up().is_empty());
        assert!(call(&second, 3).is_err(), "so has everybody");
        assert_eq!(budgets.used_up(), [Resource::ModelCalls]);
        // The address is over as well.
        let heard = budgets.charge(&first, Resource::Seconds, 101, now);
        assert!(heard.is_err());
        assert_eq!(budgets.used_up(), [Resource::ModelCalls, Resource::Seconds]);
    }

    #[test]
    fn guests_have_what_the_operator_lets_them_have() {
        let budgets = budgets(5, 5, 5);
        let account = budgets.account(at("192.0.2.1"));
        assert!(!account.allows(Resource::ModelCalls) && account.allows(Resource::Seconds));
        account.belongs_to(Uuid::new_v4());
        assert!(account.allows(Resource::ModelCalls));
    }
}
