//! What holds for the mock GoTrue alone: with a real one in its place (`GOTRUE_BIN`), leave these out by name,
//! `--skip mock_only`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Client, stack};

/// A request to GoTrue itself, with the key's own rights.
async fn ask(method: Method, path: &str, key: &str, token: Option<&str>) -> Answer {
    let client = Client::new(stack().api_url());
    let mut request = client
        .request(method, &format!("/auth/v1{path}"))
        .header("apikey", stack().var(key));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Answer::of(request.json(&json!({}))).await
}

async fn token() -> String {
    let email = format!("ada-{}@example.com", uuid::Uuid::new_v4());
    let client = Client::new(stack().api_url());
    let request = client
        .request(Method::POST, "/auth/v1/signup")
        .header("apikey", stack().var("ANON_KEY"))
        .json(&json!({"email": email, "password": "Wonder-land-42"}));
    let made = Answer::of(request).await;
    made.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

fn is_not_here(path: &str, answer: &Answer) {
    assert_eq!(answer.status, 501, "{path}: {answer:?}");
    assert_eq!(answer.body["error_code"], "not_implemented", "{path}");
    assert!(
        answer.body["msg"]
            .as_str()
            .is_some_and(|msg| msg.contains("not in the development stack")),
        "{path}: {answer:?}"
    );
}

#[tokio::test]
async fn what_the_mock_lacks_it_says() {
    let token = token().await;
    for (method, path) in [
        (Method::POST, "/factors"),
        (Method::POST, "/factors/1/verify"),
        (Method::GET, "/user/oauth/grants"),
    ] {
        let answer = ask(method.clone(), path, "ANON_KEY", Some(&token)).await;
        is_not_here(path, &answer);
        let stranger = ask(method, path, "ANON_KEY", None).await;
        assert_eq!(stranger.status, 401, "{path}: {stranger:?}");
    }
    for (method, path) in [
        (Method::GET, "/admin/audit"),
        (Method::GET, "/admin/sso/providers"),
        (Method::GET, "/admin/users/1/factors"),
    ] {
        let answer = ask(method.clone(), path, "SECRET_KEY", None).await;
        is_not_here(path, &answer);
        let user = ask(method, path, "ANON_KEY", Some(&token)).await;
        assert_eq!(user.status, 403, "{path}: {user:?}");
    }
    for (method, path) in [
        (Method::GET, "/authorize?provider=github"),
        (Method::POST, "/token?grant_type=id_token"),
        (Method::POST, "/token?grant_type=pkce"),
    ] {
        is_not_here(path, &ask(method, path, "ANON_KEY", None).await);
    }
}
