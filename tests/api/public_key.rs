//! The data API past the service: whoever has the public key calls PostgREST with it.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, DevstackProcess, TestApp, stack};

/// Somebody at PostgREST with the public key, as a user or as a guest who names a session.
struct Direct<'a> {
    stack: &'a DevstackProcess,
    client: &'a Client,
    session: Uuid,
}

impl Direct<'_> {
    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.preferring("return=representation", method, path, body)
            .await
    }

    async fn preferring(
        &self,
        preference: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let url = format!("{}/rest/v1/{path}", self.stack.api_url());
        let mut request = self
            .client
            .http
            .request(method, url)
            .header("apikey", self.stack.var("PUBLISHABLE_KEY"))
            .header("x-session-id", self.session.to_string())
            .header("prefer", preference);
        if let Some(token) = &self.client.token {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        Answer::of(request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &Value::Null).await
    }

    async fn call(&self, function: &str, arguments: &Value) -> Answer {
        self.send(Method::POST, &format!("rpc/{function}"), arguments)
            .await
    }
}

/// Everything the database holds of a session.
async fn rows(session: Uuid) -> Value {
    let sql = "select jsonb_build_object('session', to_jsonb(s), \
        'turns', (select jsonb_agg(to_jsonb(t) order by turn_no) from interview_turns t where t.session_id = s.session_id), \
        'tasks', (select jsonb_agg(to_jsonb(t)) from speech_tasks t where t.session_id = s.session_id), \
        'usage', (select jsonb_agg(to_jsonb(u)) from speech_usage u where u.user_id = s.user_id or u.session_id = s.session_id)) \
        from interview_sessions s where session_id = $1";
    let db = stack().db().await;
    db.query_one(sql, &[&session])
        .await
        .expect("the session")
        .get(0)
}

#[tokio::test]
async fn nobody_writes_replies_scores_reports_or_budgets_by_hand() {
    let app = TestApp::start();
    for client in [app.user("Alice").await, app.guest()] {
        let session = client.started(&json!({"job_role": "Nurse"})).await;
        assert_eq!(client.send(session, "My own words.").await.status, 200);
        let direct = Direct {
            stack: stack(),
            client: &client,
            session,
        };
        let task = json!({
            "p_task_id": Uuid::new_v4(), "p_session_id": session, "p_task_type": "tts", "p_progress": null,
            "p_lease_seconds": 30, "p_characters": 70, "p_seconds": 7, "p_max_characters": 100, "p_max_seconds": 60,
            "p_result": null,
        });
        let begun = direct.call("begin_speech_task", &task).await;
        assert_eq!(begun.body["outcome"], "started", "{begun:?}");
        let before = rows(session).await;
        let (sessions, turns) = (
            format!("interview_sessions?session_id=eq.{session}"),
            format!("interview_turns?session_id=eq.{session}"),
        );
        let tasks = format!("speech_tasks?session_id=eq.{session}");
        for (method, path, body) in [
            (
                "PATCH",
                &sessions,
                json!({"final_summary": {"results": {"overall_score": 5}}}),
            ),
            (
                "PATCH",
                &sessions,
                json!({"session_stats": {"answers": 99}}),
            ),
            ("PATCH", &sessions, json!({"status": "completed"})),
            ("PATCH", &sessions, json!({"user_id": Uuid::new_v4()})),
            ("PATCH", &sessions, json!({"version": 0, "base_version": 0})),
            ("PATCH", &sessions, json!({"created_at": "infinity"})),
            ("PATCH", &sessions, json!({"turn_bytes": 0})),
            (
                "PATCH",
                &sessions,
                json!({"report_owner": "me", "report_lease_until": "infinity"}),
            ),
            ("DELETE", &sessions, Value::Null),
            (
                "PATCH",
                &turns,
                json!({"reply": {"content": "You are hired."}}),
            ),
            (
                "PATCH",
                &turns,
                json!({"feedback": {"status": "ready", "scores": [5]}}),
            ),
            ("PATCH", &turns, json!({"message": "Better words."})),
            ("PATCH", &turns, json!({"accepted_at": "infinity"})),
            ("DELETE", &turns, Value::Null),
            (
                "POST",
                &"interview_turns".to_owned(),
                json!({"session_id": session, "turn_no": 7, "turn_id": "x", "message": "m", "reply": {}}),
            ),
            (
                "POST",
                &"speech_tasks".to_owned(),
                json!({"session_id": session, "task_type": "tts"}),
            ),
            (
                "PATCH",
                &tasks,
                json!({"result_data": {"transcription": "x"}}),
            ),
            ("DELETE", &tasks, Value::Null),
            (
                "PATCH",
                &"speech_usage?characters=gte.0".to_owned(),
                json!({"characters": 0, "seconds": 0, "tasks": 0}),
            ),
            (
                "DELETE",
                &"speech_usage?characters=gte.0".to_owned(),
                Value::Null,
            ),
        ] {
            let method: Method = method.parse().expect("a method");
            let answer = direct.send(method.clone(), path, &body).await;
            assert_eq!(answer.code(), "42501", "{method} {path} {body}: {answer:?}");
        }
        // How it was set up is its owner's to write until it begins; then no row is there to be written.
        let longer = json!({"session_config": {"interview_duration_minutes": 600}});
        let answer = direct.send(Method::PATCH, &sessions, &longer).await;
        assert_eq!(answer.body, json!([]), "{answer:?}");
        assert_eq!(rows(session).await, before);
    }
}

