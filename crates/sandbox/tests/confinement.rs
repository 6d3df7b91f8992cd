//! What a worker can and can't do. This program is the worker as well: it runs itself with a hidden command.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use bytes::Bytes;
use nix::sys::{ptrace, signal};
use nix::unistd::{self, Pid};
use sandbox::{Input, Outcome, Sandbox, probe};

type Attempt = fn() -> io::Result<()>;

/// Each is tried in a worker of its own, after it was confined.
const REFUSED: [(&str, Attempt); 7] = [
    ("exec", || {
        Err(Command::new("/proc/self/exe").arg("--version").exec())
    }),
    ("trace", || Ok(ptrace::traceme()?)),
    // Signal 0: whether it could be sent.
    ("signal", || Ok(signal::kill(Pid::from_raw(1), None)?)),
    ("thread", || {
        std::thread::Builder::new().spawn(|| {}).map(drop)
    }),
    ("folder", || std::fs::create_dir("below")),
    ("password file", || File::open("/etc/passwd").map(drop)),
    ("remove", || std::fs::remove_file("/dev/null")),
];

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    if command == probe::COMMAND {
        return probe::run();
    }
    if command == "length" {
        return sandbox::run_worker(length);
    }
    if command == "user" {
        return sandbox::run_worker(|_| Ok(unistd::getuid().as_raw()));
    }
    if let Some((_, attempt)) = REFUSED.iter().find(|(name, _)| *name == command) {
        return sandbox::run_worker(|_| Ok(attempt().err().map(|error| error.raw_os_error())));
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(test());
    ExitCode::SUCCESS
}

/// Bytes by reading, and by seeking where the input may be sought in.
fn length(mut input: File) -> io::Result<(u64, Option<u64>)> {
    let read = input.read_to_end(&mut Vec::new())? as u64;
    let sought = input.seek(SeekFrom::End(0)).ok();
    Ok((read, sought.filter(|end| *end == read)))
}

async fn test() {
    let sandbox = Sandbox::new(std::env::current_exe().expect("this program"));
    let findings = sandbox.probe().await.expect("an answer");
    println!("not granted here: {:?}", findings.missing);
    assert_eq!(findings.possible, Vec::<String>::new());
    for (name, _) in REFUSED {
        let outcome = sandbox.run(name, Input::Bytes(Bytes::new())).await;
        let refused = Outcome::Completed(Some(Some(libc::EPERM)));
        assert_eq!(outcome.expect("a process"), refused, "{name}");
    }
    let user: Outcome<u32> = run(&sandbox, "user", Input::Bytes(Bytes::new())).await;
    assert!(!matches!(user, Outcome::Completed(0)), "root: {user:?}");
    let bytes = Bytes::from(vec![7; 300_000]);
    let read = run(&sandbox, "length", Input::Bytes(bytes.clone())).await;
    assert_eq!(read, Outcome::Completed((300_000, None::<u64>)));
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&bytes).expect("room");
    let read = run(&sandbox, "length", Input::File(file)).await;
    assert_eq!(read, Outcome::Completed((300_000, Some(300_000))));
    println!("confined workers read what they are given, and nothing else");
}

async fn run<T: serde::de::DeserializeOwned>(
    sandbox: &Sandbox,
    command: &str,
    input: Input,
) -> Outcome<T> {
    sandbox.run(command, input).await.expect("a process")
}
