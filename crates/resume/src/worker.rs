//! Reads résumés in the sandbox.

use std::io::Read as _;
use std::process::ExitCode;

use bytes::Bytes;

use super::ResumeError;
use sandbox::{self, Ending, Input, Sandbox};

/// The command line's name for [`run`].
pub const COMMAND: &str = "extract-text";

/// The text of a file.
///
/// # Errors
/// What is wrong with the file; [`std::io::Error`] when no process can be started.
pub async fn extract(
    sandbox: &Sandbox,
    file: Bytes,
) -> std::io::Result<Result<String, ResumeError>> {
    Ok(match sandbox.run(COMMAND, Input::Bytes(file)).await? {
        Ending::Said(said) => said,
        Ending::Broke => Err(ResumeError::Damaged),
        Ending::Overran => Err(ResumeError::TooComplex),
    })
}

/// What the process does.
pub fn run() -> ExitCode {
    sandbox::child(|mut input| {
        let mut file = Vec::new();
        input.read_to_end(&mut file)?;
        Ok(super::extract(&file))
    })
}
