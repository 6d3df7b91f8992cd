//! No principal reads, changes or learns of another's rows: every operation of the OpenAPI document,
//! tried as everybody else, against a session that is hot in the cache.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, SpeechServer, TestApp, eventually, spoken, stack};

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum About {
    /// One session, named by its id.
    Session,
    /// Like `Session`, but it says the same whether or not there is one.
    Nothing,
    /// The caller's own things: needs a token, names no session.
    Caller,
    /// Needs a token and names a session.
    Claim,
    /// Makes something new of the caller's own, with or without a token.
    New,
    /// A speech task, named by its id, of a session.
    Task,
    /// A WebSocket, which tells its refusals by itself (see `live`).
    Socket,
    /// Needs no token and looks at none.
    Public,
}

/// Every operation of the service. One that is missing here fails the test.
const OPERATIONS: &[(&str, &str, About)] = &[
    ("POST", "/auth/register", About::Public),
    ("POST", "/auth/login", About::Public),
    ("POST", "/auth/refresh", About::Public),
    ("POST", "/auth/forgot_password", About::Public),
    ("GET", "/auth/me", About::Caller),
    ("PATCH", "/auth/me", About::Caller),
    ("DELETE", "/auth/me", About::Caller),
    ("POST", "/auth/logout", About::Caller),
    ("POST", "/auth/update_password", About::Caller),
    ("GET", "/agent/sessions", About::Caller),
    ("GET", "/agent/attempts", About::Session),
    ("POST", "/agent/shares", About::Claim),
    ("GET", "/agent/shares", About::Claim),
    ("DELETE", "/agent/shares/{share_id}", About::Claim),
    ("GET", "/shared/{token}", About::Public),
    ("POST", "/agent/create_session", About::New),
    ("POST", "/agent/start_interview", About::Session),
    ("POST", "/agent/send_message", About::Session),
    ("POST", "/agent/stop_turn", About::Session),
    ("POST", "/agent/retry_feedback", About::Session),
    ("POST", "/agent/retry_report", About::Session),
    ("POST", "/agent/end_interview", About::Session),
    ("POST", "/agent/reset_interview", About::Session),
    ("GET", "/agent/session", About::Session),
    ("DELETE", "/agent/session", About::Session),
    ("POST", "/agent/claim_session", About::Claim),
    ("GET", "/agent/history", About::Session),
    ("GET", "/agent/stats", About::Session),
    ("GET", "/agent/per_turn_feedback", About::Session),
    ("GET", "/agent/final_summary_status", About::Session),
    ("GET", "/agent/time_remaining", About::Session),
    ("POST", "/agent/ping", About::Session),
    ("POST", "/agent/cleanup", About::Nothing),
    ("GET", "/agent/events", About::Session),
    ("POST", "/interview/session", About::New),
    ("POST", "/interview/start", About::Session),
    ("POST", "/interview/message", About::Session),
    ("POST", "/interview/end", About::Session),
    ("POST", "/interview/reset", About::Session),
    ("GET", "/interview/history", About::Session),
    ("GET", "/interview/stats", About::Session),
    ("GET", "/interview/per-turn-feedback", About::Session),
    ("GET", "/interview/final-summary-status", About::Session),
    ("GET", "/interview/session/time-remaining", About::Session),
    ("POST", "/interview/session/ping", About::Session),
    ("POST", "/interview/session/cleanup", About::Nothing),
    ("POST", "/files/upload_resume", About::New),
    ("POST", "/files/upload-resume", About::New),
    ("POST", "/speech/text_to_speech", About::Session),
    ("POST", "/api/text-to-speech", About::Session),
    ("POST", "/api/text-to-speech/stream", About::Session),
    ("POST", "/speech/speech_to_text_batch", About::Session),
    ("POST", "/api/speech-to-text", About::Session),
    ("GET", "/speech/task_status/{task_id}", About::Task),
    ("GET", "/api/speech-to-text/status/{task_id}", About::Task),
    ("GET", "/speech/usage_stats", About::Nothing),
    ("GET", "/api/speech/usage-stats", About::Nothing),
    ("GET", "/speech/stream", About::Socket),
    ("GET", "/api/speech-to-text/stream", About::Socket),
    ("GET", "/", About::Public),
    ("GET", "/capabilities", About::Public),
    ("GET", "/healthz", About::Public),
    ("GET", "/readyz", About::Public),
    ("GET", "/metrics", About::Public),
    ("GET", "/openapi.json", About::Public),
];

