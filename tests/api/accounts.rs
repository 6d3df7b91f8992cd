//! Accounts, from registration to deletion, with every refusal's own code.

use std::sync::OnceLock;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, DevstackProcess, PASSWORD, TestApp, stack};

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password, "name": "Ada"})
}

fn fresh_email() -> String {
    format!("ada-{}@example.com", Uuid::new_v4())
}

async fn patch(client: &Client, body: &Value) -> Answer {
    Answer::of(client.request(Method::PATCH, "/auth/me").json(body)).await
}

async fn delete_account(client: &Client) -> Answer {
    Answer::of(client.request(Method::DELETE, "/auth/me")).await
}

#[tokio::test]
async fn registration_signs_in_and_addresses_are_compared_in_lower_case() {
    let app = TestApp::start();
    let guest = app.guest();
    let email = fresh_email();
    let shouted = email.to_uppercase();
    let made = guest
        .post("/auth/register", &credentials(&shouted, PASSWORD))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    for field in ["access_token", "refresh_token", "token_type"] {
        assert!(made.body[field].is_string(), "{field}");
    }
    assert!(made.body["expires_in"].is_i64() && made.body["expires_at"].is_i64());
    assert_eq!(made.body["user"]["email"], email.as_str());
    assert_eq!(made.body["user"]["name"], "Ada");
    let again = guest
        .post("/auth/register", &credentials(&email, PASSWORD))
        .await;
    again.is_problem(409, "email_taken");
    let login = guest
        .post("/auth/login", &credentials(&shouted, PASSWORD))
        .await;
    assert_eq!(login.status, 200, "{login:?}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let guest = app.guest();
    let wrong = guest
        .post("/auth/login", &credentials(&ada.email, "Not-my-word-1"))
        .await;
    let unknown = guest
        .post("/auth/login", &credentials(&fresh_email(), "Not-my-word-1"))
        .await;
    wrong.is_problem(401, "invalid_credentials");
    unknown.is_problem(401, "invalid_credentials");
    assert_eq!(wrong.body["detail"], unknown.body["detail"]);
    assert!(!wrong.body.to_string().contains("Not-my-word-1"));
}

#[tokio::test]
async fn bad_fields_are_named() {
    let app = TestApp::start();
    let guest = app.guest();
    let long = "x".repeat(101);
    for (field, value) in [
        ("email", json!("nobody")),
        ("email", json!(7)),
        ("email", json!(null)),
        ("password", json!("short")),
        ("password", json!("p".repeat(73))),
        ("password", json!(["a"])),
        ("name", json!("")),
        ("name", json!("a\u{7}b")),
        ("name", json!(long)),
    ] {
        let mut body = credentials(&fresh_email(), PASSWORD);
        body[field] = value;
        let answer = guest.post("/auth/register", &body).await;
        answer.is_problem(422, "validation_failed");
        assert_eq!(answer.body["errors"][0]["field"], field, "{answer:?}");
    }
    let all = guest.post("/auth/register", &json!({})).await;
    assert_eq!(
        all.body["errors"].as_array().map(Vec::len),
        Some(3),
        "{all:?}"
    );
    guest.get("/auth/me").await.is_problem(401, "token_missing");
}

#[tokio::test]
async fn tokens_are_refreshed_by_body_or_query_and_only_once() {
    static STRICT: OnceLock<DevstackProcess> = OnceLock::new();
    let stack = STRICT.get_or_init(|| DevstackProcess::start(&["--refresh-reuse-interval", "0"]));
    let app = TestApp::on(stack, |_| {});
    let ada = app.user("Ada").await;
    let first = ada.refresh_token.clone().expect("a refresh token");
    let renewed = app
        .guest()
        .post("/auth/refresh", &json!({"refresh_token": first}))
        .await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let second = renewed.body["refresh_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let by_query = app
        .guest()
        .post(&format!("/auth/refresh?refresh_token={second}"), &json!({}))
        .await;
    assert_eq!(by_query.status, 200, "{by_query:?}");
    let reused = app
        .guest()
        .post("/auth/refresh", &json!({"refresh_token": first}))
        .await;
    reused.is_problem(401, "refresh_token_already_used");
    let unknown = app
        .guest()
        .post("/auth/refresh", &json!({"refresh_token": "unknown-token"}))
        .await;
    unknown.is_problem(401, "refresh_token_not_found");
    assert!(!reused.body.to_string().contains(&first));
    let none = app.guest().post("/auth/refresh", &json!({})).await;
    none.is_problem(422, "validation_failed");
}

#[tokio::test]
async fn of_many_refreshes_at_once_with_one_token_each_gets_the_same_successor() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let body = json!({"refresh_token": ada.refresh_token});
    let guest = app.guest();
    let answers =
        futures_util::future::join_all((0..30).map(|_| guest.post("/auth/refresh", &body))).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.body["refresh_token"], answers[0].body["refresh_token"],
            "one successor"
        );
    }
    assert_ne!(answers[0].body["refresh_token"], body["refresh_token"]);
}

