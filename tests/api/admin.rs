//! The operator's pages, and how every command logs.

use std::net::TcpListener;

use ai_interviewer::config::Admin;
use serde_json::Value;

use crate::devstack::{binary, text};
use crate::support::{Client, ServiceProcess, TestApp, stack};

#[tokio::test]
async fn the_operators_pages_have_an_address_of_their_own() {
    let app = TestApp::with(|config| {
        config.server.admin = Admin::Apart {
            address: "127.0.0.1:0".parse().expect("an address"),
            optional: false,
        };
    });
    let guest = app.guest();
    for path in ["/metrics", "/docs", "/docs/"] {
        guest.get(path).await.is_problem(404, "route_not_found");
    }
    let operator = Client::new(app.admin_url.as_deref().expect("an address"));
    let metrics = operator.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.body.to_string().contains("session_cache_entries"));
    for path in ["/docs/", "/openapi.json", "/healthz"] {
        let page = operator.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
    }
    for path in ["/", "/agent/sessions", "/auth/me"] {
        operator.get(path).await.is_problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn development_has_the_operators_pages_beside_the_api() {
    let app = TestApp::start();
    assert_eq!(app.admin_url, None);
    for path in ["/metrics", "/docs/"] {
        assert_eq!(app.guest().get(path).await.status, 200, "{path}");
    }
}

fn serve(admin: &str) -> std::process::Command {
    let mut command = binary(&["serve"]);
    command
        .env_clear()
        .env("SUPABASE_URL", stack().api_url())
        .env("SUPABASE_ANON_KEY", stack().var("PUBLISHABLE_KEY"))
        .env("PORT", "0")
        .env("ADMIN_ADDRESS", admin)
        .current_dir("/");
    command
}

#[tokio::test]
async fn an_address_that_is_taken_stops_the_start_only_where_it_was_asked_for() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    let output = serve(&address).output().expect("it runs");
    assert!(!output.status.success());
    let told = text(&output);
    assert!(
        told.contains(&address) && told.contains("ADMIN_ADDRESS"),
        "{told}"
    );
    // Whoever has it.
    let _taken = TcpListener::bind("127.0.0.1:9464");
    let service = ServiceProcess::start(stack(), &[("ADMIN_ADDRESS", "")]);
    let guest = Client::new(&service.url);
    assert_eq!(guest.get("/healthz").await.status, 200);
    guest
        .get("/metrics")
        .await
        .is_problem(404, "route_not_found");
}

/// Whether each line is an object of JSON; nothing is a failure to test anything.
fn is_json(log: &[u8]) -> bool {
    let log = String::from_utf8_lossy(log);
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("hyper")).collect();
    assert!(!lines.is_empty(), "{log}");
    lines
        .iter()
        .all(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()))
}

#[test]
fn every_command_logs_as_it_is_told() {
    let app = TestApp::start();
    let port = app.url.rsplit(':').next().expect("a port");
    for command in ["healthcheck", "doctor", "jobs"] {
        for (format, json) in [("json", true), ("pretty", false), ("", true)] {
            let output = binary(&[command])
                .env_clear()
                .env("SUPABASE_URL", stack().api_url())
                .env("SUPABASE_ANON_KEY", stack().var("PUBLISHABLE_KEY"))
                .env("SUPABASE_SERVICE_KEY", stack().var("SECRET_KEY"))
                .env("PORT", port)
                .env("LOG_FORMAT", format)
                .env("RUST_LOG", "trace")
                .current_dir("/")
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{command}: {}", text(&output));
            assert_eq!(is_json(&output.stderr), json, "{command} {format}");
        }
    }
    for command in ["doctor", "devstack", "serve"] {
        let output = binary(&[command])
            .env_clear()
            .env("LOG_FORMAT", "xml")
            .current_dir("/")
            .output()
            .expect("it runs");
        assert!(!output.status.success());
        assert!(text(&output).contains("LOG_FORMAT=xml"), "{command}");
    }
}
