//! The command line.

use std::process::ExitCode;

use ai_interviewer::config::{Environment, LogFormat};
#[cfg(feature = "devstack")]
use ai_interviewer::dev::{self, DevstackArgs};
use ai_interviewer::supabase::postgrest::PostgRest;
use ai_interviewer::{app, doctor, healthcheck, jobs, output, routes, telemetry};
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use resume::worker as resume_worker;
use sandbox::probe;
use speech::audio;
use speech::live::worker as live_worker;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Interview practice on Supabase.
///
/// Settings come from the environment, and from a .env file in development; see .env.example.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default); with USE_MOCK_AUTH=true on the embedded stack, as dev does
    Serve,
    /// Start the embedded stack and serve on it: no Docker, no keys
    #[cfg(feature = "devstack")]
    Dev(DevstackArgs),
    /// Start the embedded stack alone and print its variables
    #[cfg(feature = "devstack")]
    Devstack(DevstackArgs),
    /// Check the configuration against the running Supabase, a line per check
    Doctor {
        /// Print a JSON document instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Ask the running service whether it is up, for container images; exits 1 if it is not
    Healthcheck,
    /// Print the OpenAPI document
    Openapi,
    /// Run the clean-up jobs once; needs the service key
    Jobs,
}

fn main() -> ExitCode {
    // A worker confines itself before anything else is set up.
    match std::env::args().nth(1).as_deref() {
        Some(resume_worker::COMMAND) => return resume_worker::run(),
        Some(audio::COMMAND) => return audio::run(),
        Some(live_worker::COMMAND) => return live_worker::run(std::env::args().nth(2).as_deref()),
        Some(probe::COMMAND) => return probe::run(),
        _ => {}
    }
    serve_command_line()
}

#[tokio::main]
async fn serve_command_line() -> ExitCode {
    // A .env file is a convenience of development; the environment itself comes first.
    let _absent = dotenvy::dotenv();
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve);
    let started = match init_telemetry(&command) {
        Ok(()) => run(command).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ai-interviewer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every command logs alike, and a service exports what is configured. What is wrong with the settings, the command says
/// with all else that is wrong.
fn init_telemetry(command: &Command) -> anyhow::Result<()> {
    let default = match command {
        #[cfg(feature = "devstack")]
        Command::Dev(_) | Command::Devstack(_) => LogFormat::Pretty,
        Command::Serve if Environment::process().uses_mock_auth() => LogFormat::Pretty,
        _ => LogFormat::Json,
    };
    let format = Environment::process().log_format(default);
    let format = format.unwrap_or(default);
    let serves = match command {
        Command::Serve => true,
        #[cfg(feature = "devstack")]
        Command::Dev(_) => true,
        _ => false,
    };
    match Environment::process().telemetry() {
        Ok(exported) if serves && exported.is_on() => telemetry::init(format, &exported),
        _ => {
            telemetry::init_logs(format);
            Ok(())
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => {
            let mut environment = Environment::process();
            if environment.uses_mock_auth() {
                #[cfg(feature = "devstack")]
                {
                    run_dev(DevstackArgs::default()).await?;
                    return Ok(ExitCode::SUCCESS);
                }
                #[cfg(not(feature = "devstack"))]
                anyhow::bail!(
                    "USE_MOCK_AUTH=true needs the embedded stack, which this build leaves out"
                );
            }
            let config = environment.service()?;
            app::listen(config).await?.run_until(stop_signal()?).await?;
        }
        #[cfg(feature = "devstack")]
        Command::Dev(args) => run_dev(args).await?,
        #[cfg(feature = "devstack")]
        Command::Devstack(args) => {
            let config = Environment::process().devstack()?;
            dev::run_alone(args, config, stop_signal()?).await?;
        }
        Command::Doctor { json } => {
            let report = doctor::examine(Environment::process().service()).await;
            report.print(json)?;
            return Ok(report.exit_code());
        }
        Command::Healthcheck => {
            healthcheck::run(&Environment::process().service()?.server).await?;
        }
        Command::Openapi => output::line(routes::document().to_pretty_json()?),
        Command::Jobs => {
            let config = Environment::process().service()?;
            anyhow::ensure!(
                config.supabase.service_key.is_some(),
                "the jobs need SUPABASE_SERVICE_KEY or SUPABASE_SECRET_KEY"
            );
            let rest = PostgRest::new(&config.supabase)?;
            let report = jobs::run_once(&rest, &config.jobs).await?;
            output::line(serde_json::to_string(&report)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "devstack")]
async fn run_dev(args: DevstackArgs) -> anyhow::Result<()> {
    let config = Environment::process().devstack()?;
    dev::run_with_service(args, config, stop_signal()?).await
}

/// Cancelled by SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}
