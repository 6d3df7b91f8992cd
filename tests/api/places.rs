//! What belongs to all is not one client's: places for live transcriptions, attempts at accounts, sockets of foreign
//! pages.

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, http};

use crate::support::socket::{Socket, token};
use crate::support::{Answer, PASSWORD, SpeechServer, TestApp};

#[tokio::test]
async fn one_user_leaves_places_for_live_transcriptions_to_others() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.max_streams = 4);
    let (alice, bob) = (app.user("Alice").await, app.user("Bob").await);
    let start = |of| json!({"type": "start", "access_token": token(of)});
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut socket = Socket::begun(&app.url, &start(&alice)).await;
        assert_eq!(socket.event().await["type"], "connected");
        open.push(socket);
    }
    let mut third = Socket::begun(&app.url, &start(&alice)).await;
    let refused = third.event().await;
    assert_eq!(
        (&refused["code"], &refused["retryable"]),
        (&json!("too_many_at_once"), &json!(true))
    );
    let mut bobs = Socket::begun(&app.url, &start(&bob)).await;
    assert_eq!(bobs.event().await["type"], "connected");
}

async fn opened_from(url: &str, origin: Option<&str>) -> http::StatusCode {
    let url = format!("{}/speech/stream", url.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    if let Some(origin) = origin {
        let origin = origin.parse().expect("a header");
        request.headers_mut().insert("origin", origin);
    }
    match connect_async(request).await {
        Ok((_, response)) => response.status(),
        Err(tungstenite::Error::Http(response)) => response.status(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn pages_of_foreign_sites_open_no_socket() {
    let app = TestApp::with(|config| {
        config.server.cors_allowed_origins = vec!["https://app.example.com".to_owned()];
    });
    for (origin, status) in [
        (None, 101),
        (Some(app.url.as_str()), 101),
        (Some("https://app.example.com"), 101),
        (Some("https://evil.example"), 403),
        (Some("https://app.example.com.evil.example"), 403),
        (Some("http://127.0.0.1:1"), 403),
        (Some("null"), 403),
        (Some(""), 403),
    ] {
        let opened = opened_from(&app.url, origin).await;
        assert_eq!(opened.as_u16(), status, "{origin:?}");
    }
}

#[tokio::test]
async fn who_asks_for_a_victims_new_password_does_not_lock_them_out() {
    let app = TestApp::with(|config| {
        config.limits.auth_per_minute = 5;
        config.server.trust_proxy = true;
    });
    let email = format!("victim-{}@example.com", uuid::Uuid::new_v4());
    let from = async |address: String, path: &str, body: serde_json::Value| {
        let request = app.guest().request(Method::POST, path);
        Answer::of(request.header("x-forwarded-for", address).json(&body)).await
    };
    let registration = json!({"email": email, "password": PASSWORD, "name": "Victim"});
    let registered = from("203.0.113.250".to_owned(), "/auth/register", registration).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let mut limited = false;
    for last in 0..40 {
        let asked = from(
            format!("198.51.100.{last}"),
            "/auth/forgot_password",
            json!({"email": email}),
        );
        limited |= asked.await.status == 429;
    }
    assert!(limited, "the mails are bounded");
    for _ in 0..10 {
        let wrong = json!({"email": email, "password": "Wrong-guess-1"});
        from("198.51.100.200".to_owned(), "/auth/login", wrong).await;
    }
    let credentials = json!({"email": email, "password": PASSWORD});
    let signed_in = from("203.0.113.250".to_owned(), "/auth/login", credentials).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
}

#[tokio::test]
async fn refreshes_are_counted() {
    let app = TestApp::with(|config| config.limits.auth_per_minute = 2);
    let guest = app.guest();
    let mut answers = Vec::new();
    for _ in 0..10 {
        let body = json!({"refresh_token": "unknown"});
        answers.push(guest.post("/auth/refresh", &body).await);
    }
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(refused, 4);
    answers[9].is_problem(429, "rate_limited");
}
