//! What the log holds: the id of the request with every line; no words of candidates, no passwords, tokens,
//! e-mail addresses or guests' session ids.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::support::{Act, Client, ModelServer, PASSWORD, Purpose, stack};

/// The service as a process whose log can be read.
pub(crate) struct LoggingService {
    pub url: String,
    child: Child,
    log: NamedTempFile,
}

impl LoggingService {
    pub(crate) fn start(model: &ModelServer, settings: &[(&str, &str)]) -> Self {
        let stack = stack();
        let log = NamedTempFile::new().expect("a file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"))
            .arg("serve")
            .env_clear()
            .env("SUPABASE_URL", stack.api_url())
            .env("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY"))
            .env("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY"))
            .env("PORT", "0")
            .env("OPENAI_BASE_URL", format!("{}/v1", model.url))
            .env("OPENAI_API_KEY", "sk-private-key")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.reopen().expect("a file"))
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("readable output");
        let url = line.trim().strip_prefix("listening on ");
        Self {
            url: url.unwrap_or_default().to_owned(),
            child,
            log,
        }
    }

    /// Stops the service, which finishes its turns first; its whole log.
    pub(crate) fn stop(mut self) -> String {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGTERM).expect("it runs");
        self.child.wait().expect("it ends");
        std::fs::read_to_string(self.log.path()).expect("a log")
    }
}

/// What a visitor whose session holds "private words" and a résumé of a "private person" does with things that nothing
/// may repeat, and those things.
pub(crate) async fn private_visit(guest: &Client, session: Uuid) -> Vec<(&'static str, String)> {
    guest
        .read(&format!("/agent/history?session_id={session}"), session)
        .await;
    let alice = Client::registered(&guest.url, "Alice").await;
    alice.act("/agent/claim_session", session, &json!({})).await;
    let wrong = json!({"email": alice.email, "password": "A-wrong-password"});
    assert_eq!(guest.post("/auth/login", &wrong).await.status, 401);
    let refresh = json!({"refresh_token": alice.refresh_token});
    assert_eq!(guest.post("/auth/refresh", &refresh).await.status, 200);
    guest
        .get(&format!("/nowhere/{session}?refresh_token=leak-me"))
        .await;
    let link = "/shared/c2VjcmV0LXRva2VuLW9mLWEtc2hhcmVkLXJlcG9ydC4";
    guest.get(link).await.is_problem(404, "share_not_found");
    guest
        .post(link, &json!({}))
        .await
        .is_problem(405, "method_not_allowed");
    let deleted = alice.request(Method::DELETE, "/auth/me").send().await;
    assert!(deleted.expect("a response").status().is_success());
    vec![
        ("words", "private words".to_owned()),
        ("what the model says", "Question 1".to_owned()),
        ("the provider's key", "sk-private-key".to_owned()),
        ("a résumé", "private person".to_owned()),
        ("a password", PASSWORD.to_owned()),
        ("a wrong password", "A-wrong-password".to_owned()),
        ("an access token", alice.token.expect("one")),
        ("a refresh token", alice.refresh_token.expect("one")),
        ("a query", "leak-me".to_owned()),
        ("an e-mail address", alice.email),
        ("a guest's session id", session.to_string()),
        (
            "the token of a shared report",
            link["/shared/".len()..].to_owned(),
        ),
        ("a key", stack().var("SECRET_KEY").to_owned()),
    ]
}

#[tokio::test]
async fn the_log_at_its_most_talkative_holds_nothing_private() {
    let model = ModelServer::start();
    let talkative = [(
        "RUST_LOG",
        "info,ai_interviewer=trace,llm=trace,reqwest=trace,hyper=trace",
    )];
    let service = LoggingService::start(&model, &talkative);
    let url = service.url.clone();
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
    let secrets = private_visit(&guest, session).await;
    let log = service.stop();
    assert!(log.lines().count() > 5, "something is logged: {log}");
    for (what, secret) in secrets {
        assert!(!log.contains(&secret), "the log holds {what}: {log}");
    }
    // An error of the provider that repeats nothing is what the operator needs.
    assert!(log.contains("secret details"), "{log}");
}

#[tokio::test]
async fn every_log_line_of_a_request_carries_its_id() {
    const ID: &str = "the-callers-own-id";
    let model = ModelServer::start();
    let service = LoggingService::start(&model, &[("LOG_FORMAT", "json")]);
    let guest = Client::new(&service.url);
    let session = guest.started(&json!({})).await;
    model.next(Purpose::Decision, Act::Status(500, None));
    model.next(Purpose::Feedback, Act::Status(400, None));
    let sent = guest
        .request(Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("x-request-id", ID)
        .json(&json!({"message": "An answer of mine"}))
        .send()
        .await
        .expect("a response");
    assert_eq!(sent.status(), 200);
    assert_eq!(sent.headers()["x-request-id"], ID);
    let log = service.stop();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line["spans"][0]["request_id"] == ID)
        .collect();
    let line = |message: &str| {
        lines
            .iter()
            .find(|line| line["message"] == message)
            .unwrap_or_else(|| panic!("no such line ({message}): {log}"))
    };
    // The turn runs in a task of its own and asks the provider deep inside of it; its feedback runs in
    // another one.
    line("asking the model again");
    line("the coach gave no feedback");
    let served = line("served");
    assert_eq!(served["status"], 200);
    assert_eq!(served["spans"][0]["route"], "/agent/send_message");
    assert_eq!(served["spans"][0]["method"], "POST");
}