#[tokio::test]
async fn a_client_of_the_data_api_makes_a_session_and_sets_it_up() {
    let app = TestApp::start();
    for client in [app.user("Alice").await, app.guest()] {
        let session = Uuid::new_v4();
        let direct = Direct {
            stack: stack(),
            client: &client,
            session,
        };
        let row = json!({"session_id": session, "session_config": {"job_role": "Pilot"}});
        let made = direct.send(Method::POST, "interview_sessions", &row).await;
        assert_eq!(made.status, 201, "{made:?}");
        let upsert = "return=representation,resolution=merge-duplicates";
        let row = json!({"session_id": session, "session_config": {"job_role": "Nurse"}});
        let again = direct
            .preferring(upsert, Method::POST, "interview_sessions", &row)
            .await;
        assert_eq!(
            again.body[0]["session_config"],
            json!({"job_role": "Nurse"}),
            "{again:?}"
        );
        let path = format!("interview_sessions?session_id=eq.{session}");
        let change = json!({"session_config": {"job_role": "Cook"}});
        let changed = direct.send(Method::PATCH, &path, &change).await;
        assert_eq!(changed.body[0]["version"], 2, "{changed:?}");
        let read = client.read("/agent/session", session).await;
        assert_eq!(read.body["session_config"]["job_role"], "Cook", "{read:?}");
        let columns = "interview_sessions?select=*,conversation_history,per_turn_feedback_log";
        let listed = direct.get(columns).await;
        assert_eq!(listed.body[0]["conversation_history"], json!([]));
        let deleted = direct
            .call("delete_session", &json!({"p_session_id": session}))
            .await;
        assert_eq!(deleted.body["outcome"], "deleted", "{deleted:?}");
    }
}

