//! The official client, unmodified, against the embedded stack.

use std::path::Path;
use std::process::Command;

use crate::support::DevstackProcess;

fn run(stack: &DevstackProcess, public_key: &str, service_key: &str) {
    let output = Command::new("node")
        .args(["--test", "tests/supabase-js/supabase-js.test.mjs"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("SUPABASE_URL", stack.api_url())
        .env("SUPABASE_ANON_KEY", stack.var(public_key))
        .env("SUPABASE_SERVICE_ROLE_KEY", stack.var(service_key))
        .env("MAIL_URL", format!("{}/dev/mail", stack.api_url()))
        .output()
        .expect("Node.js is installed");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{shown}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        shown.contains("# fail 0") || shown.contains("ℹ fail 0"),
        "{shown}"
    );
}

#[test]
fn supabase_js_works_with_opaque_keys() {
    run(
        &DevstackProcess::start(&[]),
        "PUBLISHABLE_KEY",
        "SECRET_KEY",
    );
}

#[test]
fn supabase_js_works_with_legacy_keys_and_confirmation() {
    let stack = DevstackProcess::start(&["--confirm-email"]);
    run(&stack, "ANON_KEY", "SERVICE_ROLE_KEY");
}
