//! Asks the service on this machine whether it is up: for container images, which hold no other HTTP client.

use std::time::Duration;

use crate::config::ServerConfig;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Requests `/healthz` where the service listens, within three seconds.
///
/// # Errors
/// It can't be reached in time, or its response is no success.
pub async fn run(server: &ServerConfig) -> anyhow::Result<()> {
    let client = upstream::client(TIMEOUT, TIMEOUT)?;
    let response = client.get(server.local_url("/healthz")).send().await?;
    response.error_for_status()?;
    Ok(())
}