#[tokio::test]
async fn a_refresh_token_of_no_form_at_all_is_an_unknown_one() {
    let app = TestApp::start();
    for malformed in [
        "x",
        "UPPERCASE-12",
        "doesnotexist",
        "unknown-token",
        "\u{e9}t\u{e9}",
    ] {
        app.guest()
            .post("/auth/refresh", &json!({"refresh_token": malformed}))
            .await
            .is_problem(401, "refresh_token_not_found");
    }
}

#[tokio::test]
async fn the_profile_can_be_read_and_renamed() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let me = ada.get("/auth/me").await;
    assert_eq!(
        (&me.body["email"], &me.body["name"]),
        (&json!(ada.email), &json!("Ada"))
    );
    assert!(me.body["created_at"].is_string() && me.body["id"].is_string());
    assert_eq!(
        patch(&ada, &json!({"name": "Countess Ada"})).await.body["name"],
        "Countess Ada"
    );
    assert_eq!(ada.get("/auth/me").await.body["name"], "Countess Ada");
    patch(&ada, &json!({"name": " "}))
        .await
        .is_problem(422, "validation_failed");
}

#[tokio::test]
async fn a_password_is_changed_and_the_old_one_is_worth_nothing() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let change = async |password: &str| {
        ada.post("/auth/update_password", &json!({"password": password}))
            .await
    };
    change("short").await.is_problem(422, "validation_failed");
    change(PASSWORD).await.is_problem(422, "same_password");
    assert_eq!(change("Looking-glass-7").await.status, 200);
    let old = app
        .guest()
        .post("/auth/login", &credentials(&ada.email, PASSWORD))
        .await;
    old.is_problem(401, "invalid_credentials");
    let new = app
        .guest()
        .post("/auth/login", &credentials(&ada.email, "Looking-glass-7"))
        .await;
    assert_eq!(new.status, 200, "{new:?}");
}

#[tokio::test]
async fn signing_out_ends_the_refresh_token_and_twice_is_harmless() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    assert_eq!(ada.post("/auth/logout", &json!({})).await.status, 200);
    assert_eq!(ada.post("/auth/logout", &json!({})).await.status, 200);
    let refresh = json!({"refresh_token": ada.refresh_token});
    app.guest()
        .post("/auth/refresh", &refresh)
        .await
        .is_problem(401, "refresh_token_not_found");
}

#[tokio::test]
async fn forgetting_a_password_tells_nothing_about_addresses() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let guest = app.guest();
    let known = guest
        .post("/auth/forgot_password", &json!({"email": ada.email}))
        .await;
    let twice = guest
        .post("/auth/forgot_password", &json!({"email": ada.email}))
        .await;
    let unknown = guest
        .post("/auth/forgot_password", &json!({"email": fresh_email()}))
        .await;
    assert_eq!(known.status, 200, "{known:?}");
    for other in [twice, unknown] {
        assert_eq!(
            (other.status, other.body),
            (known.status, known.body.clone())
        );
    }
    let link = mail_to(stack(), &ada.email).await["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    let token = token_behind(&link).await;
    let recovered = app.guest().with_token(&token);
    let changed = recovered
        .post(
            "/auth/update_password",
            &json!({"password": "Recovered-99"}),
        )
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let login = guest
        .post("/auth/login", &credentials(&ada.email, "Recovered-99"))
        .await;
    assert_eq!(login.status, 200, "{login:?}");
}

async fn mail_to(stack: &DevstackProcess, email: &str) -> Value {
    let mails = Client::new(stack.api_url()).get("/dev/mail").await.body;
    let mails = mails.as_array().expect("a list of mails");
    mails
        .iter()
        .find(|mail| mail["to"] == email)
        .expect("a mail")
        .clone()
}

