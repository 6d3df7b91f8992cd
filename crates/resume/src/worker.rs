//! Reads résumés in a sandboxed worker.

use std::io::Read as _;
use std::process::ExitCode;

use bytes::Bytes;

use super::{Extracted, ResumeError};
use sandbox::{self, Input, Outcome, Sandbox};

/// The hidden command that calls [`run`].
pub const COMMAND: &str = "extract-text";

/// The text of a file, extracted in a worker.
///
/// # Errors
/// What is wrong with the file; [`std::io::Error`] when no process can be started.
pub async fn extract(
    sandbox: &Sandbox,
    file: Bytes,
) -> std::io::Result<Result<Extracted, ResumeError>> {
    Ok(match sandbox.run(COMMAND, Input::Bytes(file)).await? {
        Outcome::Completed(result) => result,
        Outcome::Crashed => Err(ResumeError::Damaged),
        Outcome::LimitExceeded => Err(ResumeError::TooComplex),
        Outcome::TimedOut => Err(ResumeError::TimedOut),
    })
}

/// The body of the worker.
pub fn run() -> ExitCode {
    sandbox::run_worker(|mut input| {
        let mut file = Vec::new();
        input.read_to_end(&mut file)?;
        Ok(super::extract(&file))
    })
}
