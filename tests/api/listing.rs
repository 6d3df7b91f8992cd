//! The list of the caller's sessions: pages, filters, scores.

use llm::LlmProvider;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, ModelServer, TestApp, eventually, stack};

#[tokio::test]
async fn sessions_are_listed_newest_first_page_by_page() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(
            alice
                .create(&json!({"job_role": format!("Role {number}")}))
                .await
                .to_string(),
        );
    }
    made.reverse();
    let mut listed = Vec::new();
    let mut path = "/agent/sessions?limit=3".to_owned();
    loop {
        let page = alice.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let sessions = page.body["sessions"].as_array().expect("sessions").clone();
        listed.extend(
            sessions
                .iter()
                .filter_map(|s| s["session_id"].as_str().map(str::to_owned)),
        );
        let Some(cursor) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("/agent/sessions?limit=3&cursor={cursor}");
    }
    assert_eq!(listed, made);
    for query in ["limit=0", "limit=201", "limit=x", "cursor=garbage"] {
        alice
            .get(&format!("/agent/sessions?{query}"))
            .await
            .is_problem(422, "validation_failed");
    }
    app.guest()
        .get("/agent/sessions")
        .await
        .is_problem(401, "token_missing");
}

#[tokio::test]
async fn thousands_of_sessions_do_not_slow_the_list_down_to_failure() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let id: Uuid = alice.get("/auth/me").await.body["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let sql = "insert into interview_sessions (session_id, user_id, created_at) \
               select gen_random_uuid(), $1, now() - n * interval '1 second' from generate_series(1, 5000) n";
    stack().db().await.execute(sql, &[&id]).await.expect("rows");
    let mut count = 0;
    let mut path = "/agent/sessions?limit=200".to_owned();
    loop {
        let page = alice.get(&path).await.body;
        count += page["sessions"].as_array().map_or(0, Vec::len);
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/agent/sessions?limit=200&cursor={cursor}");
    }
    assert_eq!(count, 5_000);
}

