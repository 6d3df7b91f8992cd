//! Reads a file in a process of its own, which may end however it likes: by an error, by a panic, by the
//! limits it sets itself, by being killed. None of it reaches the service.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use rlimit::Resource;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::{LONGEST_TEXT, ResumeError};

/// The command line's name for [`run`].
pub const COMMAND: &str = "extract-text";

/// Address space of the process, processor seconds, and seconds on the clock.
const MEMORY: u64 = 512 * 1024 * 1024;
const PROCESSOR_SECONDS: u64 = 8;
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of its answer: a text in JSON takes at most six times its characters, and some.
const LONGEST_ANSWER: u64 = LONGEST_TEXT as u64 * 12;
/// Files that are read at once.
const AT_ONCE: usize = 2;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Text(String),
    Error(ResumeError),
}

/// Reads files, a few at a time.
pub struct Worker {
    program: PathBuf,
    places: Semaphore,
}

impl Worker {
    /// `program` is this service's own binary.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            places: Semaphore::new(AT_ONCE),
        }
    }

    /// The text of a file.
    ///
    /// # Errors
    /// What is wrong with the file; [`std::io::Error`] when no process can be started.
    pub async fn extract(&self, file: Bytes) -> std::io::Result<Result<String, ResumeError>> {
        let _place = self.places.acquire().await.expect("never closed");
        let mut child = Command::new(&self.program)
            .arg(COMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let Ok(ended) = tokio::time::timeout(PATIENCE, converse(&mut child, &file)).await else {
            return Ok(Err(ResumeError::TooComplex));
        };
        let (answer, status) = ended?;
        if let Ok(said) = serde_json::from_slice::<Said>(&answer) {
            return Ok(match said {
                Said::Text(text) => Ok(text),
                Said::Error(error) => Err(error),
            });
        }
        Ok(Err(verdict(status)))
    }
}

async fn converse(child: &mut Child, file: &[u8]) -> std::io::Result<(Vec<u8>, ExitStatus)> {
    let mut input = child.stdin.take();
    let output = child.stdout.take();
    let write = async {
        if let Some(input) = &mut input {
            // A process that ended early does not read on; what it said counts.
            let _unread = input.write_all(file).await;
        }
        drop(input);
    };
    let read = async {
        let mut answer = Vec::new();
        if let Some(output) = output {
            output.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
        }
        std::io::Result::Ok(answer)
    };
    let ((), answer) = tokio::join!(write, read);
    Ok((answer?, child.wait().await?))
}

/// A process that ended without an answer: by a panic (exit status 101), or because it wanted more than
/// it may have (a signal).
fn verdict(status: ExitStatus) -> ResumeError {
    match status.code() {
        Some(_) => ResumeError::Damaged,
        None => ResumeError::TooComplex,
    }
}

/// What the process does: limits itself, reads a file from standard input, writes its text as JSON.
pub fn run() -> ExitCode {
    // Systems without a limit still have the clock.
    let _unlimited = Resource::AS.set(MEMORY, MEMORY);
    let _unlimited = Resource::CPU.set(PROCESSOR_SECONDS, PROCESSOR_SECONDS);
    let _unlimited = Resource::CORE.set(0, 0);
    let mut file = Vec::new();
    if std::io::stdin().read_to_end(&mut file).is_err() {
        return ExitCode::FAILURE;
    }
    let said = match super::extract(&file) {
        Ok(text) => Said::Text(text),
        Err(error) => Said::Error(error),
    };
    let written = serde_json::to_vec(&said)
        .ok()
        .and_then(|said| std::io::stdout().write_all(&said).ok());
    if written.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
