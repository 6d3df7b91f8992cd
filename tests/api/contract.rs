//! What older React clients rely on: the alias paths with their fields.

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, TestApp, eventually};

const ORIGIN: &str = "https://app.example.com";

fn app() -> TestApp {
    TestApp::with(|config| config.server.cors_allowed_origins = vec![ORIGIN.to_owned()])
}

#[tokio::test]
async fn an_interview_by_the_old_paths_runs_from_set_up_to_report() {
    let app = app();
    interview(&app.guest()).await;
}

#[tokio::test]
async fn an_older_client_registers_signs_in_interviews_and_signs_out() {
    let app = app();
    let visitor = app.guest();
    let email = format!("old-{}@example.com", uuid::Uuid::new_v4());
    let registration = json!({"email": email, "password": PASSWORD, "name": "Ada"});
    let registered = visitor.post("/auth/register", &registration).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let credentials = json!({"email": email, "password": PASSWORD});
    let login = visitor.post("/auth/login", &credentials).await;
    assert_eq!(login.status, 200, "{login:?}");
    for field in ["access_token", "refresh_token", "token_type"] {
        assert!(login.body[field].is_string(), "{field} in {login:?}");
    }
    for field in ["id", "email", "name", "created_at"] {
        assert!(
            login.body["user"][field].is_string(),
            "{field} in {login:?}"
        );
    }
    // It sends the refresh token in the query, and no body.
    let refresh_token = login.body["refresh_token"].as_str().expect("a token");
    let path = format!("/auth/refresh?refresh_token={refresh_token}");
    let refreshed = Answer::of(visitor.request(reqwest::Method::POST, &path)).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let ada = visitor.with_token(refreshed.body["access_token"].as_str().expect("a token"));
    assert_eq!(ada.get("/auth/me").await.body["email"], email.as_str());
    let session = interview(&ada).await;
    let listed = ada.get("/agent/sessions").await;
    assert_eq!(
        listed.body["sessions"][0]["session_id"],
        session.to_string()
    );
    // Without its token the id is worth nothing.
    visitor
        .read("/interview/history", session)
        .await
        .is_problem(404, "session_not_found");
    let out = ada.post("/auth/logout", &json!({})).await;
    assert_eq!(out.status, 200, "{out:?}");
    assert!(out.body["message"].is_string(), "{out:?}");
}

