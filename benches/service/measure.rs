//! Medians, throughput and memory.

use std::time::{Duration, Instant};

use reqwest::Method;
use uuid::Uuid;

use crate::support::Client;

pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

pub(crate) fn middle(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// Answers a second, with sixteen requests under way all the time.
pub(crate) async fn throughput(user: &Client, path: &str, session: Uuid) -> f64 {
    const EACH: u32 = 250;
    const AT_ONCE: u32 = 16;
    let began = Instant::now();
    let readers = (0..AT_ONCE).map(|_| async {
        for _ in 0..EACH {
            let response = user
                .request(Method::GET, path)
                .header("x-session-id", session.to_string())
                .send()
                .await
                .expect("an answer");
            assert_eq!(response.status(), 200);
            response.bytes().await.expect("a body");
        }
    });
    futures_util::future::join_all(readers).await;
    f64::from(EACH * AT_ONCE) / began.elapsed().as_secs_f64()
}

/// Calls to PostgREST so far, by the service's own count.
pub(crate) async fn upstream_requests(user: &Client) -> f64 {
    let text = user
        .request(Method::GET, "/metrics")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a body");
    text.lines()
        .filter(|line| line.starts_with("upstream_requests_total") && line.contains("postgrest"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

/// Resident set of a process (proc(5), `VmRSS`).
pub(crate) fn resident_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let kilobytes: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .expect("a figure");
    kilobytes / 1024.0
}