/// Follows a mail's link as far as the redirect whose fragment carries the session.
async fn token_behind(link: &str) -> String {
    let http = no_redirects();
    let response = http.get(link).send().await.expect("an answer");
    let location = response.headers()["location"]
        .to_str()
        .expect("a URL")
        .to_owned();
    let (_, rest) = location
        .split_once("access_token=")
        .unwrap_or_else(|| panic!("no token in {location}"));
    rest.split('&').next().expect("a token").to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's client is no upstream client"
)]
fn no_redirects() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_new_and_a_taken_address_look_alike_while_confirmation_is_on() {
    let stack = DevstackProcess::start(&["--confirm-email"]);
    let app = TestApp::on(&stack, |_| {});
    let guest = app.guest();
    let email = fresh_email();
    let new = guest
        .post("/auth/register", &credentials(&email, PASSWORD))
        .await;
    assert_eq!(new.status, 202, "{new:?}");
    assert!(new.body.get("access_token").is_none());
    let early = guest
        .post("/auth/login", &credentials(&email, PASSWORD))
        .await;
    early.is_problem(403, "email_not_confirmed");
    let link = mail_to(&stack, &email).await["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    assert!(!token_behind(&link).await.is_empty());
    let login = guest
        .post("/auth/login", &credentials(&email, PASSWORD))
        .await;
    assert_eq!(login.status, 200, "{login:?}");
    let taken = guest
        .post("/auth/register", &credentials(&email, PASSWORD))
        .await;
    assert_eq!((taken.status, taken.body), (new.status, new.body));
}

#[tokio::test]
async fn the_projects_rules_are_told_in_their_own_codes() {
    let closed = DevstackProcess::start(&["--disable-signup"]);
    let app = TestApp::on(&closed, |_| {});
    let refused = app
        .guest()
        .post("/auth/register", &credentials(&fresh_email(), PASSWORD))
        .await;
    refused.is_problem(403, "signup_disabled");

    let strict = DevstackProcess::start(&[
        "--password-required-characters",
        "abc:ABC:0123",
        "--rate-limits",
    ]);
    let app = TestApp::on(&strict, |_| {});
    let weak = app
        .guest()
        .post("/auth/register", &credentials(&fresh_email(), "zzzzzzzzzz"))
        .await;
    weak.is_problem(422, "weak_password");
    assert_eq!(weak.body["reasons"], json!(["characters"]));
    let mut last = None;
    for _ in 0..200 {
        let answer = app
            .guest()
            .post("/auth/refresh", &json!({"refresh_token": "unknown-token"}))
            .await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
    }
    let limited = last.expect("GoTrue's limit is met");
    limited.is_problem(429, "rate_limited");
    assert!(limited.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn with_forwarding_one_clients_limit_at_gotrue_is_not_everybodys() {
    let stack = DevstackProcess::start(&["--rate-limits"]);
    let app = TestApp::on(&stack, |config| {
        config.supabase.forward_client_ip = true;
        config.server.trust_proxy = true;
    });
    let refresh = async |address: &str| {
        let request = app
            .guest()
            .request(Method::POST, "/auth/refresh")
            .header("x-forwarded-for", address)
            .json(&json!({"refresh_token": "unknown-token"}));
        Answer::of(request).await
    };
    let mut limited = false;
    for _ in 0..200 {
        limited = refresh("203.0.113.7").await.status == 429;
        if limited {
            break;
        }
    }
    assert!(limited, "GoTrue's limit is met");
    let other = refresh("203.0.113.8").await;
    other.is_problem(401, "refresh_token_not_found");
}

#[tokio::test]
async fn passwords_can_not_be_guessed_without_limit() {
    let app = TestApp::with(|config| {
        config.limits.auth_per_minute = 5;
        config.server.trust_proxy = true;
    });
    let email = fresh_email();
    let mut refusal = None;
    for guess in 0..20 {
        let request = app
            .guest()
            .request(Method::POST, "/auth/login")
            .header("x-forwarded-for", format!("203.0.113.{guess}"))
            .json(&credentials(&email, &format!("Guess-number-{guess}")));
        let answer = Answer::of(request).await;
        if answer.status == 429 {
            refusal = Some(answer);
            break;
        }
        answer.is_problem(401, "invalid_credentials");
    }
    let refusal = refusal.expect("an account is guarded whatever the address");
    refusal.is_problem(429, "rate_limited");
    assert!(refusal.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn deleting_an_account_deletes_everything_it_owned() {
    let app = TestApp::start();
    let ada = app.user("Ada").await;
    let session = ada.started(&json!({})).await;
    assert_eq!(ada.send(session, "To be forgotten").await.status, 200);
    let id: Uuid = ada.get("/auth/me").await.body["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let without = TestApp::with(|config| config.supabase.service_key = None);
    delete_account(&ada.at(&without.url))
        .await
        .is_problem(503, "account_deletion_unavailable");
    assert_eq!(delete_account(&ada).await.status, 200);
    let sql = "select (select count(*) from auth.users where id = $1) + (select count(*) from users where id = $1) \
               + (select count(*) from interview_sessions where user_id = $1) \
               + (select count(*) from interview_turns where user_id = $1)";
    let left: i64 = stack()
        .db()
        .await
        .query_one(sql, &[&id])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(left, 0);
    ada.get("/auth/me").await.is_problem(401, "signed_out");
    let login = app
        .guest()
        .post("/auth/login", &credentials(&ada.email, PASSWORD))
        .await;
    login.is_problem(401, "invalid_credentials");
    assert!(delete_account(&ada).await.status.is_client_error());
}

#[tokio::test]
async fn a_token_that_outlives_its_account_is_not_valid() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let deleted = alice
        .request(reqwest::Method::DELETE, "/auth/me")
        .send()
        .await
        .expect("an answer");
    assert!(deleted.status().is_success(), "{deleted:?}");
    let refused = alice.post("/agent/create_session", &json!({})).await;
    refused.is_problem(401, "token_invalid");
}
