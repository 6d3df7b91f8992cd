//! What happens to instances, connections and Supabase, drawn from a shuffled deck.

use std::time::Duration;

use nix::sys::signal::Signal;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use super::Fleet;
use crate::support::Mode;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// SIGKILL; another instance takes the place.
    Kill,
    /// SIGTERM; another instance takes the place.
    Restart,
    /// The instance stands still, mostly past its leases, and then goes on.
    Freeze,
    /// Every connection of an instance to Supabase breaks once.
    Cut,
    /// What an instance asks is done, and the answer breaks off.
    CutAnswers,
    /// An instance reaches Supabase no more for a while.
    Refuse,
    /// Supabase answers an instance nothing for a while.
    Silence,
    /// PostgREST is killed.
    KillPostgrest,
    /// PostgreSQL shuts down in order and comes back.
    RestartPostgres,
    /// PostgreSQL is killed and recovers.
    KillPostgres,
}

/// How often each is in the deck.
const DECK: [(Kind, usize); 10] = [
    (Kind::Kill, 3),
    (Kind::Restart, 1),
    (Kind::Freeze, 2),
    (Kind::Cut, 3),
    (Kind::CutAnswers, 3),
    (Kind::Refuse, 1),
    (Kind::Silence, 1),
    (Kind::KillPostgrest, 1),
    (Kind::RestartPostgres, 1),
    (Kind::KillPostgres, 1),
];

impl Kind {
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Kill => "instances killed",
            Self::Restart => "instances restarted",
            Self::Freeze => "instances frozen",
            Self::Cut => "connections cut",
            Self::CutAnswers => "answers cut off",
            Self::Refuse => "connections refused",
            Self::Silence => "requests left unanswered",
            Self::KillPostgrest => "PostgREST killed",
            Self::RestartPostgres => "PostgreSQL restarted",
            Self::KillPostgres => "PostgreSQL killed",
        }
    }
}

/// One fault, with all that was left to chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fault {
    pub kind: Kind,
    instance: usize,
    lasts: Duration,
    /// Of an answer that is cut off.
    bytes: usize,
    /// Until the next fault.
    pub pause: Duration,
}

/// Faults without end; the same ones for the same seed. Each kind has come once every [`Deck::size`] faults.
pub(super) struct Deck {
    rng: StdRng,
    instances: usize,
    left: Vec<Kind>,
}

impl Deck {
    pub(super) fn new(seed: u64, instances: usize) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            instances,
            left: Vec::new(),
        }
    }

    pub(super) fn size() -> usize {
        DECK.iter().map(|(_, count)| count).sum()
    }

    pub(super) fn deal(&mut self) -> Fault {
        if self.left.is_empty() {
            let cards = DECK
                .iter()
                .flat_map(|(kind, count)| std::iter::repeat_n(*kind, *count));
            self.left = cards.collect();
            self.left.shuffle(&mut self.rng);
        }
        Fault {
            kind: self.left.pop().expect("a full deck"),
            instance: self.rng.random_range(0..self.instances),
            lasts: Duration::from_millis(self.rng.random_range(300..2_500)),
            bytes: self.rng.random_range(1..400),
            pause: Duration::from_millis(self.rng.random_range(100..1_500)),
        }
    }
}

impl Fault {
    /// Lets it happen, until it is over.
    pub(super) async fn play(self, fleet: &Fleet) {
        match self.kind {
            Kind::Kill => fleet.replace(self.instance, Signal::SIGKILL).await,
            Kind::Restart => fleet.replace(self.instance, Signal::SIGTERM).await,
            Kind::Freeze => {
                fleet.signal(self.instance, Signal::SIGSTOP);
                tokio::time::sleep(self.lasts).await;
                fleet.signal(self.instance, Signal::SIGCONT);
            }
            Kind::Cut => fleet.proxy(self.instance).set(Mode::Pass),
            Kind::CutAnswers => self.misbehave(fleet, Mode::CutAnswers(self.bytes)).await,
            Kind::Refuse => self.misbehave(fleet, Mode::Refuse).await,
            Kind::Silence => self.misbehave(fleet, Mode::Silent).await,
            Kind::KillPostgrest => fleet.stack.signal("postgrest", Signal::SIGKILL),
            // A fast shutdown: sessions are ended, what was committed is written.
            Kind::RestartPostgres => fleet.stack.signal("postgres", Signal::SIGINT),
            Kind::KillPostgres => fleet.stack.signal("postgres", Signal::SIGKILL),
        }
    }

    async fn misbehave(self, fleet: &Fleet, mode: Mode) {
        let proxy = fleet.proxy(self.instance);
        proxy.set(mode);
        tokio::time::sleep(self.lasts).await;
        proxy.set(Mode::Pass);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_deals_the_same_faults_and_every_kind_soon() {
        let dealt = |seed| {
            let mut deck = Deck::new(seed, 3);
            std::iter::repeat_with(|| deck.deal())
                .take(Deck::size())
                .collect::<Vec<_>>()
        };
        assert_eq!(dealt(7), dealt(7));
        assert_ne!(dealt(7), dealt(8));
        let kinds: BTreeSet<Kind> = dealt(7).iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds.len(), DECK.len());
    }
}
