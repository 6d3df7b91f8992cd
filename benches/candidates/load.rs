//! How many visitors one instance and three serve on this machine, and what stops them.

use std::time::Duration;

use crate::crowd::Crowd;
use crate::setting;
use crate::support::candidates::Distribution;
use crate::support::candidates::fleet::Routing;
use crate::usage::{Counts, Load, PARTS, Processors};
use crate::visitor::Seen;

/// 95 of 100 messages must be acknowledged within this.
const MOST_P95: Duration = Duration::from_secs(1);
/// Of all messages.
const MOST_FAILURES: f64 = 0.005;
const FIRST_SIZE: usize = 125;
/// Sizes tried between the largest that was served well and the next.
const HALVINGS: usize = 2;

/// What a number of visitors did to the service, and the service to them.
struct Step {
    size: usize,
    seconds: f64,
    acknowledged: Distribution,
    shown: Distribution,
    seen: Seen,
    load: Load,
    counts: Counts,
}

pub(crate) async fn load() {
    // Alone, an instance need not look for what others did; where each session stays at one, it need not look often.
    let fleets = [
        ("1 instance", 1, Routing::InTurn, "0"),
        ("3 instances in turn", 3, Routing::InTurn, "2"),
        (
            "3 instances, each session at one, EVENTS_POLL_SECONDS=30",
            3,
            Routing::BySession,
            "30",
        ),
    ];
    for (name, instances, routing, poll) in fleets {
        println!("\n{name}");
        let mut crowd = Crowd::gather(instances, routing, &[("EVENTS_POLL_SECONDS", poll)]).await;
        crowd.find_limit().await;
        crowd.disperse().await;
    }
}

impl Crowd {
    /// Doubles the visitors until they are not served well any more, then looks in between.
    async fn find_limit(&mut self) {
        println!(
            "a visitor thinks for {} s; times in ms, failures, processors in use",
            self.think().as_secs()
        );
        println!("{}", header());
        let (mut served, mut too_many) = (None::<Step>, None::<Step>);
        let mut halvings = 0;
        let mut size = setting("CANDIDATES", FIRST_SIZE);
        while halvings <= HALVINGS {
            let step = self.measure(size).await;
            println!("{step}");
            if step.is_served_well() {
                served = Some(step);
            } else {
                too_many = Some(step);
            }
            let least = served.as_ref().map_or(0, |step| step.size);
            size = too_many
                .as_ref()
                .map_or(least * 2, |step| (least + step.size) / 2);
            halvings += usize::from(too_many.is_some());
        }
        if let Some(too_many) = too_many {
            println!("{}", too_many.conclusion(served.as_ref()));
        }
        if let Some(served) = served {
            println!("{}", served.costs());
            println!("{}", self.storage().await);
        }
    }

    async fn measure(&mut self, size: usize) -> Step {
        self.resize(size);
        // Whoever is new has begun an interview by then.
        tokio::time::sleep(self.think() * 2).await;
        self.tally.take();
        let processors = Processors::now(&self.fleet);
        let counts = Counts::now(&self.fleet, &self.db).await;
        tokio::time::sleep(Duration::from_secs(setting("WINDOW", 30))).await;
        let mut seen = self.tally.take();
        let later = Processors::now(&self.fleet);
        Step {
            size,
            seconds: later.seconds_since(&processors),
            load: later.since(&processors),
            counts: Counts::now(&self.fleet, &self.db).await.since(counts),
            acknowledged: Distribution::of(std::mem::take(&mut seen.acknowledged)),
            shown: Distribution::of(std::mem::take(&mut seen.shown)),
            seen,
        }
    }

    /// What an interview takes on disk, by table, indexes included.
    async fn storage(&self) -> String {
        let sql = "select (select count(*) from interview_sessions)::float8, (select count(*) from interview_turns)::float8, \
                   pg_total_relation_size('interview_sessions')::float8, pg_total_relation_size('interview_turns')::float8";
        let row = self.db.query_one(sql, &[]).await.expect("sizes");
        let [sessions, turns, session_bytes, turn_bytes]: [f64; 4] =
            std::array::from_fn(|column| row.get(column));
        format!(
            "stored: {:.1} kB a session, {:.1} kB a turn ({sessions} sessions, {turns} turns)",
            session_bytes / sessions / 1e3,
            turn_bytes / turns / 1e3
        )
    }
}

fn header() -> String {
    let parts = PARTS.map(|part| format!("{part:>11}")).concat();
    format!(
        "{:>8}{:>9}{:>7}{:>7}{:>7}{:>11}{:>11}{:>9}{parts}{:>11}",
        "visitors", "turns/s", "p50", "p95", "p99", "shown p50", "shown p95", "failures", "others"
    )
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |times: &Distribution, percent| times.percentile(percent).as_millis();
        let [p50, p95, p99] = [50, 95, 99].map(|percent| millis(&self.acknowledged, percent));
        let [shown50, shown95] = [50, 95].map(|percent| millis(&self.shown, percent));
        let (size, turns, failures) = (self.size, self.turns_per_second(), self.failures());
        write!(
            f,
            "{size:>8}{turns:>9.1}{p50:>7}{p95:>7}{p99:>7}{shown50:>11}{shown95:>11}{failures:>9}{}",
            self.load
        )?;
        for (what, count) in &self.seen.failures {
            write!(f, "\n{count:>17} × {what}")?;
        }
        Ok(())
    }
}

impl Step {
    fn turns(&self) -> f64 {
        self.acknowledged.count() as f64
    }

    fn turns_per_second(&self) -> f64 {
        self.turns() / self.seconds
    }

    fn failures(&self) -> usize {
        self.seen.failures.values().sum()
    }

    fn is_served_well(&self) -> bool {
        let failed = self.failures() as f64 / self.turns().max(1.0);
        self.acknowledged.percentile(95) <= MOST_P95 && failed <= MOST_FAILURES
    }

    fn conclusion(&self, served: Option<&Self>) -> String {
        let (size, turns) = served.map_or((0, 0.0), |step| (step.size, step.turns_per_second()));
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        format!(
            "limit: {size} visitors are served well ({turns:.1} turns/s), {} are not (bounds: p95 of {} ms, {} % failures); \
             {:.2} of {processors} processors in use, most by {}",
            self.size,
            MOST_P95.as_millis(),
            MOST_FAILURES * 100.0,
            self.load.parts.iter().sum::<f64>() + self.load.others,
            self.load.heaviest()
        )
    }

    /// What a turn costs with its share of everything else: sessions, streams, reports, speech.
    fn costs(&self) -> String {
        let turns = self.turns();
        let millis = self
            .load
            .parts
            .map(|used| used * 1e3 * self.seconds / turns);
        let parts = PARTS.iter().zip(millis);
        let parts = parts.map(|(part, millis)| format!("{part} {millis:.2} ms"));
        format!(
            "a turn with its share of the rest: {:.2} calls to PostgREST, {:.2} commits, {:.1} kB of write-ahead log; \
             processor time {:.2} ms: {} ({} reports, {} spoken lines)",
            self.counts.calls / turns,
            self.counts.commits / turns,
            self.counts.wal_bytes / turns / 1e3,
            millis.iter().sum::<f64>(),
            parts.collect::<Vec<_>>().join(", "),
            self.seen.reports,
            self.seen.spoken
        )
    }
}
