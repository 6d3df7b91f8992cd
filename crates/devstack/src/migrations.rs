//! The project's migrations, applied and recorded as the Supabase CLI does it.

use std::path::Path;

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
///
/// # Errors
/// A migration that fails, or one that the database in `folder` records and `migrations` lack.
pub(super) async fn migrate(
    db: &mut Client,
    migrations: &[Migration],
    folder: &Path,
) -> anyhow::Result<Vec<String>> {
    db.batch_execute(HISTORY).await?;
    let rows = db
        .query(
            "select version from supabase_migrations.schema_migrations order by version",
            &[],
        )
        .await?;
    let recorded: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let mut files = migrations
        .iter()
        .map(|Migration { file, sql }| {
            let stem = file.trim_end_matches(".sql");
            let (version, name) = stem
                .split_once('_')
                .with_context(|| format!("{file} is not named <version>_<name>.sql"))?;
            Ok((version, name, *sql))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    files.sort_unstable();
    let missing: Vec<&str> = recorded
        .iter()
        .copied()
        .filter(|version| !files.iter().any(|(known, ..)| known == version))
        .collect();
    anyhow::ensure!(
        missing.is_empty(),
        "the database in {folder} has migrations that this project does not have ({missing}): it was made \
         by another version of the project. Return to that version, or delete the database with its data: \
         rm -r {folder}",
        folder = folder.display(),
        missing = missing.join(", "),
    );
    let mut applied = Vec::new();
    for (version, name, sql) in files {
        if recorded.contains(&version) {
            continue;
        }
        let transaction = db.transaction().await?;
        transaction
            .batch_execute(sql)
            .await
            .with_context(|| format!("migration {version}_{name} failed"))?;
        transaction
            .execute(
                "insert into supabase_migrations.schema_migrations (version, statements, name) \
                 values ($1, $2, $3)",
                &[&version, &vec![sql], &name],
            )
            .await?;
        transaction.commit().await?;
        applied.push(format!("{version}_{name}"));
    }
    Ok(applied)
}
