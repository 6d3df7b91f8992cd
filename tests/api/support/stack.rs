//! The embedded stack as the binary starts it.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

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
        let mut child = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"))
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
