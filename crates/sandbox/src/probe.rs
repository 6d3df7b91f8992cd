//! Tries what a worker must not be able to do, in a worker.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, ExitCode};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{Input, Outcome, Sandbox, confine, run_confined};

/// The hidden command that calls [`run`].
pub const COMMAND: &str = "probe-sandbox";

/// How well a worker is confined here.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Layers that the kernel did not grant, with its reasons.
    pub missing: Vec<String>,
    /// What a worker can do all the same, as "open sockets".
    pub possible: Vec<String>,
}

impl Sandbox {
    /// What a worker can and can't do on this machine.
    ///
    /// # Errors
    /// No process can be started, or it ends without an answer.
    pub async fn probe(&self) -> io::Result<Findings> {
        match self.run(COMMAND, Input::Bytes(Bytes::new())).await? {
            Outcome::Completed(findings) => Ok(findings),
            outcome => Err(io::Error::other(format!("{outcome:?}"))),
        }
    }
}

/// The body of the worker.
pub fn run() -> ExitCode {
    let missing = confine(1);
    let attempts: [(&str, io::Result<()>); 5] = [
        ("read files", File::open("/").map(drop)),
        ("write files", write_file()),
        ("open sockets", UdpSocket::bind("127.0.0.1:0").map(drop)),
        ("open local sockets", UnixDatagram::unbound().map(drop)),
        ("start programs", start_program()),
    ];
    let possible = attempts
        .into_iter()
        .filter(|(_, attempt)| attempt.is_ok())
        .map(|(what, _)| what.to_owned())
        .collect();
    run_confined(|_| Ok(Findings { missing, possible }))
}

/// A file that everybody may write to, and that keeps nothing.
fn write_file() -> io::Result<()> {
    OpenOptions::new().write(true).open("/dev/null").map(drop)
}

/// This program, which says its version and ends.
fn start_program() -> io::Result<()> {
    Command::new("/proc/self/exe")
        .arg("--version")
        .output()
        .map(drop)
}
