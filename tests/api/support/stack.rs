//! The embedded stack as the binary starts it.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use procfs::process::Stat;
use tempfile::TempDir;

/// The program of services and stacks: `SERVICE_BINARY`, which must have the feature `devstack`, or the one that was built
/// with this.
pub(super) fn binary() -> PathBuf {
    std::env::var_os("SERVICE_BINARY").map_or_else(
        || env!("CARGO_BIN_EXE_ai-interviewer").into(),
        PathBuf::from,
    )
}

/// A stack of its own, stopped when dropped. It also ends when this process does, since its standard
/// input ends then.
pub(crate) struct DevstackProcess {
    variables: HashMap<String, String>,
    child: Child,
    stdin: Option<ChildStdin>,
    /// Removed when dropped, after the stack has ended.
    _data: TempDir,
}

impl DevstackProcess {
    pub(crate) fn start(args: &[&str]) -> Self {
        let data = tempfile::Builder::new()
            .prefix("ai-interviewer-test-")
            .tempdir()
            .expect("a temporary folder");
        // PostgreSQL runs as another account when the tests run as root.
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o711))
            .expect("chmod");
        let mut child = Command::new(binary())
            .arg("devstack")
            .arg("--until-stdin-ends")
            .arg("--data-dir")
            .arg(data.path().join("stack"))
            .args(args)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stdin = child.stdin.take();
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut variables = HashMap::new();
        for line in out.lines() {
            let line = line.expect("readable output");
            if let Some((name, value)) = line.split_once('=') {
                variables.insert(name.to_owned(), value.trim_matches('"').to_owned());
            }
            if line.starts_with("INBUCKET_URL") {
                break;
            }
        }
        assert!(
            variables.contains_key("API_URL"),
            "the stack did not start; see its output above"
        );
        Self {
            variables,
            child,
            stdin,
            _data: data,
        }
    }

    /// A variable under the name that `supabase status -o env` uses.
    pub(crate) fn var(&self, name: &str) -> &str {
        self.variables
            .get(name)
            .unwrap_or_else(|| panic!("the stack prints no {name}"))
    }

    pub(crate) fn api_url(&self) -> &str {
        self.var("API_URL")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to `postgres` or `postgrest`, which the stack starts again when it ends; to nobody while it
    /// does not run.
    pub(crate) fn signal(&self, name: &str, signal: Signal) {
        for child in children(self.pid()).filter(|child| child.comm == name) {
            // It may have ended just now.
            let _gone = kill(Pid::from_raw(child.pid), signal);
        }
    }

    /// A superuser's connection.
    pub(crate) async fn db(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(self.var("DB_URL"), tokio_postgres::NoTls)
                .await
                .expect("the database answers");
        tokio::spawn(connection);
        client
    }
}

/// The processes that a process has started and that run.
pub(crate) fn children(parent: u32) -> impl Iterator<Item = Stat> {
    procfs::process::all_processes()
        .expect("a Linux system")
        .filter_map(|process| process.ok()?.stat().ok())
        .filter(move |stat| stat.ppid == parent.cast_signed())
}

impl Drop for DevstackProcess {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ended = self.child.wait();
    }
}

/// The run's shared stack, with default settings.
pub(crate) fn stack() -> &'static DevstackProcess {
    static STACK: OnceLock<DevstackProcess> = OnceLock::new();
    STACK.get_or_init(|| DevstackProcess::start(&[]))
}
