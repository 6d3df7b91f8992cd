//! Reads strangers' files in a process of its own, which may end however it likes: by an error, by a
//! panic, by the limits it sets itself, by being killed. None of it reaches the service.
//!
//! The process is this program with a hidden command; the file is its standard input, its answer is JSON.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use rlimit::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Address space of a process, in bytes.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Processor seconds for one file, and seconds on the clock.
const PROCESSOR_SECONDS: u64 = 8;
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of its answer: the longest text of a résumé, each character as an escape of JSON, and some.
const LONGEST_ANSWER: u64 = 1_200_000;
/// Files that are read at once.
const AT_ONCE: usize = 2;

/// Reads files, a few at a time.
#[derive(Clone)]
pub struct Sandbox {
    program: PathBuf,
    places: std::sync::Arc<Semaphore>,
}

/// A file to read.
pub enum Input {
    Bytes(Bytes),
    /// Read from its beginning; may be sought in.
    File(File),
}

/// How the reading ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending<T> {
    Said(T),
    /// Without an answer, as by a panic.
    Broke,
    /// It wanted more time or memory than it may have.
    Overran,
}

impl Sandbox {
    /// `program` is this service's own binary.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            places: std::sync::Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Has a hidden command read a file.
    ///
    /// # Errors
    /// No process can be started, or the file can't be handed over.
    pub async fn run<T: DeserializeOwned>(
        &self,
        command: &str,
        input: Input,
    ) -> std::io::Result<Ending<T>> {
        let _place = self.places.acquire().await.expect("never closed");
        let (stdin, bytes) = match input {
            Input::Bytes(bytes) => (Stdio::piped(), bytes),
            Input::File(mut file) => {
                std::io::Seek::rewind(&mut file)?;
                (Stdio::from(file), Bytes::new())
            }
        };
        let mut child = self.command(&[command]).stdin(stdin).spawn()?;
        let Ok(ended) = tokio::time::timeout(PATIENCE, converse(&mut child, &bytes)).await else {
            return Ok(Ending::Overran);
        };
        let (answer, status) = ended?;
        Ok(match serde_json::from_slice(&answer) {
            Ok(said) => Ending::Said(said),
            Err(_) => without_answer(status),
        })
    }

    /// A process that reads and answers for as long as it is held, by pipes; it takes no place.
    ///
    /// # Errors
    /// No process can be started.
    pub fn converse(&self, arguments: &[&str]) -> std::io::Result<Child> {
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

fn without_answer<T>(status: ExitStatus) -> Ending<T> {
    match status.code() {
        Some(_) => Ending::Broke,
        // A signal.
        None => Ending::Overran,
    }
}

/// What a process does first: it limits itself. Systems without a limit still have the clock.
pub fn limit(processor_seconds: u64) {
    let _unlimited = Resource::AS.set(MEMORY, MEMORY);
    let _unlimited = Resource::CPU.set(processor_seconds, processor_seconds);
    let _unlimited = Resource::CORE.set(0, 0);
}

/// Standard input as a file.
pub fn input() -> std::io::Result<File> {
    std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(File::from)
}

/// What a process does: limits itself, has `read` read standard input, writes what it says as JSON.
pub fn child<T: Serialize>(read: impl FnOnce(File) -> std::io::Result<T>) -> ExitCode {
    limit(PROCESSOR_SECONDS);
    let written = input()
        .and_then(read)
        .and_then(|said| serde_json::to_vec(&said).map_err(Into::into))
        .and_then(|said| std::io::stdout().write_all(&said));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
