//! The clients of GoTrue and PostgREST against every recorded exchange: a server answers what a real one
//! answered, and the client must make the right thing of it. What no client asks for is listed by name.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use ai_interviewer::config::SupabaseConfig;
use ai_interviewer::supabase::gotrue::{GoTrue, GoTrueError, SignUp, UserChange};
use ai_interviewer::supabase::postgrest::{Identity, PostgRest, RestError};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::model_modes::{ModeServer, Played, refusal};
use crate::support::{config, eventually, stack};

const POSTGREST: &str = include_str!("../recordings/postgrest-12.json");
const GOTRUE: [&str; 3] = [
    include_str!("../recordings/gotrue-hs256-autoconfirm.json"),
    include_str!("../recordings/gotrue-es256-confirm.json"),
    include_str!("../recordings/gotrue-limits.json"),
];
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Answers every connection with the recorded response.
async fn answering(response: &Value) -> SupabaseConfig {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let body = match &response["body"] {
        Value::String(text) => text.clone(),
        Value::Null if response["status"] == 204 => String::new(),
        body => body.to_string(),
    };
    let mut head = format!(
        "HTTP/1.1 {} Recorded\r\nconnection: close\r\n",
        response["status"]
    );
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        if let Some(value) = value
            .as_str()
            .filter(|_| !name.eq_ignore_ascii_case("content-length"))
        {
            head.push_str(&format!("{name}: {}\r\n", value.replace(['\r', '\n'], " ")));
        }
    }
    if response["status"] != 204 {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    let answer = format!("{head}\r\n{body}");
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = vec![0; 16 * 1024];
            let _read = connection.read(&mut request).await;
            let _written = connection.write_all(answer.as_bytes()).await;
            let _closed = connection.shutdown().await;
        }
    });
    let mut config = config(stack()).supabase;
    config.url = format!("http://{address}").parse().expect("a URL");
    config
}

fn exchanges(recording: &str) -> Vec<Value> {
    let recording: Value = serde_json::from_str(recording).expect("a recording is JSON");
    recording["exchanges"]
        .as_array()
        .expect("exchanges")
        .clone()
}

fn rest_outcome(result: &Result<Value, RestError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(RestError::Unavailable(_)) => "unavailable",
        Err(RestError::Timeout) => "timeout",
        Err(RestError::BadResponse { .. }) => "bad response",
        Err(RestError::TokenExpired) => "token expired",
        Err(RestError::TokenRejected(_)) => "token rejected",
        Err(RestError::KeyRejected) => "key rejected",
        Err(RestError::Forbidden(_)) => "forbidden",
        Err(RestError::WriteSecretRefused) => "write secret refused",
        Err(RestError::NotFound) => "not found",
        Err(RestError::Conflict) => "conflict",
        Err(RestError::Invalid { .. }) => "invalid",
        Err(RestError::SchemaMissing(_)) => "schema missing",
        Err(RestError::NoServiceKey) => "no service key",
        Err(RestError::TooManySessions { .. }) => "too many sessions",
        Err(RestError::AskedToWait { .. }) => "asked to wait",
        Err(RestError::Contended(_)) => "contended",
        Err(RestError::ClockSkew) => "clock skew",
        Err(RestError::ReadOnly(_)) => "read-only",
        Err(RestError::Paused) => "paused",
        Err(RestError::QuotaExceeded) => "quota exceeded",
    }
}

/// What the codes of <https://docs.postgrest.org/en/v12/references/errors.html> mean here.
fn rest_expected(name: &str, response: &Value) -> &'static str {
    match response["body"]["code"].as_str() {
        _ if response["status"]
            .as_u64()
            .is_some_and(|status| status < 300) =>
        {
            "ok"
        }
        _ if name == "token_expired" => "token expired",
        Some("PGRST301" | "22023") => "token rejected",
        Some("PGRST000") => "unavailable",
        Some("57014") => "timeout",
        Some("PGRST202" | "PGRST204" | "42P01" | "42703") => "schema missing",
        Some("42501") => "forbidden",
        Some("PGRST116") => "not found",
        Some("23505") => "conflict",
        Some("23514" | "22P02" | "22P05" | "PGRST100" | "PGRST102") => "invalid",
        Some("P0409" | "PT409" | "turn_in_progress" | "PGRST107") => "bad response",
        Some("55P03") => "contended",
        code => panic!("{name}: nobody has said what {code:?} means"),
    }
}