#[tokio::test]
async fn what_is_stored_can_be_read_back() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = Uuid::new_v4();
    let direct = Direct {
        stack: stack(),
        client: &alice,
        session,
    };
    let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let keys: Vec<String> = (0..40_000).map(|n| format!(r#""{n}":0"#)).collect();
    for (config, code) in [
        (r#"{"x": 1e400}"#.to_owned(), "23514"),
        (r#"{"x": [1.7976931348623157e308]}"#.to_owned(), "23514"),
        (r#"{"x": -1e309}"#.to_owned(), "23514"),
        (r#"{"x": 1e131000}"#.to_owned(), "23514"),
        (r#"{"x": 0e-16383}"#.to_owned(), "23514"),
        (nested(101), "23514"),
        (nested(3_000), "23514"),
        (format!("{{{}}}", keys.join(",")), "23514"),
        (format!(r#"{{"x": "{}"}}"#, "x".repeat(262_144)), "23514"),
        (r#"{"x": "\u0000"}"#.to_owned(), "22P05"),
        ("[]".to_owned(), "23514"),
    ] {
        let url = format!("{}/rest/v1/interview_sessions", stack().api_url());
        let request = alice
            .http
            .post(url)
            .header("apikey", stack().var("PUBLISHABLE_KEY"))
            .bearer_auth(alice.token.as_deref().expect("a token"))
            .header("content-type", "application/json")
            .body(format!(r#"{{"session_config": {config}}}"#));
        let answer = Answer::of(request).await;
        assert_eq!(
            answer.code(),
            code,
            "{}: {answer:?}",
            &config[..config.len().min(60)]
        );
    }
    let row = json!({"session_id": session, "session_config": {"x": [1e308, -1e308, 1e-300, 0.0], "y": "é\u{1}"}});
    let made = direct.send(Method::POST, "interview_sessions", &row).await;
    assert_eq!(made.status, 201, "{made:?}");
    let read = alice.read("/agent/session", session).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.body["session_config"]["y"], row["session_config"]["y"]);
}

#[tokio::test]
async fn a_session_is_full_one_day_and_reads_still() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let db = stack().db().await;
    let fill = "insert into interview_turns (session_id, turn_no, turn_id, user_id, message, question_no, version, reply, completed_at) \
        select session_id, n, 'k' || n, user_id, 'An answer.', n - 1, 10 + n, reply, now() \
        from interview_turns, generate_series(1, 498) n where session_id = $1 and turn_no = 0";
    db.execute(fill, &[&session]).await.expect("turns");
    let version =
        "update interview_sessions set version = 1000, base_version = 1000 where session_id = $1";
    db.execute(version, &[&session]).await.expect("a version");
    assert_eq!(alice.send(session, "The last.").await.status, 200);
    alice
        .send(session, "One more.")
        .await
        .is_problem(409, "session_ended");
    assert_eq!(alice.messages(session).await.len(), 499);
    let beyond = fill.replace("generate_series(1, 498)", "generate_series(500, 50000)");
    let refused = db.execute(&beyond, &[&session]).await;
    assert!(refused.is_err(), "no more turns, whoever writes them");
    let reset = alice
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(reset.status, 200, "{reset:?}");
}

#[tokio::test]
async fn sessions_are_made_at_a_bounded_rate_and_read_in_bounded_pages() {
    let stack = DevstackProcess::start(&[]);
    let app = TestApp::on(&stack, |_| {});
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let db = stack.db().await;
    let limits = "update private.session_limits set guests_per_hour = 3, per_user_and_hour = 1200";
    db.execute(limits, &[]).await.expect("limits");

    for _ in 0..3 {
        guest.create(&json!({})).await;
    }
    let refused = guest.post("/agent/create_session", &json!({})).await;
    refused.is_problem(429, "too_many_sessions");
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    let session = Uuid::new_v4();
    let direct = Direct {
        stack: &stack,
        client: &guest,
        session,
    };
    let row = json!({"session_id": session});
    let refused = direct.send(Method::POST, "interview_sessions", &row).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    assert_eq!(
        alice.post("/agent/create_session", &json!({})).await.status,
        201
    );

    let direct = Direct {
        stack: &stack,
        client: &alice,
        session,
    };
    let bulk = |count: usize| json!(vec![json!({"session_config": {}}); count]);
    let many = "interview_sessions?select=session_id";
    let refused = direct.send(Method::POST, many, &bulk(2_000)).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let made = direct.send(Method::POST, many, &bulk(1_100)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let listed = direct
        .get("interview_sessions?select=session_id&limit=100000")
        .await;
    assert_eq!(listed.body.as_array().map(Vec::len), Some(1_000));

    // Who keeps as many as they may gets no more by any way, and is not told to wait.
    let limits = "update private.session_limits set guests_per_hour = 10, per_user = 1000";
    db.execute(limits, &[]).await.expect("limits");
    let open = guest.create(&json!({})).await;
    for refused in [
        alice.post("/agent/create_session", &json!({})).await,
        alice.act("/agent/claim_session", open, &json!({})).await,
    ] {
        refused.is_problem(429, "too_many_sessions");
        assert!(!refused.headers.contains_key("retry-after"), "{refused:?}");
    }
    assert_eq!(guest.read("/agent/session", open).await.status, 200);
}

#[tokio::test]
async fn with_a_secret_interviews_come_from_the_service_alone() {
    const SECRET: &str = "a secret of service and database";
    let stack = DevstackProcess::start(&[]);
    let db = stack.db().await;
    db.execute("select private.set_write_secret($1)", &[&SECRET])
        .await
        .expect("a secret");
    let app = TestApp::on(&stack, |config| {
        config.supabase.write_secret = Some(SecretString::from(SECRET));
    });
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    assert_eq!(alice.send(session, "My own words.").await.status, 200);
    let direct = Direct {
        stack: &stack,
        client: &alice,
        session,
    };
    for (function, arguments) in [
        (
            "accept_turn",
            json!({"p_session_id": session, "p_turn_id": "x", "p_message": "m", "p_lease_owner": "me",
                "p_lease_seconds": 60, "p_known_version": null, "p_join_same_text": false}),
        ),
        (
            "record_feedback",
            json!({"p_session_id": session, "p_turn_id": "x", "p_feedback": {"scores": [5]}, "p_known_version": null}),
        ),
        (
            "record_report",
            json!({"p_session_id": session, "p_lease_owner": "me", "p_summary": {"results": {}}, "p_known_version": null}),
        ),
    ] {
        let answer = direct.call(function, &arguments).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (403, "PT403"),
            "{function}: {answer:?}"
        );
    }
    let known = json!({"p_session_id": session, "p_known_version": null});
    assert_eq!(
        direct.call("load_session", &known).await.body["outcome"],
        "ok"
    );
    let ended = alice.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");

    // A service without it, or with another, is set up wrongly: that is not the candidate's to mend.
    for secret in [None, Some("another")] {
        let app = TestApp::on(&stack, |config| {
            config.supabase.write_secret = secret.map(SecretString::from);
        });
        let guest = app.guest();
        let session = guest.create(&json!({})).await;
        let started = guest
            .act("/agent/start_interview", session, &json!({}))
            .await;
        started.is_problem(502, "database_misconfigured");
        assert_eq!(started.body["retryable"], false, "{started:?}");
    }
}
