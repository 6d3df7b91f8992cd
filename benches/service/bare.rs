//! What the service is measured against: the bare function calls, and a bare handler.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, DevstackProcess};

/// The two functions of a turn, called as the service calls them.
pub(crate) struct BareRpcs {
    base: String,
    apikey: String,
    user: Client,
}

/// A session and the version that its last answer had.
pub(crate) struct BareSession {
    id: Uuid,
    version: i64,
}

impl BareRpcs {
    pub(crate) fn new(stack: &DevstackProcess, user: &Client) -> Self {
        Self {
            base: format!("{}/rest/v1/rpc", stack.api_url()),
            apikey: stack.var("PUBLISHABLE_KEY").to_owned(),
            user: user.clone(),
        }
    }

    async fn call(&self, function: &str, arguments: &Value) -> Value {
        let response = self
            .user
            .http
            .post(format!("{}/{function}", self.base))
            .header("apikey", &self.apikey)
            .bearer_auth(self.user.token.as_deref().unwrap_or_default())
            .json(arguments)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200);
        response.json().await.expect("JSON")
    }

    /// Has the introduction made.
    pub(crate) async fn started(&self, id: Uuid) -> BareSession {
        let arguments = json!({
            "p_session_id": id, "p_turn_id": "introduction", "p_config": null,
            "p_lease_owner": "bench", "p_lease_seconds": 10, "p_known_version": null,
        });
        self.call("start_interview", &arguments).await;
        let mut session = BareSession { id, version: 1 };
        self.complete(&mut session, "introduction").await;
        session
    }

    pub(crate) async fn turn(&self, session: &mut BareSession, message: &str) {
        let turn_id = Uuid::new_v4().to_string();
        let arguments = json!({
            "p_session_id": session.id, "p_turn_id": turn_id, "p_message": message,
            "p_lease_owner": "bench", "p_lease_seconds": 10,
            "p_known_version": session.version, "p_join_same_text": false,
        });
        let answer = self.call("accept_turn", &arguments).await;
        assert_eq!(answer["outcome"], "accepted");
        session.version = answer["session"]["version"].as_i64().expect("a version");
        self.complete(session, &turn_id).await;
    }

    async fn complete(&self, session: &mut BareSession, turn_id: &str) {
        let arguments = json!({
            "p_session_id": session.id, "p_turn_id": turn_id, "p_lease_owner": "bench",
            "p_reply": reply(), "p_feedback": feedback(), "p_stats": stats(),
            "p_known_version": session.version,
        });
        let answer = self.call("complete_turn", &arguments).await;
        assert_eq!(answer["outcome"], "completed");
        session.version = answer["session"]["version"].as_i64().expect("a version");
    }
}

pub(crate) fn reply() -> Value {
    json!({
        "role": "assistant", "agent": "interviewer",
        "content": "Thank you. Tell me about a piece of technical debt you chose to pay off. How did you justify the time?",
        "response_type": "question", "timestamp": "2026-01-01T00:00:00.000000Z", "processing_time": 0.001,
        "metadata": {"topic": "code quality", "question_number": 2, "interviewer": "offline", "prompt_version": "offline-1"},
    })
}

/// About as much as the offline coach writes.
pub(crate) fn feedback() -> Value {
    let score = |dimension: &str| {
        json!({
            "dimension": dimension, "score": 3,
            "reason": "The answer names a year, a team and a result in figures, and tells them in order.",
            "evidence": [{"turn_no": 1, "quote": "first we measured, then we rewrote the hot path"}],
        })
    };
    let dimensions = [
        "structure",
        "specificity",
        "relevance",
        "depth",
        "communication",
    ];
    json!({
        "status": "ready", "feedback": "What worked: you gave figures. What to change: say why you chose this way. ".repeat(6),
        "worked": ["You gave figures.", "You told it in order."], "to_change": ["Say why you chose this way."],
        "scores": dimensions.map(score), "coach": "offline", "rubric_version": "offline-1",
    })
}

pub(crate) fn stats() -> Value {
    json!({"answers": 3, "questions": 3, "follow_ups": 1, "candidate_words": 120,
           "topics": ["background", "code quality", "debugging"], "processing_seconds": 0.01})
}

/// A bare handler in a process of its own, as the service is.
pub(crate) struct Server {
    pub url: String,
    child: Child,
}

impl Server {
    pub(crate) fn start(body: &[u8]) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a path"))
            .arg("--bare-server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(body).expect("it reads");
        drop(stdin);
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("it says its port");
        Self {
            url: line.trim().to_owned(),
            child,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Answers standard input's bytes to every request.
pub(crate) fn serve() {
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body).expect("a body");
    let body = bytes::Bytes::from(body);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let body = body.clone();
            App::new().default_service(web::to(move || {
                let body = body.clone();
                async move {
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .body(body)
                }
            }))
        })
        .tcp_nodelay(true)
        .workers(2)
        .bind(("127.0.0.1", 0))
        .expect("a port");
        println!("http://{}", server.addrs()[0]);
        server.run().await.expect("it serves");
    });
}
