//! What the log never holds: words of candidates, passwords, tokens, e-mail addresses, guests' session ids.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::support::{Act, Client, ModelServer, PASSWORD, Purpose, stack};

#[tokio::test]
async fn the_log_at_its_most_talkative_holds_nothing_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let stack = stack();
    let model = ModelServer::start();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"))
        .arg("serve")
        .env_clear()
        .env("SUPABASE_URL", stack.api_url())
        .env("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY"))
        .env("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY"))
        .env("PORT", "0")
        .env("RUST_LOG", "info,ai_interviewer=trace,genai=trace")
        .env("OPENAI_BASE_URL", format!("{}/v1", model.url))
        .env("OPENAI_API_KEY", "sk-private-key")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&path).expect("a file"))
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("readable output");
    let url = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap_or_default()
        .to_owned();
    let guest = Client::new(&url);
    let session = guest
        .started(&json!({"resume_content": "Résumé of a private person"}))
        .await;
    // Providers repeat in their errors what they were sent.
    for act in [Act::Status(500, None), Act::ErrorInStream(3)] {
        model.next(Purpose::Decision, act);
    }
    model.next(Purpose::Feedback, Act::Status(400, None));
    assert_eq!(guest.send(session, "My private words").await.status, 200);
    model.next(Purpose::Decision, Act::Say("My private words again".into()));
    assert_eq!(guest.send(session, "More private words").await.status, 200);
    guest
        .read(&format!("/agent/history?session_id={session}"), session)
        .await;
    let alice = Client::registered(&url, "Alice").await;
    alice.act("/agent/claim_session", session, &json!({})).await;
    let wrong = json!({"email": alice.email, "password": "A-wrong-password"});
    assert_eq!(guest.post("/auth/login", &wrong).await.status, 401);
    let refresh = json!({"refresh_token": alice.refresh_token});
    assert_eq!(guest.post("/auth/refresh", &refresh).await.status, 200);
    guest
        .get(&format!("/nowhere/{session}?refresh_token=leak-me"))
        .await;
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("it runs");
    child.wait().expect("it ends");
    let log = std::fs::read_to_string(&path).expect("a log");
    assert!(log.lines().count() > 5, "something is logged: {log}");
    let token = alice.token.clone().expect("a token");
    let refresh_token = alice.refresh_token.clone().expect("a refresh token");
    for (what, secret) in [
        ("words", "private words"),
        ("what a provider says", "secret details"),
        ("what the model says", "Question 1"),
        ("the provider's key", "sk-private-key"),
        ("a résumé", "private person"),
        ("a password", PASSWORD),
        ("a wrong password", "A-wrong-password"),
        ("an access token", token.as_str()),
        ("a refresh token", refresh_token.as_str()),
        ("a query", "leak-me"),
        ("an e-mail address", alice.email.as_str()),
        ("a guest's session id", &session.to_string()),
        ("a key", stack.var("SECRET_KEY")),
    ] {
        assert!(!log.contains(secret), "the log holds {what}: {log}");
    }
}
