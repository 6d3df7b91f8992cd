//! Reads files from strangers in a process of its own, which may end in any way: with an error, by a panic,
//! by the limits it sets itself, by being killed. None of it reaches the service, and the process gives up what it does
//! not need before it reads.
//!
//! The process is this program with a hidden command. The file is its standard input; its output is JSON.

mod confinement;
pub mod probe;

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

pub use confinement::confine;

/// Processor time for one file, in seconds: what bounds the work. A résumé takes a tenth of one.
const MAX_PROCESSOR_SECONDS: u64 = 5;
/// Wall-clock time for one file: a busy machine gives it up.
const TIMEOUT: Duration = Duration::from_secs(25);
/// The longest text of a résumé, each character as an escape of JSON, and some.
const MAX_OUTPUT_BYTES: u64 = 1_200_000;
/// Files read at once; others wait.
const MAX_CONCURRENCY: usize = 2;

/// Runs worker processes, a few at a time.
#[derive(Clone)]
pub struct Sandbox {
    program: PathBuf,
    permits: Arc<Semaphore>,
}

/// A file to read.
pub enum Input {
    Bytes(Bytes),
    /// Read from its beginning; may be sought in.
    File(File),
}

/// How a worker ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    Completed(T),
    /// It ended without a usable output, as by a panic.
    Crashed,
    /// It wanted more processor time or memory than it may have.
    LimitExceeded,
    /// The machine was too busy to finish it in time: no fault of the file.
    TimedOut,
}

impl Sandbox {
    /// `program` is this service's own binary.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            permits: Arc::new(Semaphore::new(MAX_CONCURRENCY)),
        }
    }

    /// Runs a hidden command on a file, within [`TIMEOUT`].
    ///
    /// # Errors
    /// No process can be started, or the file can't be handed over.
    pub async fn run<T: DeserializeOwned>(
        &self,
        command: &str,
        input: Input,
    ) -> std::io::Result<Outcome<T>> {
        let _permit = self.permits.acquire().await.expect("never closed");
        let (stdin, bytes) = match input {
            Input::Bytes(bytes) => (Stdio::piped(), bytes),
            Input::File(mut file) => {
                std::io::Seek::rewind(&mut file)?;
                (Stdio::from(file), Bytes::new())
            }
        };
        let mut child = self.command(&[command]).stdin(stdin).spawn()?;
        let Ok(ended) = tokio::time::timeout(TIMEOUT, exchange(&mut child, &bytes)).await else {
            return Ok(Outcome::TimedOut);
        };
        let (output, status) = ended?;
        Ok(match serde_json::from_slice(&output) {
            Ok(value) => Outcome::Completed(value),
            Err(_) => without_output(status),
        })
    }

    /// Starts a process that reads and writes pipes for as long as it is held. It needs no permit and has
    /// no time limit here.
    ///
    /// # Errors
    /// No process can be started.
    pub fn spawn(&self, arguments: &[&str]) -> std::io::Result<Child> {
        self.command(arguments).stdin(Stdio::piped()).spawn()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// Writes the file and reads the output until the process ends.
async fn exchange(child: &mut Child, file: &[u8]) -> std::io::Result<(Vec<u8>, ExitStatus)> {
    let mut input = child.stdin.take();
    let output = child.stdout.take();
    let write = async {
        if let Some(input) = &mut input {
            // A process that ended early does not read on; its output counts.
            let _unread = input.write_all(file).await;
        }
        drop(input);
    };
    let read = async {
        let mut bytes = Vec::new();
        if let Some(output) = output {
            output
                .take(MAX_OUTPUT_BYTES)
                .read_to_end(&mut bytes)
                .await?;
        }
        std::io::Result::Ok(bytes)
    };
    let ((), bytes) = tokio::join!(write, read);
    Ok((bytes?, child.wait().await?))
}

fn without_output<T>(status: ExitStatus) -> Outcome<T> {
    match status.code() {
        Some(_) => Outcome::Crashed,
        // A signal.
        None => Outcome::LimitExceeded,
    }
}

/// Standard input as a file.
///
/// # Errors
/// It is closed.
pub fn stdin() -> std::io::Result<File> {
    std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(File::from)
}

/// The body of a worker: confines the process, lets `read` read standard input and writes the result as JSON.
pub fn run_worker<T: Serialize>(read: impl FnOnce(File) -> std::io::Result<T>) -> ExitCode {
    // What was not granted, the probe tells.
    let _missing = confine(MAX_PROCESSOR_SECONDS);
    run_confined(read)
}

fn run_confined<T: Serialize>(read: impl FnOnce(File) -> std::io::Result<T>) -> ExitCode {
    let written = stdin()
        .and_then(read)
        .and_then(|value| serde_json::to_vec(&value).map_err(Into::into))
        .and_then(|output| std::io::stdout().write_all(&output));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
