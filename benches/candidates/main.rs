//! Virtual candidates against whole services: `chaos` breaks everything below them and compares what they were told
//! with the database; `load` finds how many of them a machine serves, or watches for `ENDURANCE` minutes what the service
//! holds. `make chaos` and `make load` run it, and `benches/README.md` has figures and settings.

#[path = "../../tests/api/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests, which use all of it"
)]
mod support;

mod crowd;
mod endurance;
mod load;
mod usage;
mod visitor;

use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use support::candidates::chaos;

fn main() -> ExitCode {
    let part = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        match part.as_deref() {
            Some("chaos") => run_chaos().await,
            Some("load") => match setting("ENDURANCE", 0.0) {
                0.0 => {
                    load::load().await;
                    ExitCode::SUCCESS
                }
                length => endurance::endurance(minutes(length)).await,
            },
            _ => {
                eprintln!("what is to run: chaos or load");
                ExitCode::FAILURE
            }
        }
    })
}

/// A setting from the environment.
fn setting<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not usable; it should be a number")),
        _ => default,
    }
}

fn minutes(count: f64) -> Duration {
    Duration::from_secs_f64(count * 60.0)
}

async fn run_chaos() -> ExitCode {
    let options = chaos::Options {
        duration: minutes(setting("MINUTES", 2.0)),
        instances: setting("INSTANCES", 3),
        candidates: setting("CANDIDATES", 48),
        seed: setting("SEED", 1),
    };
    let outcome = chaos::run(options).await;
    println!("{outcome}");
    if outcome.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
