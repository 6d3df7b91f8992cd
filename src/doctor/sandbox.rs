//! The processes that read strangers' files: what they could do on this machine if a file took them over.

use sandbox::Sandbox;

use super::Check;
use crate::config::Config;

pub(super) async fn check(config: &Config) -> Check {
    let name = "file readers";
    let found = match Sandbox::new(config.server.binary.clone()).probe().await {
        Ok(found) => found,
        Err(error) => {
            return Check::failed(
                name,
                format!("no process can be started for a résumé or a recording: {error}"),
                "raise the limits on processes and memory",
            );
        }
    };
    let missing = match found.missing.as_slice() {
        [] => String::new(),
        missing => format!("; not granted here: {}", missing.join("; ")),
    };
    if found.possible.is_empty() {
        let confined = "can open no file and no socket, and start no program";
        return Check::ok(name, format!("{confined}{missing}"));
    }
    Check::note(
        name,
        format!("could {}{missing}", found.possible.join(", ")),
        "allow seccomp in the container's security profile",
    )
}