async fn documented(client: &Client) -> Vec<(String, String)> {
    let document = client.get("/openapi.json").await.body;
    let paths = document["paths"].as_object().expect("paths").clone();
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in item.as_object().expect("an item").keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                operations.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    operations
}

async fn call(client: &Client, method: &str, path: &str, session: Option<Uuid>) -> Answer {
    let method: Method = method.parse().expect("a method");
    let id = Uuid::new_v4().to_string();
    let path = path.replace("{task_id}", &id).replace("{share_id}", &id);
    let mut request = client.request(method.clone(), &path);
    if let Some(session) = session {
        request = request.header("x-session-id", session.to_string());
    }
    if method == Method::POST || method == Method::PATCH {
        request = request.json(&json!({"message": "I am an intruder", "turn_no": 1, "text": "I am an intruder", "name": "Intruder", "password": "Intruder-4711"}));
    }
    Answer::of(request).await
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("claims")
}

fn signed(claims: &Value, secret: &[u8], kid: Option<&str>) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).expect("a token")
}

/// Tokens that say they are `owner`'s and must not be believed, with the code of the refusal.
async fn bad_tokens(owner: &str) -> Vec<(&'static str, String, &'static str)> {
    let stack = stack();
    let claims = claims(owner);
    let url = format!("{}/auth/v1/.well-known/jwks.json", stack.api_url());
    let jwks = Client::new(stack.api_url())
        .http
        .get(url)
        .send()
        .await
        .expect("keys");
    let jwks: Value = jwks.json().await.expect("a JSON Web Key Set");
    let key = &jwks["keys"][0];
    let kid = key["kid"].as_str().expect("a key id");
    let x = URL_SAFE_NO_PAD
        .decode(key["x"].as_str().expect("x"))
        .expect("base64");
    let mut expired = claims.clone();
    expired["exp"] = json!(claims["iat"].as_i64().expect("iat") - 60);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!(
        "{}.{}.",
        encode(&json!({"alg": "none", "typ": "JWT"})),
        encode(&claims)
    );
    let (head, tail) = owner.rsplit_once('.').expect("a signature");
    let mut anonymous = claims.clone();
    anonymous["role"] = json!("service_role");
    let secret = stack.var("JWT_SECRET").as_bytes();
    let swapped: String = tail.chars().rev().collect();
    vec![
        ("expired", signed(&expired, secret, None), "token_expired"),
        (
            "another key",
            signed(&claims, b"not the project's secret, surely", None),
            "token_invalid",
        ),
        ("alg none", none, "token_invalid"),
        (
            "HS256 with the public key",
            signed(&claims, &x, Some(kid)),
            "token_invalid",
        ),
        (
            "HS256 with the key set",
            signed(&claims, key.to_string().as_bytes(), Some(kid)),
            "token_invalid",
        ),
        (
            "another signature",
            format!("{head}.{swapped}"),
            "token_invalid",
        ),
        (
            "role service_role",
            signed(&anonymous, secret, None),
            "token_invalid",
        ),
        (
            "the anon key",
            stack.var("ANON_KEY").to_owned(),
            "token_invalid",
        ),
        (
            "the service key",
            stack.var("SERVICE_ROLE_KEY").to_owned(),
            "token_invalid",
        ),
        (
            "the secret key",
            stack.var("SECRET_KEY").to_owned(),
            "token_invalid",
        ),
    ]
}

async fn anonymous_sign_in(url: &str) -> Client {
    let stack = stack();
    let mut client = Client::new(url);
    let request = client
        .http
        .post(format!("{}/auth/v1/signup", stack.api_url()))
        .header("apikey", stack.var("PUBLISHABLE_KEY"))
        .json(&json!({}));
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    client.token = answer.body["access_token"].as_str().map(str::to_owned);
    client
}

/// Everything the database holds of a session.
async fn rows(session: Uuid) -> Value {
    let sql = "select jsonb_build_object('session', to_jsonb(s), 'turns', (select jsonb_agg(to_jsonb(t) order by turn_no) \
               from interview_turns t where t.session_id = s.session_id)) from interview_sessions s where session_id = $1";
    let row = stack()
        .db()
        .await
        .query_one(sql, &[&session])
        .await
        .expect("the session is there");
    row.get(0)
}

