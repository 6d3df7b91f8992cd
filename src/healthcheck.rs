//! Is the service on this machine up? For container images, which hold no other client to ask with.

use std::time::Duration;

use crate::config::ServerConfig;

/// Asks `/healthz` where the service listens.
///
/// # Errors
/// It does not answer, or not with success.
pub async fn ask(server: &ServerConfig) -> anyhow::Result<()> {
    let host = match server.host.as_str() {
        "0.0.0.0" | "::" => "127.0.0.1",
        host => host,
    };
    let timeout = Duration::from_secs(3);
    let url = format!("http://{host}:{}/healthz", server.port);
    let response = upstream::client(timeout, timeout)?
        .get(url)
        .send()
        .await?;
    response.error_for_status()?;
    Ok(())
}