#[tokio::test]
async fn the_postgrest_client_understands_every_recorded_answer() {
    // Rows are changed and deleted through functions alone, and inserted rows are always asked back.
    let not_asked = |name: &str, method: &str| {
        ["PATCH", "DELETE", "PROPFIND"].contains(&method) || name == "insert_minimal"
    };
    let identity = Identity::User {
        access_token: Arc::from("a.b.c"),
        session_id: None,
    };
    let mut replayed = 0;
    for exchange in exchanges(POSTGREST) {
        let name = exchange["name"].as_str().expect("a name");
        let request = &exchange["request"];
        let (method, path) = (
            request["method"].as_str().expect("a method"),
            request["path"].as_str().expect("a path"),
        );
        if not_asked(name, method) {
            continue;
        }
        let client = PostgRest::new(&answering(&exchange["response"]).await).expect("a client");
        let one = request["headers"]["Accept"]
            .as_str()
            .is_some_and(|accept| accept.contains("object"));
        // Rows are written by functions; what a refused insert answers means the same.
        let function = path
            .strip_prefix("/rpc/")
            .or((method == "POST").then_some("create_session"));
        let result = if let Some(function) = function {
            client.rpc(&identity, function, &json!({})).await
        } else if one {
            client
                .select_one(&identity, "interview_sessions", &[])
                .await
        } else {
            client
                .select::<Value>(&identity, "interview_sessions", &[])
                .await
                .map(Value::from)
        };
        assert_eq!(
            rest_outcome(&result),
            rest_expected(name, &exchange["response"]),
            "{name}: {result:?}"
        );
        replayed += 1;
    }
    assert!(replayed > 40, "{replayed} were replayed");
}

fn auth_outcome<T>(result: &Result<T, GoTrueError>) -> String {
    match result {
        Ok(_) => "ok",
        Err(GoTrueError::Unavailable(_)) => "unavailable",
        Err(GoTrueError::Timeout) => "timeout",
        Err(GoTrueError::BadResponse { .. }) => "bad response",
        Err(GoTrueError::KeyRejected) => "key rejected",
        Err(GoTrueError::NoServiceKey) => "no service key",
        Err(GoTrueError::InvalidCredentials) => "invalid credentials",
        Err(GoTrueError::EmailNotConfirmed) => "e-mail not confirmed",
        Err(GoTrueError::EmailTaken) => "e-mail taken",
        Err(GoTrueError::WeakPassword { reasons, .. }) => {
            return format!("weak password: {}", reasons.join(","));
        }
        Err(GoTrueError::SamePassword) => "same password",
        Err(GoTrueError::SignupDisabled) => "sign-up disabled",
        Err(GoTrueError::RateLimited { .. }) => "rate limited",
        Err(GoTrueError::RefreshTokenNotFound) => "refresh token not found",
        Err(GoTrueError::RefreshTokenReused) => "refresh token reused",
        Err(GoTrueError::Conflict) => "conflict",
        Err(GoTrueError::SessionOver) => "session over",
        Err(GoTrueError::TokenRejected) => "token rejected",
        Err(GoTrueError::Refused { .. }) => "refused",
    }
    .to_owned()
}

fn auth_expected(name: &str, response: &Value) -> String {
    let body = &response["body"];
    match body["error_code"].as_str() {
        None if response["status"]
            .as_u64()
            .is_some_and(|status| status < 300) =>
        {
            "ok"
        }
        Some("weak_password") => {
            let reasons = body["weak_password"]["reasons"]
                .as_array()
                .expect("reasons")
                .iter();
            let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
            return format!("weak password: {}", reasons.join(","));
        }
        Some("invalid_credentials") => "invalid credentials",
        Some("email_not_confirmed") => "e-mail not confirmed",
        Some("user_already_exists" | "email_exists") => "e-mail taken",
        Some("same_password") => "same password",
        Some("signup_disabled") => "sign-up disabled",
        Some("over_request_rate_limit" | "over_email_send_rate_limit") => "rate limited",
        Some("refresh_token_not_found") => "refresh token not found",
        Some("refresh_token_already_used") => "refresh token reused",
        Some("session_not_found" | "user_not_found") => "session over",
        Some("bad_jwt" | "no_authorization") => "token rejected",
        // Malformed or unknown, it is no token.
        Some("validation_failed") if name.starts_with("refresh") => "refresh token not found",
        Some("validation_failed" | "bad_json" | "not_admin") => "refused",
        code => panic!("{name}: nobody has said what {code:?} means"),
    }
    .to_owned()
}

/// Asks as the recording did; `None` for what the service never asks.
async fn asked(gotrue: &Arc<GoTrue>, method: &str, path: &str) -> Option<String> {
    Some(match (method, path) {
        ("POST", "/signup") => auth_outcome(&gotrue.sign_up("a@b.example", "p", "n", HERE).await),
        ("POST", "/token?grant_type=password") => {
            auth_outcome(&gotrue.sign_in("a@b.example", "p", HERE).await)
        }
        ("POST", "/token?grant_type=refresh_token") => {
            auth_outcome(&gotrue.refresh("r", HERE).await)
        }
        ("GET", "/user") => auth_outcome(&gotrue.user("a.b.c").await),
        ("PUT", "/user") => auth_outcome(
            &gotrue
                .update_user("a.b.c", UserChange::Name("n"), HERE)
                .await,
        ),
        ("POST", "/recover") => auth_outcome(&gotrue.recover("a@b.example", HERE).await),
        ("GET", "/health") => auth_outcome(&gotrue.health().await),
        ("GET", "/settings") => auth_outcome(&gotrue.settings().await),
        ("GET", "/.well-known/jwks.json") => auth_outcome(&gotrue.signing_keys().await),
        ("POST", path) if path.starts_with("/logout") => {
            auth_outcome(&gotrue.sign_out("a.b.c", HERE).await)
        }
        ("DELETE", path) if path.starts_with("/admin/users/") => {
            auth_outcome(&gotrue.delete_user(Uuid::nil()).await)
        }
        _ => return None,
    })
}