fn reveals_nothing(answer: &Answer, who: &str, method: &str, path: &str, secrets: &[String]) {
    let text = answer.body.to_string();
    for secret in secrets {
        assert!(
            !text.contains(secret.as_str()),
            "{who} {method} {path} shows {secret}"
        );
    }
}

#[tokio::test]
async fn every_operation_is_in_the_matrix() {
    let app = TestApp::start();
    for (method, path) in documented(&app.guest()).await {
        assert!(
            OPERATIONS
                .iter()
                .any(|(m, p, _)| *m == method && *p == path),
            "{method} {path} has no row in the isolation matrix"
        );
    }
}

#[tokio::test]
async fn nobody_else_reaches_a_users_session() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let session = alice
        .started(&json!({"company_name": "Contoso-Secret"}))
        .await;
    assert_eq!(
        alice
            .send(session, "My secret is a blue elephant")
            .await
            .status,
        200
    );
    let before = rows(session).await;
    let secrets = [
        "blue elephant".to_owned(),
        "Contoso-Secret".to_owned(),
        alice.email.clone(),
    ];
    let strangers = [
        ("a guest", app.guest()),
        ("another user", app.user("Bob").await),
        ("an anonymous sign-in", anonymous_sign_in(&app.url).await),
    ];
    for (method, path, about) in OPERATIONS {
        for (who, stranger) in &strangers {
            // Hot: the owner has just read it.
            assert_eq!(alice.read("/agent/history", session).await.status, 200);
            let guest = stranger.token.is_none();
            let answer = match about {
                About::Session | About::Nothing | About::Claim | About::Task => {
                    call(stranger, method, path, Some(session)).await
                }
                About::Caller if guest => call(stranger, method, path, None).await,
                About::Caller | About::New | About::Public | About::Socket => continue,
            };
            let shown = format!("{who} {method} {path}: {answer:?}");
            match about {
                About::Session => answer.is_problem(404, "session_not_found"),
                About::Claim if !guest => answer.is_problem(404, "session_not_found"),
                About::Claim | About::Caller => answer.is_problem(401, "token_missing"),
                About::Nothing => assert_eq!(answer.status, 200, "{shown}"),
                About::Task => answer.is_problem(404, "task_not_found"),
                About::New | About::Public | About::Socket => {}
            }
            reveals_nothing(&answer, who, method, path, &secrets);
            if *about == About::Session {
                let nowhere = call(stranger, method, path, Some(Uuid::new_v4())).await;
                assert_eq!(
                    (
                        nowhere.status,
                        &nowhere.body["detail"],
                        &nowhere.body["code"]
                    ),
                    (answer.status, &answer.body["detail"], &answer.body["code"]),
                    "{shown} differs from a session that does not exist"
                );
            }
        }
    }
    assert_eq!(rows(session).await, before, "the rows are as they were");
    let (_, bob) = &strangers[1];
    let list = bob.get("/agent/sessions").await;
    assert_eq!(list.body["sessions"], json!([]));
}

#[tokio::test]
async fn no_bad_token_acts_for_its_owner_or_becomes_a_guest() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let guest = app.guest();
    let open = guest.started(&json!({})).await;
    let (before, open_before) = (rows(session).await, rows(open).await);
    let token = alice.token.clone().expect("a token");
    for (kind, token, code) in bad_tokens(&token).await {
        let intruder = app.guest().with_token(&token);
        for (method, path, about) in OPERATIONS {
            if *about == About::Public {
                continue;
            }
            for session in [session, open] {
                let answer = call(&intruder, method, path, Some(session)).await;
                assert_eq!(
                    (answer.status.as_u16(), answer.code()),
                    (401, code),
                    "{kind}: {method} {path}: {answer:?}"
                );
            }
        }
    }
    assert_eq!(rows(session).await, before);
    assert_eq!(rows(open).await, open_before);
    assert_eq!(alice.get("/auth/me").await.body["name"], "Alice");
}

