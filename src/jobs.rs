//! Scheduled work with the service key: old speech tasks, abandoned sessions, expired links.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, JobConfig};
use crate::rate_limits::Limits;
use crate::supabase::postgrest::{Identity, PostgRest, RestError};

/// What a run did.
#[derive(Debug, Serialize)]
pub struct JobReport {
    pub speech_tasks_deleted: i64,
    pub sessions_abandoned: i64,
    pub guest_sessions_deleted: i64,
    pub shared_reports_deleted: i64,
}

#[derive(Deserialize)]
struct Sessions {
    abandoned: i64,
    guests_deleted: i64,
}

#[derive(Serialize)]
struct SpeechArguments {
    older_than_hours: u32,
}

#[derive(Serialize)]
struct SessionArguments {
    idle_hours: u32,
    delete_guest_hours: u32,
}

/// Runs every job once. Needs the service key.
///
/// # Errors
/// Upstream failures; a key that the database does not take for the service role's.
pub async fn run_once(rest: &PostgRest, config: &JobConfig) -> Result<JobReport, RestError> {
    let arguments = SpeechArguments {
        older_than_hours: config.speech_task_hours,
    };
    let speech_tasks_deleted = rest
        .rpc(&Identity::Service, "cleanup_completed_tasks", &arguments)
        .await?;
    let arguments = SessionArguments {
        idle_hours: config.abandon_after_hours,
        delete_guest_hours: config.delete_guests_after_hours,
    };
    let sessions: Sessions = rest
        .rpc(&Identity::Service, "cleanup_abandoned_sessions", &arguments)
        .await?;
    let shared_reports_deleted = rest
        .rpc(&Identity::Service, "cleanup_expired_shares", &json!({}))
        .await?;
    Ok(JobReport {
        speech_tasks_deleted,
        sessions_abandoned: sessions.abandoned,
        guest_sessions_deleted: sessions.guests_deleted,
        shared_reports_deleted,
    })
}

const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Runs beside the service: sweeps the limiters and, when there is a service key, runs the jobs.
pub(crate) async fn housekeeping(
    config: Arc<Config>,
    rest: Arc<PostgRest>,
    limits: Arc<Limits>,
    stop: CancellationToken,
) {
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    let mut jobs = tokio::time::interval(config.jobs.interval);
    loop {
        tokio::select! {
            _ = sweep.tick() => limits.sweep(),
            _ = jobs.tick(), if config.supabase.service_key.is_some() => {
                let ran = run_once(&rest, &config.jobs).await;
                let outcome = if ran.is_ok() { "ok" } else { "failed" };
                metrics::counter!("job_runs_total", "outcome" => outcome).increment(1);
                match ran {
                    Ok(report) => tracing::info!(?report, "jobs ran"),
                    Err(error) => tracing::warn!(%error, "jobs failed; they run again later"),
                }
            }
            () = stop.cancelled() => return,
        }
    }
}
