//! PostgREST over the stack's database.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::account::Account;
use super::process::{Spec, Supervised};

const READY_WITHIN: Duration = Duration::from_secs(20);

pub(super) struct PostgrestOptions<'a> {
    pub program: PathBuf,
    pub folder: &'a Path,
    pub account: Option<Account>,
    pub db_uri: String,
    pub port: u16,
    pub admin_port: u16,
    pub jwt_secret: &'a str,
    pub public_jwk: Option<Value>,
}

/// Starts it and waits until it has read the schema.
pub(super) async fn start(
    options: PostgrestOptions<'_>,
    client: &reqwest::Client,
) -> anyhow::Result<Supervised> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let secret = json!({
        "kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(options.jwt_secret),
    });
    let keys: Vec<Value> = options.public_jwk.into_iter().chain([secret]).collect();
    let env = [
        ("PGRST_DB_URI", options.db_uri),
        ("PGRST_DB_SCHEMAS", "public".to_owned()),
        ("PGRST_DB_EXTRA_SEARCH_PATH", "public,extensions".to_owned()),
        ("PGRST_DB_ANON_ROLE", "anon".to_owned()),
        ("PGRST_DB_POOL", "10".to_owned()),
        ("PGRST_DB_MAX_ROWS", "1000".to_owned()),
        ("PGRST_SERVER_HOST", "127.0.0.1".to_owned()),
        ("PGRST_SERVER_PORT", options.port.to_string()),
        ("PGRST_ADMIN_SERVER_PORT", options.admin_port.to_string()),
        ("PGRST_JWT_SECRET", json!({ "keys": keys }).to_string()),
        // A token's signature is verified once, not at each request; its expiry still is.
        ("PGRST_JWT_CACHE_MAX_LIFETIME", "3600".to_owned()),
        // More capabilities than one cost more in synchronising than they bring here.
        ("GHCRTS", "-N1".to_owned()),
        ("PGRST_LOG_LEVEL", "error".to_owned()),
    ];
    let log = options.folder.join("postgrest.log");
    let server = Supervised::start(Spec {
        name: "postgrest",
        program: options.program.clone(),
        args: Vec::new(),
        env: env.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        account: options.account,
        log: log.clone(),
        stop_signal: Signal::SIGTERM,
    })
    .await
    .with_context(|| format!("cannot start {}", options.program.display()))?;
    let ready = format!("http://127.0.0.1:{}/ready", options.admin_port);
    let began = Instant::now();
    loop {
        let response = client.get(&ready).send().await;
        if response.is_ok_and(|response| response.status().is_success()) {
            return Ok(server);
        }
        if began.elapsed() > READY_WITHIN {
            server.stop().await;
            anyhow::bail!("PostgREST does not get ready; see {}", log.display());
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