#[tokio::test]
async fn a_guests_session_belongs_to_who_has_its_id_and_no_token() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest
        .started(&json!({"company_name": "Guest-Secret"}))
        .await;
    assert_eq!(guest.send(session, "A guest's words").await.status, 200);
    let before = rows(session).await;
    let secrets = ["Guest-Secret".to_owned(), "A guest's words".to_owned()];
    let signed_in = [
        ("a user", app.user("Bob").await),
        ("an anonymous sign-in", anonymous_sign_in(&app.url).await),
    ];
    for (method, path, about) in OPERATIONS {
        if *about != About::Session {
            continue;
        }
        assert_eq!(guest.read("/agent/history", session).await.status, 200);
        for (who, client) in &signed_in {
            let answer = call(client, method, path, Some(session)).await;
            answer.is_problem(404, "session_not_found");
            reveals_nothing(&answer, who, method, path, &secrets);
        }
        let wrong = call(&guest, method, path, Some(Uuid::new_v4())).await;
        wrong.is_problem(404, "session_not_found");
        let unnamed = call(&guest, method, path, None).await;
        // The older client speaks and hears without a session (see `older_client`).
        let sessionless = path.starts_with("/api/") && path.contains("speech");
        assert!(
            sessionless || unnamed.status.is_client_error(),
            "{method} {path}: {unnamed:?}"
        );
    }
    assert_eq!(rows(session).await, before);
    assert_eq!(guest.messages(session).await, ["A guest's words"]);
}

#[tokio::test]
async fn a_speech_task_and_what_it_heard_are_its_owners_alone() {
    let speech = SpeechServer::start();
    speech.says("A spoken secret");
    let app = TestApp::with_speech(&speech, |_| {});
    let (alice, bob, guest) = (app.user("Alice").await, app.user("Bob").await, app.guest());
    let (hers, open, other) = (
        alice.create(&json!({})).await,
        guest.create(&json!({})).await,
        guest.create(&json!({})).await,
    );
    for (owner, session) in [(&alice, hers), (&guest, open)] {
        let file = reqwest::multipart::Part::bytes(spoken(&"a".repeat(16_000))).file_name("x");
        let request = owner
            .request(Method::POST, "/speech/speech_to_text_batch")
            .header("x-session-id", session.to_string())
            .multipart(reqwest::multipart::Form::new().part("audio_file", file));
        let task = Answer::of(request).await.body["task_id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let path = format!("/speech/task_status/{task}");
        eventually("it is heard", async || {
            owner.read(&path, session).await.body["transcript"] == "A spoken secret"
        })
        .await;
        for (who, stranger) in [
            ("another user", &bob),
            ("an anonymous sign-in", &anonymous_sign_in(&app.url).await),
            ("another guest", &guest),
        ] {
            for session in [session, other] {
                if (owner.token.is_none(), stranger.token.is_none(), session) == (true, true, open)
                {
                    continue;
                }
                let answer = stranger.read(&path, session).await;
                answer.is_problem(404, "task_not_found");
                reveals_nothing(&answer, who, "GET", &path, &["A spoken secret".to_owned()]);
            }
        }
    }
    let used = bob.read("/speech/usage_stats", hers).await.body["usage"].clone();
    assert_eq!(used, json!({"characters": 0, "seconds": 0.0}));
    // Who claims the session has its tasks as well.
    assert_eq!(
        bob.act("/agent/claim_session", open, &json!({}))
            .await
            .status,
        200
    );
    let rows = stack().db().await;
    let sql = "select task_id::text from speech_tasks where session_id = $1";
    let task: String = rows.query_one(sql, &[&open]).await.expect("a task").get(0);
    let claimed = bob.get(&format!("/speech/task_status/{task}")).await;
    assert_eq!(claimed.body["transcript"], "A spoken secret");
}

#[tokio::test]
async fn one_users_events_do_not_reach_another() {
    let app = TestApp::start();
    let (alice, bob) = (app.user("Alice").await, app.user("Bob").await);
    let (hers, his) = (
        alice.started(&json!({})).await,
        bob.started(&json!({})).await,
    );
    let (one, two) = tokio::join!(
        alice.send(hers, "Words of Alice"),
        bob.send(his, "Words of Bob")
    );
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert_eq!(alice.messages(hers).await, ["Words of Alice"]);
    assert_eq!(bob.messages(his).await, ["Words of Bob"]);
}
