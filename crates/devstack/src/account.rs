//! PostgreSQL refuses to run as root: the account it runs as then, and what that account can reach.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use anyhow::Context as _;
use nix::unistd::{Uid, User};

/// An unprivileged account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The account to drop to: none for an ordinary user.
    pub(super) fn to_drop_to() -> anyhow::Result<Option<Self>> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name)? {
                return Ok(Some(Self {
                    uid: user.uid.as_raw(),
                    gid: user.gid.as_raw(),
                }));
            }
        }
        anyhow::bail!(
            "running as root, and there is no account named postgres or nobody to run PostgreSQL as"
        )
    }

    pub(super) fn own(self, path: &Path) -> anyhow::Result<()> {
        chown(path, Some(self.uid), Some(self.gid))
            .with_context(|| format!("cannot give {} to another account", path.display()))
    }
}

/// Whether every folder on the way is open to all.
pub(super) fn is_open_to_all(path: &Path) -> bool {
    path.ancestors().skip(1).all(|folder| {
        folder.as_os_str().is_empty()
            || fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)
    })
}
