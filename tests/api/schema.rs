//! The schema as it stands (`supabase/schemas`) is what the migrations make.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::database::{fresh_database, sorted_sql};
use crate::support::DevstackProcess;

const CATALOG: &str = include_str!("catalog.sql");

/// By kind and name.
type Catalog = BTreeMap<(String, String), String>;

/// What a folder of SQL makes of a database that has what Supabase's have.
async fn catalog_of(stack: &DevstackProcess, folder: &str, database: &str) -> Catalog {
    let (db, ..) = fresh_database(stack, database).await;
    for file in sorted_sql(folder) {
        let sql = std::fs::read_to_string(&file).expect("a file of SQL");
        db.batch_execute(&sql)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
    }
    read(&db).await
}

async fn read(db: &Client) -> Catalog {
    let rows = db.query(CATALOG, &[]).await.expect("the catalog is read");
    let count = rows.len();
    let catalog: Catalog = rows
        .iter()
        .map(|row| ((row.get(0), row.get(1)), row.get(2)))
        .collect();
    assert_eq!(catalog.len(), count, "kind and name tell objects apart");
    catalog
}

/// A line for each object that is not the same in both.
fn differences(schemas: &Catalog, migrations: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    for ((kind, name), declared) in schemas {
        match migrations.get(&(kind.clone(), name.clone())) {
            None => lines.push(format!("{kind} {name}: in no migration")),
            Some(made) if made != declared => lines.push(format!(
                "{kind} {name}:\n  schemas:    {declared}\n  migrations: {made}"
            )),
            Some(_) => {}
        }
    }
    let undeclared = migrations.keys().filter(|key| !schemas.contains_key(key));
    lines.extend(undeclared.map(|(kind, name)| format!("{kind} {name}: in no schema file")));
    lines
}

#[tokio::test]
async fn the_migrations_make_what_the_schema_files_declare() {
    let stack = DevstackProcess::start(&[]);
    let schemas = catalog_of(&stack, "supabase/schemas", "declared").await;
    let migrations = catalog_of(&stack, "supabase/migrations", "migrated").await;
    for (kind, name) in [
        ("table", "public.interview_turns"),
        ("column", "public.interview_turns.reply"),
        ("constraint", "public.users users_email_key"),
        ("index", "public.interview_turns_one_open"),
        ("policy", "public.speech_tasks speech_tasks_read_guest"),
        ("trigger", "auth.users mirror_auth_user"),
        (
            "function",
            "public.stop_turn(p_session_id uuid, p_known_version bigint)",
        ),
        ("type", "private.session_head"),
        ("relation privileges", "public.speech_usage"),
        ("comment", "table public.users"),
    ] {
        let key = (kind.to_owned(), name.to_owned());
        assert!(schemas.contains_key(&key), "the catalog tells {key:?}");
    }
    let differences = differences(&schemas, &migrations);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_schema_files_tell_no_history() {
    for file in sorted_sql("supabase/schemas") {
        let sql = std::fs::read_to_string(&file).expect("a file of SQL");
        for line in sql.lines() {
            let change = line.starts_with("drop ")
                || line.starts_with("create or replace")
                || line.contains(" add column ");
            assert!(!change, "{}: {line}", file.display());
        }
    }
}
