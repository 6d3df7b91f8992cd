//! The project's migrations, applied and recorded as the Supabase CLI does it.

use anyhow::Context as _;
use tokio_postgres::Client;

/// One file of `supabase/migrations`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `<version>_<name>.sql`
    pub file: &'static str,
    pub sql: &'static str,
}

const BOOTSTRAP: &str = include_str!("bootstrap.sql");
const MOCK_AUTH: &str = include_str!("bootstrap_mock_auth.sql");

const HISTORY: &str = "
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (
        version text not null primary key, statements text[], name text
    );";

/// Makes what a Supabase database has before any migration.
pub(super) async fn bootstrap(db: &Client, password: &str, mock_auth: bool) -> anyhow::Result<()> {
    db.batch_execute(BOOTSTRAP)
        .await
        .context("the database could not be prepared")?;
    if mock_auth {
        db.batch_execute(MOCK_AUTH)
            .await
            .context("the tables of schema auth could not be made")?;
    }
    // The password is made of letters, digits, - and _.
    for role in ["authenticator", "supabase_auth_admin"] {
        db.batch_execute(&format!(
            "alter role {role} with login password '{password}'"
        ))
        .await?;
    }
    Ok(())
}

/// Applies what is not applied yet, in order, each migration in a transaction of its own. Returns the
/// names of those applied.
pub(super) async fn migrate(
    db: &mut Client,
    migrations: &[Migration],
) -> anyhow::Result<Vec<String>> {
    db.batch_execute(HISTORY).await?;
    let rows = db
        .query(
            "select version from supabase_migrations.schema_migrations",
            &[],
        )
        .await?;
    let known: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut files = migrations.to_vec();
    files.sort_unstable_by_key(|migration| migration.file);
    let mut applied = Vec::new();
    for Migration { file, sql } in files {
        let stem = file.trim_end_matches(".sql");
        let (version, name) = stem
            .split_once('_')
            .with_context(|| format!("{file} is not named <version>_<name>.sql"))?;
        if known.iter().any(|known| known == version) {
            continue;
        }
        let transaction = db.transaction().await?;
        transaction
            .batch_execute(sql)
            .await
            .with_context(|| format!("migration {file} failed"))?;
        transaction
            .execute(
                "insert into supabase_migrations.schema_migrations (version, statements, name) \
                 values ($1, $2, $3)",
                &[&version, &vec![sql], &name],
            )
            .await?;
        transaction.commit().await?;
        applied.push(stem.to_owned());
    }
    Ok(applied)
}
