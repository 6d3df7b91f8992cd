//! Exactly once, under everything that can break: candidates send while instances, connections and Supabase fail, and
//! then every acknowledgement is compared with the database.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::faults::{Deck, Kind};
use super::record::Record;
use super::restless::{Counters, Restless};
use super::verdict::Verdict;
use super::{Distribution, Fleet, Patience, Person};
use crate::support::{Client, DevstackProcess};

/// Short, so that faults outlast leases and timeouts and meet turns half-way.
const SETTINGS: [(&str, &str); 7] = [
    ("TURN_LEASE_SECONDS", "1"),
    ("OFFLINE_REPLY_DELAY_MS", "20"),
    ("UPSTREAM_TIMEOUT_MS", "2000"),
    ("SHUTDOWN_TIMEOUT_SECONDS", "5"),
    ("CACHE_IDLE_SECONDS", "60"),
    ("EVENTS_POLL_SECONDS", "1"),
    // Thousands of requests fail, as they should.
    ("RUST_LOG", "off"),
];
/// Longer than any run.
const TOKEN_SECONDS: &str = "86400";
/// One in so many candidates has an account; the others are guests.
const SIGNED_IN: usize = 2;
/// One in so many of either reads the event stream.
const FOLLOWING: usize = 4;
const PROGRESS_EVERY: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// How long faults are played; longer where not every kind has come by then.
    pub duration: Duration,
    pub instances: usize,
    pub candidates: usize,
    /// Decides which faults come in which order, and what candidates do.
    pub seed: u64,
}

pub(crate) struct Outcome {
    options: Options,
    took: Duration,
    pub acknowledged: usize,
    pub verdict: Verdict,
    /// Sessions that could not be begun, with the reason.
    pub refused: Vec<String>,
    faults: BTreeMap<Kind, usize>,
    times: Distribution,
}

/// Plays a whole run on a stack of its own.
pub(crate) async fn run(options: Options) -> Outcome {
    let stack = DevstackProcess::start(&["--jwt-exp", TOKEN_SECONDS]);
    let fleet = Fleet::breakable(stack, options.instances, &SETTINGS).await;
    let began = Instant::now();
    let counters = Arc::<Counters>::default();
    let stop = CancellationToken::new();
    let mut candidates = tokio::task::JoinSet::new();
    for number in 0..options.candidates {
        let restless = candidate(number, options.seed, &fleet, &counters).await;
        candidates.spawn(restless.run(stop.clone()));
    }
    let faults = break_things(options, &fleet, &counters).await;
    stop.cancel();
    let (mut records, mut refused) = (Vec::new(), Vec::new());
    for (sent, reasons) in candidates.join_all().await {
        records.extend(sent);
        refused.extend(reasons);
    }
    let took = began.elapsed();
    let verdict = Verdict::on(&records, &fleet.stack.db().await).await;
    let times = Distribution::of(acknowledgements(&records));
    Outcome {
        options,
        took,
        acknowledged: times.count(),
        verdict,
        refused,
        faults,
        times,
    }
}

async fn candidate(
    number: usize,
    seed: u64,
    fleet: &Arc<Fleet>,
    counters: &Arc<Counters>,
) -> Restless {
    let url = fleet.url(None);
    let client = if number.is_multiple_of(SIGNED_IN) {
        Client::registered(&url, "Candidate").await
    } else {
        Client::new(&url)
    };
    let address = u32::try_from(number).expect("few");
    Restless {
        person: Person::new(client, address, Arc::clone(fleet), Patience::HASTY),
        rng: StdRng::seed_from_u64(seed ^ (1 + number as u64)),
        follows: (number / SIGNED_IN).is_multiple_of(FOLLOWING),
        counters: Arc::clone(counters),
    }
}

/// Plays faults one after the other, each kind at least once, and counts them.
async fn break_things(
    options: Options,
    fleet: &Fleet,
    counters: &Counters,
) -> BTreeMap<Kind, usize> {
    let mut deck = Deck::new(options.seed, options.instances);
    let mut played = BTreeMap::new();
    let began = Instant::now();
    let mut told = began;
    for number in 0.. {
        if number >= Deck::size() && began.elapsed() >= options.duration {
            break;
        }
        let fault = deck.deal();
        fault.play(fleet).await;
        *played.entry(fault.kind).or_default() += 1;
        tokio::time::sleep(fault.pause).await;
        if told.elapsed() >= PROGRESS_EVERY {
            told = Instant::now();
            let acknowledged = counters.acknowledged.load(Ordering::Relaxed);
            println!(
                "{:>5} s  {acknowledged} acknowledged, {} faults",
                began.elapsed().as_secs(),
                number + 1
            );
        }
    }
    played
}

fn acknowledgements(records: &[Record]) -> Vec<Duration> {
    let sent = records.iter().flat_map(|record| &record.sent);
    sent.filter_map(|sent| Some(sent.acknowledged()? - sent.first_asked))
        .collect()
}

impl Outcome {
    pub(crate) fn is_clean(&self) -> bool {
        self.verdict.is_clean() && self.refused.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options {
            instances,
            candidates,
            seed,
            ..
        } = self.options;
        let seconds = self.took.as_secs();
        writeln!(
            f,
            "{candidates} candidates, {instances} instances, {seconds} s, seed {seed}"
        )?;
        writeln!(f, "faults: {}", self.faults.values().sum::<usize>())?;
        for (kind, count) in &self.faults {
            writeln!(f, "  {count:>4} {}", kind.told())?;
        }
        writeln!(
            f,
            "turns: {} acknowledged, {} times told that a later message took the place",
            self.acknowledged, self.verdict.superseded
        )?;
        writeln!(f, "time to acknowledge: {}", self.times)?;
        for reason in &self.refused {
            writeln!(f, "{reason}")?;
        }
        write!(f, "{}", self.verdict)
    }
}
