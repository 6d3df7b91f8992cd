//! Asks the service on this machine whether it is up: for container images, which hold no other HTTP client.

use std::time::Duration;

use crate::config::ServerConfig;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Requests `/healthz` where the service listens, within three seconds.
///
/// # Errors
/// It can't be reached in time, or its response is no success.
pub async fn run(server: &ServerConfig) -> anyhow::Result<()> {
    let host = match server.host.as_str() {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let url = format!("http://{host}:{}/healthz", server.port);
    let response = upstream::client(TIMEOUT, TIMEOUT)?.get(url).send().await?;
    response.error_for_status()?;
    Ok(())
}