/// Roles of the sessions that a query finds, newest first.
async fn roles(client: &Client, query: &[(&str, &str)]) -> Vec<String> {
    let request = client
        .request(reqwest::Method::GET, "/agent/sessions")
        .query(query);
    let answer = crate::support::Answer::of(request).await;
    assert_eq!(answer.status, 200, "{query:?}: {answer:?}");
    let sessions = answer.body["sessions"].as_array().expect("sessions");
    sessions
        .iter()
        .map(|session| session["job_role"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_is_searched_for_the_very_text_and_filtered_by_status() {
    let app = TestApp::start();
    let (alice, bob) = (app.user("Alice").await, app.user("Bob").await);
    for (role, company) in [
        ("C++ engineer", "Acme"),
        ("50% nurse", "Saint Mary's"),
        ("A.B (senior), \"lead\" \\ x*y", "Ünïcode & Söhne"),
        ("Backend engineer", "acme_labs"),
    ] {
        let config = json!({"job_role": role, "company_name": company});
        alice.create(&config).await;
    }
    bob.create(&json!({"job_role": "Engineer of another"}))
        .await;
    for (search, found) in [
        ("engineer", vec!["Backend engineer", "C++ engineer"]),
        ("ENGINEER", vec!["Backend engineer", "C++ engineer"]),
        ("c++", vec!["C++ engineer"]),
        ("0% n", vec!["50% nurse"]),
        ("acme_", vec!["Backend engineer"]),
        (
            "(senior), \"lead\" \\ x*y",
            vec!["A.B (senior), \"lead\" \\ x*y"],
        ),
        ("söhne", vec!["A.B (senior), \"lead\" \\ x*y"]),
        ("  mary's ", vec!["50% nurse"]),
        // None of these is a pattern.
        (".*", vec![]),
        ("%", vec!["50% nurse"]),
        ("A_B", vec![]),
        ("x.y", vec![]),
        ("^C", vec![]),
        ("***=", vec![]),
        ("),user_id.not.is.null,(a.eq.", vec![]),
    ] {
        assert_eq!(
            roles(&alice, &[("search", search)]).await,
            found,
            "{search}"
        );
    }
    // A filter goes along with the pages.
    let first = alice
        .get("/agent/sessions?search=engineer&limit=1")
        .await
        .body;
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = [("search", "engineer"), ("limit", "1"), ("cursor", cursor)];
    assert_eq!(roles(&alice, &second).await, ["C++ engineer"]);

    let ended = alice.started(&json!({"job_role": "Ended"})).await;
    alice.act("/agent/end_interview", ended, &json!({})).await;
    assert_eq!(roles(&alice, &[("status", "completed")]).await, ["Ended"]);
    assert_eq!(roles(&alice, &[("status", "active")]).await.len(), 4);
    assert!(roles(&alice, &[("status", "abandoned")]).await.is_empty());
    let both = [("status", "active"), ("search", "ended")];
    assert!(roles(&alice, &both).await.is_empty());
    assert_eq!(
        roles(&alice, &[("status", ""), ("search", " ")])
            .await
            .len(),
        5
    );

    let long = "x".repeat(101);
    for query in [
        [("status", "gone")],
        [("status", "eq.active")],
        [("search", long.as_str())],
        [("search", "a\u{0}b")],
    ] {
        let request = alice
            .request(reqwest::Method::GET, "/agent/sessions")
            .query(&query);
        crate::support::Answer::of(request)
            .await
            .is_problem(422, "validation_failed");
    }
}

#[tokio::test]
async fn a_list_tells_how_each_interview_went_without_its_quotes() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({"job_role": "Engineer"})).await;
    let answer = "I led the move of our billing to a queue because the nightly batch failed.";
    assert_eq!(alice.send(session, answer).await.status, 200);
    let listed = async || alice.get("/agent/sessions").await.body["sessions"][0].clone();
    assert_eq!(listed().await["scores_by_dimension"], json!({}));
    alice.act("/agent/end_interview", session, &json!({})).await;
    eventually("the report is there", async || {
        listed().await["overall_score"].is_number()
    })
    .await;
    let report =
        alice.read("/agent/session", session).await.body["final_summary"]["results"].clone();
    let listed = listed().await;
    for field in ["overall_score", "coach", "rubric_version"] {
        assert_eq!(listed[field], report[field], "{field}");
    }
    let scores: serde_json::Map<String, Value> = report["dimension_scores"]
        .as_array()
        .expect("scores")
        .iter()
        .filter(|score| score["score"].is_number())
        .filter_map(|score| {
            Some((
                score["dimension"].as_str()?.to_owned(),
                score["score"].clone(),
            ))
        })
        .collect();
    assert!(!scores.is_empty(), "{report}");
    let told = listed["scores_by_dimension"].as_object().expect("scores");
    assert_eq!(told.len(), scores.len());
    for (dimension, score) in scores {
        assert_eq!(told[&dimension].as_f64(), score.as_f64(), "{dimension}");
    }

    // The report's column is its owner's to write through PostgREST: nonsense there costs nobody the list.
    let id: Uuid = session;
    for nonsense in [
        r#"{"results": {"dimension_scores": {"a": 1}}}"#,
        r#"{"results": {"dimension_scores": [1, null, {"score": 3}, {"dimension": 4, "score": 3}, {"dimension": "depth", "score": "x"}]}}"#,
        r#"{"results": []}"#,
    ] {
        let sql =
            "update interview_sessions set final_summary = $2::text::jsonb where session_id = $1";
        let updated = stack().db().await.execute(sql, &[&id, &nonsense]).await;
        assert_eq!(updated.expect("written"), 1);
        let page = alice.get("/agent/sessions").await;
        assert_eq!(page.status, 200, "{nonsense}: {page:?}");
        assert_eq!(
            page.body["sessions"][0]["scores_by_dimension"],
            json!({}),
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn practice_without_a_model_is_listed_with_its_checklist_and_no_score() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({"target_question_count": 1})).await;
    let answer = "Last year I moved our billing to a queue, because the nightly batch failed twice a week. I tested it for ten days with two colleagues, and since then not a single run has failed.";
    assert_eq!(alice.send(session, answer).await.status, 200);
    alice.act("/agent/end_interview", session, &json!({})).await;
    let listed = async || alice.get("/agent/sessions").await.body["sessions"][0].clone();
    eventually("the report is there", async || {
        listed().await["checklist"]
            .as_array()
            .is_some_and(|checks| !checks.is_empty())
    })
    .await;
    let listed = listed().await;
    assert_eq!(listed["overall_score"], Value::Null);
    assert_eq!(listed["scores_by_dimension"], json!({}));
    for check in listed["checklist"].as_array().expect("checks") {
        assert!(
            check["met"].as_u64() <= check["answers"].as_u64(),
            "{check}"
        );
    }
}

#[tokio::test]
async fn a_row_that_another_client_wrote_does_not_break_the_list() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let (odd, plain) = (
        alice.create(&json!({})).await,
        alice.create(&json!({})).await,
    );
    let db = stack().db().await;
    db.execute(
        "update interview_sessions set session_stats = '{\"answers\": \"many\", \"topics\": 7}', \
         final_summary = '{\"results\": {\"checklist\": \"none\", \"overall_score\": \"good\"}}' where session_id = $1",
        &[&odd],
    )
    .await
    .expect("an odd row");
    let page = alice.get("/agent/sessions").await;
    assert_eq!(page.status, 200, "{page:?}");
    let sessions = page.body["sessions"].as_array().expect("sessions").clone();
    let ids: Vec<&str> = sessions
        .iter()
        .filter_map(|s| s["session_id"].as_str())
        .collect();
    assert_eq!(ids, [plain.to_string(), odd.to_string()]);
    let read = alice.read("/agent/session", odd).await;
    assert_eq!(
        (read.status.as_u16(), &read.body["session_stats"]["answers"]),
        (200, &json!(0))
    );
}

/// Ends the interview and begins it anew, while its report may still be under way.
async fn ended_and_begun_anew(client: &Client, session: Uuid) -> Value {
    let ended = client
        .act("/agent/end_interview", session, &json!({}))
        .await;
    assert_eq!(ended.status, 200, "{ended:?}");
    let reset = client
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(reset.status, 200, "{reset:?}");
    assert_eq!(reset.body["session_id"], session.to_string());
    reset.body
}

#[tokio::test]
async fn a_finished_interview_that_is_begun_anew_stays_in_the_history() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({"job_role": "Baker"})).await;
    assert_eq!(alice.send(session, "I baked bread.").await.status, 200);
    let said = alice.read("/agent/history", session).await.body;
    let reset = ended_and_begun_anew(&alice, session).await;
    let kept: Uuid = serde_json::from_value(reset["kept_session_id"].clone())
        .unwrap_or_else(|_| panic!("no session is kept: {reset}"));
    assert_eq!(alice.read("/agent/history", kept).await.body, said);
    eventually("its report is made, if it was not yet", async || {
        let status = alice.read("/agent/final_summary_status", kept).await;
        status.body["status"] == "completed"
    })
    .await;
    let list = alice.get("/agent/sessions").await.body;
    let told: Vec<(&Value, &Value)> = list["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .map(|one| (&one["session_id"], &one["status"]))
        .collect();
    assert!(
        told.contains(&(&json!(kept), &json!("completed"))),
        "{told:?}"
    );
    assert!(
        told.contains(&(&json!(session), &json!("active"))),
        "{told:?}"
    );
    // A repeat whose answer was lost keeps nothing twice.
    let again = alice
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(again.body.get("kept_session_id"), None, "{again:?}");
    assert_eq!(alice.send(session, "x").await.status, 409);
    alice
        .act("/agent/start_interview", session, &json!({}))
        .await;
    assert_eq!(alice.send(session, "Once more.").await.status, 200);
    assert_eq!(alice.read("/agent/history", kept).await.body, said);
}

#[tokio::test]
async fn a_guests_interview_that_is_begun_anew_is_deleted_since_no_list_would_name_it() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    let message = format!("I baked {session}.");
    assert_eq!(guest.send(session, &message).await.status, 200);
    let reset = ended_and_begun_anew(&guest, session).await;
    assert_eq!(reset.get("kept_session_id"), None, "{reset}");
    let db = stack().db().await;
    let rows = "select count(*) from interview_turns where message = $1";
    let rows = db.query_one(rows, &[&message]).await.expect("a count");
    assert_eq!(rows.get::<_, i64>(0), 0);
}
