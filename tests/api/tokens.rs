//! Access tokens: which are believed, and what happens when the keys change or can't be had.

use jsonwebtoken::{EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, Client, DevstackProcess, FaultyProxy, Mode, SpeechServer, TestApp, eventually, stack,
};

/// Verifies the caller's token and asks Supabase for nothing else.
async fn verified(client: &Client) -> Answer {
    client
        .act("/agent/cleanup", Uuid::new_v4(), &json!({}))
        .await
}

async fn before(stack: &DevstackProcess) -> (TestApp, FaultyProxy) {
    let proxy = FaultyProxy::before(stack.api_url()).await;
    let url = proxy.url.parse().expect("a URL");
    (
        TestApp::on(stack, move |config| config.supabase.url = url),
        proxy,
    )
}

#[tokio::test]
async fn an_outage_of_sign_in_keeps_the_keys_that_are_known() {
    let (app, proxy) = before(stack()).await;
    let alice = app.user("Alice").await;
    let bob = Client::registered(&TestApp::start().url, "Bob")
        .await
        .at(&app.url);
    assert_eq!(verified(&alice).await.status, 200);
    proxy.set(Mode::Refuse);
    assert_eq!(
        verified(&bob).await.status,
        200,
        "a token that was never seen before"
    );
}

#[tokio::test]
async fn without_any_key_a_token_can_be_checked_later() {
    let (app, proxy) = before(stack()).await;
    let alice = Client::registered(&TestApp::start().url, "Alice")
        .await
        .at(&app.url);
    proxy.set(Mode::Refuse);
    let answer = verified(&alice).await;
    answer.is_problem(503, "auth_unavailable");
    assert_eq!(answer.body["retryable"], true);
    proxy.set(Mode::Pass);
    eventually("the keys are fetched", async || {
        verified(&alice).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_is_fetched_and_an_unknown_one_is_refused() {
    let next = DevstackProcess::start(&[]);
    let (app, proxy) = before(stack()).await;
    let alice = app.user("Alice").await;
    assert_eq!(verified(&alice).await.status, 200);
    let elsewhere = TestApp::on(&next, |_| {});
    let stranger = elsewhere.user("Stranger").await.at(&app.url);
    verified(&stranger).await.is_problem(401, "token_invalid");
    proxy.retarget(next.api_url());
    eventually("the new key is known", async || {
        verified(&stranger).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_shared_secret_serves_too_and_is_needed_then() {
    let stack = DevstackProcess::start(&["--hs256"]);
    let app = TestApp::on(&stack, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(
        alice.send(session, "Signed with a secret").await.status,
        200
    );
    let without = TestApp::on(&stack, |config| config.supabase.jwt_secret = None);
    verified(&alice.at(&without.url))
        .await
        .is_problem(401, "token_invalid");
}

#[tokio::test]
async fn claims_are_checked_but_for_the_audience() {
    let app = TestApp::start();
    let sign = |claims: &Value| {
        let secret = EncodingKey::from_secret(stack().var("JWT_SECRET").as_bytes());
        app.guest().with_token(
            &jsonwebtoken::encode(&Header::default(), claims, &secret).expect("a token"),
        )
    };
    let exp = jiff::Timestamp::now().as_second() + 600;
    let sub = Uuid::new_v4();
    let good = json!({"sub": sub, "exp": exp, "role": "authenticated", "aud": "whatever"});
    assert_eq!(verified(&sign(&good)).await.status, 200);
    for missing in ["sub", "exp", "role"] {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").remove(missing);
        let answer = verified(&sign(&claims)).await;
        answer.is_problem(401, "token_invalid");
    }
    for (field, value) in [
        ("sub", json!("not a uuid")),
        ("exp", json!("soon")),
        ("role", json!("service_role")),
        ("role", json!("anon")),
    ] {
        let mut claims = good.clone();
        claims[field] = value;
        verified(&sign(&claims))
            .await
            .is_problem(401, "token_invalid");
    }
}

#[tokio::test]
async fn a_token_about_to_expire_reads_but_starts_no_turn() {
    let stack = DevstackProcess::start(&["--jwt-exp", "50"]);
    let app = TestApp::on(&stack, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.create(&json!({})).await;
    alice
        .act("/agent/start_interview", session, &json!({}))
        .await
        .is_problem(401, "token_expired");
    alice
        .send(session, "Too late")
        .await
        .is_problem(401, "token_expired");
    assert_eq!(alice.read("/agent/history", session).await.status, 200);
}

#[tokio::test]
async fn a_token_that_outlives_its_account_fails_nowhere_in_the_service() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let deleted = Answer::of(alice.request(Method::DELETE, "/auth/me")).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    // What is made anew needs an account.
    let wanted = [
        ("/agent/create_session", json!({})),
        (
            "/speech/text_to_speech",
            json!({"text": "Is anybody there?"}),
        ),
    ];
    for (path, body) in &wanted {
        let refused = alice.post(path, body).await;
        assert_eq!(refused.status, 401, "{path}: {refused:?}");
    }
    // What was there is gone, and nothing takes that for a failure.
    let document = app.guest().get("/openapi.json").await.body;
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("an item").keys() {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let path = path.replace("{share_id}", &Uuid::nil().to_string());
            let path = path.replace("{task_id}", &Uuid::nil().to_string());
            let request = alice.request(method, &path).json(&json!({
                "message": "Still there?", "text": "Still there?", "name": "Alice", "password": "Wonder-land-43", "turn_no": 1,
            }));
            let answer = request.header("x-session-id", session.to_string()).send();
            let status = answer.await.expect("an answer").status();
            assert!(!status.is_server_error(), "{path}: {status}");
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}
