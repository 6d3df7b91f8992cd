//! Whether what the service holds stays level: memory, descriptors and connections while visitors come and go.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::crowd::Crowd;
use crate::setting;
use crate::support::candidates::Distribution;
use crate::support::candidates::fleet::Routing;
use crate::usage::{Held, Metrics};

/// Minutes at which it is looked; the run's own end is another.
const MARKS: [f64; 4] = [5.0, 15.0, 30.0, 60.0];
/// Sessions leave the cache soon, so that it is as full at the first mark as it will ever be.
const SETTINGS: [(&str, &str); 1] = [("CACHE_IDLE_SECONDS", "60")];
/// Growth between the first mark and the last, as a share, that counts as level.
const MOST_GROWTH: f64 = 0.2;

/// All instances together at one moment.
struct Mark {
    minute: f64,
    instances: Vec<Held>,
    /// Of all roles to PostgreSQL.
    backends: i64,
    cached_sessions: f64,
}

pub(crate) async fn endurance(length: Duration) -> ExitCode {
    let mut crowd = Crowd::gather(setting("INSTANCES", 3), Routing::InTurn, &SETTINGS).await;
    crowd.resize(setting("CANDIDATES", 200));
    let began = Instant::now();
    println!(
        "{:>7}{:>9}{:>7}{:>10}  resident MB, descriptors, sockets by instance; PostgreSQL's connections; sessions cached",
        "minute", "turns", "p95", "failures"
    );
    let mut marks = Vec::new();
    let end = length.as_secs_f64() / 60.0;
    let at = MARKS
        .into_iter()
        .filter(|minute| *minute < end)
        .chain([end]);
    for minute in at {
        let due = began + Duration::from_secs_f64(minute * 60.0);
        tokio::time::sleep_until(due.into()).await;
        let seen = crowd.tally.take();
        let failures: usize = seen.failures.values().sum();
        let times = Distribution::of(seen.acknowledged);
        let mark = crowd.look(minute).await;
        println!(
            "{minute:>7.1}{:>9}{:>7}{failures:>10}  {mark}",
            times.count(),
            times.percentile(95).as_millis()
        );
        marks.push(mark);
    }
    crowd.disperse().await;
    let [first, .., last] = marks.as_slice() else {
        println!("too short to tell whether it stays level: take more than 5 minutes");
        return ExitCode::SUCCESS;
    };
    let level = last.grew_little_since(first);
    let verdict = if level { "level" } else { "it grew" };
    println!(
        "from minute {} to minute {}: {verdict}",
        first.minute, last.minute
    );
    if level {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Crowd {
    async fn look(&self, minute: f64) -> Mark {
        let mut cached_sessions = 0.0;
        for url in self.fleet.urls() {
            cached_sessions += Metrics::of(&url).await.sum("session_cache_entries", "");
        }
        let sql = "select count(*) from pg_stat_activity where client_addr is not null";
        Mark {
            minute,
            instances: self.fleet.pids().into_iter().map(Held::by).collect(),
            backends: self
                .db
                .query_one(sql, &[])
                .await
                .expect("statistics")
                .get(0),
            cached_sessions,
        }
    }
}

impl Mark {
    fn memory(&self) -> f64 {
        self.instances.iter().map(|held| held.resident_mb).sum()
    }

    fn descriptors(&self) -> usize {
        self.instances.iter().map(|held| held.descriptors).sum()
    }

    fn grew_little_since(&self, first: &Self) -> bool {
        let grew = |now: f64, before: f64| now / before - 1.0;
        grew(self.memory(), first.memory()) <= MOST_GROWTH
            && grew(self.descriptors() as f64, first.descriptors() as f64) <= MOST_GROWTH
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for held in &self.instances {
            write!(
                f,
                "{:.1}, {}, {}; ",
                held.resident_mb, held.descriptors, held.sockets
            )?;
        }
        write!(f, "{}; {}", self.backends, self.cached_sessions)
    }
}
