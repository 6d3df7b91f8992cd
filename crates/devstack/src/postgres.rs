//! PostgreSQL: made once, started, brought to the state that the migrations expect.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use tokio_postgres::{Client, Config, NoTls};

use super::account::Account;
use super::binaries::Binaries;
use super::process::{Spec, Supervised, run};

const READY_WITHIN: Duration = Duration::from_secs(30);

/// How to reach the database as one of its roles.
pub(super) fn config(port: u16, user: &str, password: &str) -> Config {
    let mut config = Config::new();
    config
        .host("127.0.0.1")
        .port(port)
        .dbname("postgres")
        .user(user)
        .password(password)
        .connect_timeout(Duration::from_secs(3));
    config
}

pub(super) fn url(port: u16, user: &str, password: &str) -> String {
    format!("postgresql://{user}:{password}@127.0.0.1:{port}/postgres")
}

/// Makes the cluster if there is none, starts it and waits until it answers.
pub(super) async fn start(
    folder: &Path,
    binaries: &Binaries,
    account: Option<Account>,
    port: u16,
    password: &str,
) -> anyhow::Result<Supervised> {
    let data = folder.join("pgdata");
    let log = folder.join("postgres.log");
    if !data.join("PG_VERSION").is_file() {
        initdb(folder, &data, &log, binaries, account, password).await?;
    }
    let setting = |name: &str, value: &str| ["-c".to_owned(), format!("{name}={value}")];
    let port_text = port.to_string();
    let settings = [
        setting("listen_addresses", "127.0.0.1"),
        setting("port", &port_text),
        setting("unix_socket_directories", ""),
        setting("max_connections", "80"),
        setting("shared_buffers", "64MB"),
        setting("max_wal_size", "512MB"),
        setting("log_min_messages", "warning"),
        setting("log_min_error_statement", "panic"),
        setting("timezone", "UTC"),
    ];
    let mut args = vec!["-D".to_owned(), data.display().to_string()];
    args.extend(settings.into_iter().flatten());
    let server = Supervised::start(Spec {
        name: "postgres",
        program: binaries.postgres.clone(),
        args,
        env: Vec::new(),
        account,
        log: log.clone(),
        // Fast shutdown; its own children notice a postmaster that was killed.
        stop_signal: Signal::SIGINT,
    })
    .await
    .with_context(|| format!("cannot start {}", binaries.postgres.display()))?;
    let began = Instant::now();
    loop {
        match connect(&config(port, "postgres", password)).await {
            Ok(_) => return Ok(server),
            Err(error) if began.elapsed() > READY_WITHIN => {
                server.stop().await;
                anyhow::bail!(
                    "PostgreSQL does not answer ({error}); see {}",
                    log.display()
                );
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(40)).await,
        }
    }
}

async fn initdb(
    folder: &Path,
    data: &Path,
    log: &Path,
    binaries: &Binaries,
    account: Option<Account>,
    password: &str,
) -> anyhow::Result<()> {
    // What an interrupted attempt left would make initdb refuse.
    if data.exists() {
        fs::remove_dir_all(data)?;
    }
    fs::create_dir_all(data)?;
    fs::set_permissions(data, fs::Permissions::from_mode(0o700))?;
    let password_file = folder.join("initdb-password");
    fs::write(&password_file, password)?;
    fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600))?;
    if let Some(account) = account {
        account.own(data)?;
        account.own(&password_file)?;
    }
    let spec = Spec {
        name: "initdb",
        program: binaries.initdb.clone(),
        args: [
            "-D",
            &data.display().to_string(),
            "-U",
            "postgres",
            "--pwfile",
            &password_file.display().to_string(),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        ]
        .map(str::to_owned)
        .to_vec(),
        env: Vec::new(),
        account,
        log: log.to_owned(),
        stop_signal: Signal::SIGTERM,
    };
    let made = run(&spec).await;
    fs::remove_file(&password_file)?;
    let made = made.with_context(|| format!("cannot run {}", binaries.initdb.display()))?;
    anyhow::ensure!(made, "initdb failed; see {}", log.display());
    Ok(())
}

/// A connection that serves until its client is dropped.
pub(super) async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a database connection ended");
        }
    });
    Ok(client)
}
