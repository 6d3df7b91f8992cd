//! What the parts of a running stack use: processors, memory, descriptors, connections, calls and writes.

use std::fmt;
use std::time::{Duration, Instant};

use procfs::process::{FDTarget, Process, Stat};
use procfs::{CurrentSI as _, KernelStats};

use crate::support::Client;
use crate::support::candidates::Fleet;
use crate::support::stack::children;

/// Processes that work for one purpose.
pub(crate) const PARTS: [&str; 5] = ["service", "PostgREST", "PostgreSQL", "gateway", "driver"];

/// Processor time used so far.
pub(crate) struct Processors {
    at: Instant,
    parts: [Duration; PARTS.len()],
    /// Of the whole machine.
    busy: Duration,
}

/// Processors in use between two moments.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub parts: [f64; PARTS.len()],
    /// Used by programs that have nothing to do with the run.
    pub others: f64,
}

impl Processors {
    pub(crate) fn now(fleet: &Fleet) -> Self {
        let stack: Vec<Stat> = children(fleet.stack.pid()).collect();
        let named = |name: &str| {
            stack
                .iter()
                .filter(|stat| stat.comm == name)
                .map(with_children)
                .sum()
        };
        let service = fleet
            .pids()
            .into_iter()
            .filter_map(stat)
            .map(|stat| alone(&stat))
            .sum();
        let one = |pid: u32| stat(pid).map_or(Duration::ZERO, |stat| alone(&stat));
        Self {
            at: Instant::now(),
            parts: [
                service,
                named("postgrest"),
                named("postgres"),
                one(fleet.stack.pid()),
                one(std::process::id()),
            ],
            busy: busy(),
        }
    }

    pub(crate) fn seconds_since(&self, earlier: &Self) -> f64 {
        (self.at - earlier.at).as_secs_f64()
    }

    pub(crate) fn since(&self, earlier: &Self) -> Load {
        let seconds = self.seconds_since(earlier);
        let rate = |later: Duration, before: Duration| {
            later.saturating_sub(before).as_secs_f64() / seconds
        };
        let parts = std::array::from_fn(|part| rate(self.parts[part], earlier.parts[part]));
        let others = (rate(self.busy, earlier.busy) - parts.iter().sum::<f64>()).max(0.0);
        Load { parts, others }
    }
}

impl Load {
    /// The part that uses the processors most.
    pub(crate) fn heaviest(&self) -> &'static str {
        let by_use = |(_, one): &(_, f64), (_, other): &(_, f64)| one.total_cmp(other);
        let parts = PARTS.into_iter().zip(self.parts);
        parts.max_by(by_use).map_or("nothing", |(name, _)| name)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for used in self.parts.into_iter().chain([self.others]) {
            write!(f, "{used:>11.2}")?;
        }
        Ok(())
    }
}

fn stat(pid: u32) -> Option<Stat> {
    Process::new(pid.cast_signed()).ok()?.stat().ok()
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / procfs::ticks_per_second() as f64)
}

fn alone(stat: &Stat) -> Duration {
    ticks(stat.utime + stat.stime)
}

/// With its children, those that have ended included.
fn with_children(stat: &Stat) -> Duration {
    let ended = u64::try_from(stat.cutime + stat.cstime).unwrap_or_default();
    let running = children(stat.pid.cast_unsigned()).map(|child| alone(&child));
    alone(stat) + ticks(ended) + running.sum::<Duration>()
}

fn busy() -> Duration {
    let total = KernelStats::current().expect("a Linux system").total;
    ticks(
        total.user
            + total.nice
            + total.system
            + total.irq.unwrap_or(0)
            + total.softirq.unwrap_or(0),
    )
}

/// What one process holds.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub resident_mb: f64,
    pub descriptors: usize,
    pub sockets: usize,
}

impl Held {
    pub(crate) fn by(pid: u32) -> Self {
        let process = Process::new(pid.cast_signed()).expect("it runs");
        let pages = process.stat().expect("it runs").rss;
        let open: Vec<_> = process.fd().expect("ours").filter_map(Result::ok).collect();
        let is_socket = |target: &FDTarget| matches!(target, FDTarget::Socket(_));
        Self {
            resident_mb: (pages * procfs::page_size()) as f64 / 1_048_576.0,
            descriptors: open.len(),
            sockets: open.iter().filter(|info| is_socket(&info.target)).count(),
        }
    }
}

/// Counts that only grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// Calls of the service to PostgREST.
    pub calls: f64,
    pub commits: f64,
    /// What PostgreSQL wrote to its log.
    pub wal_bytes: f64,
}

impl Counts {
    pub(crate) async fn now(fleet: &Fleet, db: &tokio_postgres::Client) -> Self {
        let mut calls = 0.0;
        for url in fleet.urls() {
            let metrics = Metrics::of(&url).await;
            calls += metrics.sum("upstream_requests_total", "postgrest");
        }
        let sql = "select xact_commit::float8, (pg_current_wal_lsn() - '0/0')::float8 from pg_stat_database \
                   where datname = current_database()";
        let row = db.query_one(sql, &[]).await.expect("statistics");
        Self {
            calls,
            commits: row.get(0),
            wal_bytes: row.get(1),
        }
    }

    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            calls: self.calls - earlier.calls,
            commits: self.commits - earlier.commits,
            wal_bytes: self.wal_bytes - earlier.wal_bytes,
        }
    }
}

/// What an instance tells at `/metrics`.
pub(crate) struct Metrics(String);

impl Metrics {
    pub(crate) async fn of(url: &str) -> Self {
        let request = Client::new(url).request(reqwest::Method::GET, "/metrics");
        let response = request.send().await.expect("an answer");
        Self(response.text().await.expect("a body"))
    }

    /// The sum of a metric's values whose labels contain a text.
    pub(crate) fn sum(&self, name: &str, labelled: &str) -> f64 {
        let lines = self
            .0
            .lines()
            .filter(|line| line.starts_with(name) && line.contains(labelled));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}