/// From set-up to report and a reset, as the client does it: the session.
async fn interview(client: &Client) -> uuid::Uuid {
    let config = json!({
        "job_role": "Backend engineer", "job_description": "Rust and PostgreSQL", "resume_content": "Nine years of Rust",
        "style": "casual", "difficulty": "medium", "target_question_count": 3, "company_name": "Acme",
        "interview_duration_minutes": 10, "use_time_based_interview": false,
    });
    let created = client.post("/interview/session", &config).await;
    assert_eq!(created.status, 201, "{created:?}");
    let session: uuid::Uuid = created.body["session_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let intro = client.act("/interview/start", session, &config).await;
    assert_eq!(intro.status, 200, "{intro:?}");
    assert!(
        intro.body["content"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    for field in [
        "role",
        "agent",
        "content",
        "response_type",
        "timestamp",
        "processing_time",
        "metadata",
    ] {
        assert!(intro.body.get(field).is_some(), "{field} in {intro:?}");
    }
    for number in 1..=2 {
        let message = json!({"message": format!("Answer {number}: I led a team of 5 in 2024.")});
        let reply = client.act("/interview/message", session, &message).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let feedback = client.read("/interview/per-turn-feedback", session).await;
        let items = feedback.body.as_array().expect("a bare array");
        assert_eq!(items.len(), number, "an item per message: {feedback:?}");
        assert_eq!(items[number - 1]["answer"], message["message"]);
        assert!(items[number - 1]["question"].is_string());
    }
    // Each answer is paired with the question before it.
    let items = client
        .read("/interview/per-turn-feedback", session)
        .await
        .body;
    assert_eq!(items[0]["question"], intro.body["content"]);
    let history = client.read("/interview/history", session).await;
    assert_eq!(history.body["history"].as_array().map(Vec::len), Some(5));
    assert!(client.read("/interview/stats", session).await.body["stats"].is_object());
    let clock = client
        .read("/interview/session/time-remaining", session)
        .await;
    // Whole minutes of an idle time-out, never the interview's clock.
    assert_eq!(
        clock.body,
        json!({"time_remaining_minutes": 15, "session_active": true})
    );
    let extended = client
        .act("/interview/session/ping", session, &json!({}))
        .await
        .body;
    assert_eq!(extended["success"], true);
    assert!(extended["message"].is_string());
    for minutes in ["time_remaining_minutes", "new_expiry_minutes"] {
        assert_eq!(extended[minutes], 15, "{extended}");
    }
    let ended = client.act("/interview/end", session, &json!({})).await;
    assert!(ended.body["results"].is_object(), "{ended:?}");
    let status = async || {
        client
            .read("/interview/final-summary-status", session)
            .await
            .body
    };
    eventually("the report has its resources", async || {
        status().await["results"]["recommended_resources"].is_array()
    })
    .await;
    let results = status().await["results"].clone();
    for field in [
        "patterns_tendencies",
        "strengths",
        "weaknesses",
        "improvement_focus_areas",
    ] {
        assert!(
            results[field].is_string(),
            "{field} is rendered as text: {results}"
        );
    }
    for resource in results["recommended_resources"]
        .as_array()
        .expect("resources")
    {
        for field in ["title", "url", "resource_type", "reasoning", "description"] {
            assert!(resource[field].is_string(), "{field} in {resource}");
        }
    }
    assert_eq!(
        client
            .act("/interview/reset", session, &json!({}))
            .await
            .status,
        200
    );
    assert_eq!(
        client.read("/interview/history", session).await.body,
        json!({"history": []})
    );
    session
}

#[tokio::test]
async fn a_beacon_of_a_closing_tab_is_taken() {
    let app = app();
    let client = app.guest();
    let session = client.started(&json!({})).await;
    let beacon = client
        .http
        .post(format!(
            "{}/interview/session/cleanup?session_id={session}",
            app.url
        ))
        .header("content-type", "text/plain;charset=UTF-8")
        .body("bye");
    let released = Answer::of(beacon).await;
    assert_eq!(
        (released.status.as_u16(), &released.body["success"]),
        (200, &json!(true))
    );
    assert_eq!(
        client.read("/interview/history", session).await.status,
        200,
        "nothing is deleted"
    );
}

#[tokio::test]
async fn preflights_are_answered_for_listed_origins_alone() {
    let app = app();
    let preflight = async |origin: &str| {
        Client::new(&app.url)
            .http
            .request(
                reqwest::Method::OPTIONS,
                format!("{}/interview/message", app.url),
            )
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization,x-session-id",
            )
            .send()
            .await
            .expect("an answer")
    };
    let allowed = preflight(ORIGIN).await;
    assert!(allowed.status().is_success(), "{allowed:?}");
    assert_eq!(allowed.headers()["access-control-allow-origin"], ORIGIN);
    let headers = allowed.headers()["access-control-allow-headers"]
        .to_str()
        .expect("text")
        .to_lowercase();
    for name in ["content-type", "authorization", "x-session-id"] {
        assert!(headers.contains(name), "{name} in {headers}");
    }
    let refused = preflight("https://evil.example").await;
    assert!(
        !refused
            .headers()
            .contains_key("access-control-allow-origin"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn failures_carry_a_sentence_and_a_lost_session_names_the_word() {
    let app = app();
    let client = app.guest();
    let lost = client
        .read("/interview/history", uuid::Uuid::new_v4())
        .await;
    lost.is_problem(404, "session_not_found");
    assert!(
        lost.body["detail"]
            .as_str()
            .is_some_and(|text| text.contains("session"))
    );
    for (path, body) in [
        ("/interview/start", json!({})),
        ("/interview/message", json!({"message": "No session named"})),
        ("/interview/session", json!({"style": "wrong"})),
        ("/auth/login", json!([])),
        ("/nowhere", Value::Null),
    ] {
        let answer = client.post(path, &body).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        assert!(answer.body["detail"].is_string(), "{path}: {answer:?}");
    }
}