/// Links of mails are the browser's to follow; the rest are requests that no client of this service makes.
const NEVER_ASKED: [&str; 12] = [
    "resend_too_soon",
    "resend",
    "resend_unknown_email",
    "verify_wrong_token",
    "verify_link_from_the_e_mail",
    "verify_link_used_twice",
    "verify_recovery_by_token_hash",
    "verify_recovery_by_token_hash_again",
    "token_unknown_grant",
    "token_no_grant",
    "unknown_route",
    "wrong_method",
];

#[tokio::test]
async fn the_gotrue_client_understands_every_recorded_answer() {
    let mut replayed = 0;
    for exchange in GOTRUE.into_iter().flat_map(exchanges) {
        let name = exchange["name"].as_str().expect("a name");
        let request = &exchange["request"];
        let (method, path) = (
            request["method"].as_str().expect("a method"),
            request["path"].as_str().expect("a path"),
        );
        let gotrue =
            Arc::new(GoTrue::new(&answering(&exchange["response"]).await).expect("a client"));
        match asked(&gotrue, method, path).await {
            Some(outcome) => {
                assert_eq!(
                    outcome,
                    auth_expected(name, &exchange["response"]),
                    "{name}"
                );
                replayed += 1;
            }
            None => assert!(NEVER_ASKED.contains(&name), "{name} is not replayed"),
        }
    }
    assert!(replayed > 70, "{replayed} were replayed");
}

#[tokio::test]
async fn a_registration_without_tokens_awaits_confirmation() {
    let recorded = exchanges(GOTRUE[1]);
    for (name, pending) in [
        ("signup_pending_confirmation", true),
        ("signup_taken_and_confirmed_email", true),
        ("signup_anonymous", false),
    ] {
        let exchange = recorded
            .iter()
            .find(|exchange| exchange["name"] == name)
            .expect("it was recorded");
        let gotrue = GoTrue::new(&answering(&exchange["response"]).await).expect("a client");
        let signed_up = gotrue
            .sign_up("a@b.example", "p", "n", HERE)
            .await
            .expect("it is understood");
        assert_eq!(
            matches!(signed_up, SignUp::ConfirmationPending),
            pending,
            "{name}"
        );
    }
}

/// What a refresh is answered.
fn tokens() -> Played {
    refusal(
        200,
        &json!({"access_token": "a.b.c", "refresh_token": "next", "token_type": "bearer", "expires_in": 3600, "expires_at": 1, "user": {"id": Uuid::nil(), "email": "a@b.example", "user_metadata": {}, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}}),
    )
}

fn gotrue_at(server: &ModeServer) -> Arc<GoTrue> {
    let mut config = config(stack()).supabase;
    config.url = server.url.parse().expect("a URL");
    Arc::new(GoTrue::new(&config).expect("a client"))
}

#[tokio::test]
async fn a_refresh_that_meets_another_is_repeated_until_its_successor_is_there() {
    let server = ModeServer::start(|a| {
        if a.before < 3 {
            refusal(409, &json!({"code": 409, "error_code": "conflict", "msg": "Too many concurrent token refresh requests on the same session or refresh token"}))
        } else {
            tokens()
        }
    })
    .await;
    let gotrue = gotrue_at(&server);
    let tokens = gotrue.refresh("r", HERE).await.expect("tokens");
    assert_eq!(tokens.refresh_token, "next");
    assert_eq!(server.asked(), 4);
}

#[tokio::test]
async fn a_refresh_outlives_whoever_asked_for_it_first() {
    let server = ModeServer::start(|_| {
        let mut slow = tokens();
        slow[0].0 = Duration::from_millis(300);
        slow
    })
    .await;
    let gotrue = gotrue_at(&server);
    let impatient = tokio::spawn({
        let gotrue = Arc::clone(&gotrue);
        async move { gotrue.refresh("r", HERE).await }
    });
    eventually("it is on its way", async || server.asked() == 1).await;
    impatient.abort();
    let tokens = gotrue.refresh("r", HERE).await.expect("tokens");
    assert_eq!(tokens.refresh_token, "next");
    assert_eq!(server.asked(), 1, "the token is used once");
}
