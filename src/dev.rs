//! `ai-interviewer devstack` and `ai-interviewer dev`: the embedded stack alone, and the service on it.

use std::path::PathBuf;

use clap::Args;
use devstack::{Migration, Stack, StackOptions};
use include_dir::{Dir, include_dir};
use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, DevstackConfig, Environment};
use crate::{app, output};

static MIGRATIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/supabase/migrations");

/// The project's own, as `supabase db push` would apply them.
fn migrations() -> Vec<Migration> {
    MIGRATIONS
        .files()
        .filter_map(|file| {
            Some(Migration {
                file: file.path().file_name()?.to_str()?,
                sql: file.contents_utf8()?,
            })
        })
        .filter(|migration| migration.file.ends_with(".sql"))
        .collect()
}

/// Options of the embedded stack.
#[derive(Args, Clone, Debug)]
pub struct DevstackArgs {
    /// Folder that keeps the stack's data [default: DEVSTACK_DIR or .devstack]
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Port of the gateway [default: a free one]
    #[arg(long)]
    port: Option<u16>,
    /// Port of PostgreSQL [default: a free one]
    #[arg(long)]
    db_port: Option<u16>,
    /// Sign tokens with the shared secret (HS256) instead of ES256
    #[arg(long)]
    hs256: bool,
    /// New accounts must follow the link in their e-mail first (mails: /dev/mail on the gateway)
    #[arg(long)]
    confirm_email: bool,
    /// Refuse new accounts
    #[arg(long)]
    disable_signup: bool,
    /// Limit requests per client as a hosted project does
    #[arg(long)]
    rate_limits: bool,
    /// Lifetime of an access token in seconds
    #[arg(long, default_value_t = 3_600)]
    jwt_exp: i64,
    /// How many seconds an exchanged refresh token may come again
    #[arg(long, default_value_t = 10)]
    refresh_reuse_interval: u32,
    /// Least seconds between two e-mails to one user
    #[arg(long, default_value_t = 1)]
    mail_max_frequency: u32,
    /// Groups of characters, parted by colons, of each of which a password needs one
    #[arg(long)]
    password_required_characters: Option<String>,
    /// Stop when standard input ends, so that a test runner can't leave the stack behind
    #[arg(long)]
    until_stdin_ends: bool,
    /// Where links in e-mails lead
    #[arg(long, default_value = "http://localhost:8000")]
    site_url: String,
}

impl Default for DevstackArgs {
    /// What the command line means when it says nothing.
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Nothing {
            #[command(flatten)]
            args: DevstackArgs,
        }
        <Nothing as clap::Parser>::parse_from(["dev"]).args
    }
}

impl DevstackArgs {
    fn options(self, config: DevstackConfig) -> StackOptions {
        let mut options = StackOptions::new(self.data_dir.unwrap_or(config.data_dir), migrations());
        options.gateway_port = self.port;
        options.postgres_port = self.db_port;
        options.jwt_secret = config
            .jwt_secret
            .map(|secret| secret.expose_secret().to_owned());
        options.gotrue_bin = config.gotrue_bin;
        options.hs256 = self.hs256;
        options.autoconfirm = !self.confirm_email;
        options.disable_signup = self.disable_signup;
        options.rate_limits = self.rate_limits;
        options.jwt_exp_s = self.jwt_exp;
        options.refresh_reuse_interval_s = self.refresh_reuse_interval;
        options.mail_max_frequency_s = self.mail_max_frequency;
        options.password_required_characters = self.password_required_characters;
        options.site_url = self.site_url;
        options
    }
}

/// Starts the stack, prints its variables once it answers, and runs it until `stop`.
///
/// # Errors
/// The start's.
pub async fn run_alone(
    args: DevstackArgs,
    config: DevstackConfig,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    if args.until_stdin_ends {
        stop_with_stdin(stop.clone());
    }
    let starting = Stack::start(args.options(config));
    let stack = tokio::select! {
        stack = starting => stack?,
        () = stop.cancelled() => return Ok(()),
    };
    output::line(stack.env_lines().trim_end());
    stop.cancelled().await;
    stack.stop().await;
    Ok(())
}

/// Starts the stack and the service on it, and runs both until `stop`.
///
/// # Errors
/// The start's and the server's.
pub async fn run_with_service(
    args: DevstackArgs,
    config: DevstackConfig,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let starting = Stack::start(args.options(config));
    let stack = tokio::select! {
        stack = starting => stack?,
        () = stop.cancelled() => return Ok(()),
    };
    let of_stack = [
        ("SUPABASE_URL", stack.api_url.clone()),
        ("SUPABASE_ANON_KEY", stack.publishable_key.clone()),
        ("SUPABASE_SERVICE_KEY", stack.secret_key.clone()),
        ("SUPABASE_JWT_SECRET", stack.jwt_secret.clone()),
        // The embedded stack has none.
        ("SUPABASE_REALTIME", "false".to_owned()),
    ];
    let lookup = move |name: &str| {
        let given = of_stack.iter().find(|(key, _)| *key == name);
        given
            .map(|(_, value)| value.clone())
            .or_else(|| std::env::var(name).ok())
            .or_else(|| in_development(name).map(str::to_owned))
    };
    let served = match Environment::new(lookup).service() {
        Ok(config) => serve(config, &stack.api_url, stop).await,
        Err(error) => Err(error.into()),
    };
    stack.stop().await;
    served
}

/// What development has where the environment says nothing.
fn in_development(name: &str) -> Option<&'static str> {
    match name {
        // Nobody else serves the embedded stack.
        "EVENTS_POLL_SECONDS" => Some("0"),
        "ADMIN_ADDRESS" => Some("public"),
        _ => None,
    }
}

async fn serve(config: Config, gateway: &str, stop: CancellationToken) -> anyhow::Result<()> {
    let application = app::listen(config).await?;
    output::line(format_args!(
        "e-mails that the stack sends: {gateway}/dev/mail"
    ));
    output::line(format_args!("open http://localhost:{}", application.port()));
    application.run_until(stop).await
}

fn stop_with_stdin(stop: CancellationToken) {
    std::thread::spawn(move || {
        // Whatever comes is not for us; only the end counts.
        let _ended = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        stop.cancel();
    });
}
