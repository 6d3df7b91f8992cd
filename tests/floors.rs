//! The floors of the service, as ARCHITECTURE.md draws them: a module uses those below it, never one on
//! its own floor or above. Between crates, Cargo refuses a circle; inside `src` this does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// From the top down.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["dev"],
    &["app", "doctor", "healthcheck"],
    &["routes"],
    &["state", "jobs"],
    &["session", "speech_tasks"],
    &["auth"],
    &["supabase"],
    &[
        "agents",
        "error",
        "events",
        "budgets",
        "rate_limits",
        "in_flight",
        "places",
        "background",
        "telemetry",
    ],
    &["config", "network", "output"],
];

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The top-level modules that a source text names as `crate::module`, with the lines that do.
fn modules_named(text: &str) -> BTreeMap<String, usize> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let mut named = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let name: String = name.trim().chars().take_while(|c| is_name(*c)).collect();
                if !name.is_empty() {
                    named.entry(name).or_insert(number + 1);
                }
            }
        }
    }
    named
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// What is wrong with a file of `module`, a line each.
fn upward_uses(module: &str, text: &str) -> Vec<String> {
    let Some(floor) = floor_of(module) else {
        return vec![format!("{module} stands on no floor: add it to FLOORS")];
    };
    modules_named(text)
        .into_iter()
        .filter(|(used, _)| used != module)
        .filter(|(used, _)| floor_of(used).is_some_and(|below| below <= floor))
        .map(|(used, line)| format!("line {line}: {module} uses {used}, which is not below it"))
        .collect()
}

#[test]
fn no_module_uses_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut problems = Vec::new();
    for file in source_files(&source) {
        let inside = file.strip_prefix(&source).expect("below src");
        let module = inside.iter().next().expect("a name").to_string_lossy();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("readable");
        for problem in upward_uses(module, &text) {
            problems.push(format!("src/{}, {problem}", inside.display()));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn an_upward_use_is_found_however_it_is_written() {
    for upward in [
        "use crate::routes::caller;",
        "use crate::{config::Config, routes};",
        "let x = crate::session::list(rest);",
    ] {
        assert_eq!(upward_uses("auth", upward).len(), 1, "{upward}");
    }
    for fine in [
        "use crate::supabase::gotrue::GoTrue;",
        "// crate::routes is above",
        "use crate::auth::Caller;",
    ] {
        assert_eq!(upward_uses("auth", fine), Vec::<String>::new(), "{fine}");
    }
    assert_eq!(upward_uses("new_room", "").len(), 1);
}
