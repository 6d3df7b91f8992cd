//! A report shared by a link: what it shows, to whom, and for how long.

use std::time::Duration;

use llm::LlmProvider;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Act, Answer, Client, ModelServer, Purpose, TestApp, eventually, stack};

const ANSWER: &str = "I led the move of our billing to a queue because the nightly batch failed; write to jane.doe@example.org.";

/// An interview that has ended, with its report.
async fn reported(client: &Client) -> Uuid {
    let config = json!({"job_role": "Baker", "company_name": "Contoso", "language": "en", "resume_content": "A private résumé",
        "job_description": "A private advertisement"});
    let session = client.started(&config).await;
    assert_eq!(client.send(session, ANSWER).await.status, 200);
    client
        .act("/agent/end_interview", session, &json!({}))
        .await;
    eventually("the report is there", async || {
        client
            .read("/agent/final_summary_status", session)
            .await
            .body["status"]
            == "completed"
    })
    .await;
    session
}

async fn share(client: &Client, session: Uuid, body: &Value) -> Value {
    let answer = client.act("/agent/shares", session, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

fn path(share: &Value) -> &str {
    share["path"].as_str().expect("a path")
}

async fn listed(client: &Client, session: Uuid) -> Vec<Value> {
    let answer = client.read("/agent/shares", session).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["shares"].as_array().expect("shares").clone()
}

async fn revoke(client: &Client, session: Uuid, share_id: &str) -> Answer {
    let request = client.request(Method::DELETE, &format!("/agent/shares/{share_id}"));
    Answer::of(request.header("x-session-id", session.to_string())).await
}

#[tokio::test]
async fn whoever_has_the_link_reads_what_was_chosen_and_nothing_else() {
    let app = TestApp::start();
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let session = reported(&alice).await;
    let bare = share(&alice, session, &json!({})).await;
    let whole =
        json!({"include_answers": true, "candidate_name": " Alice L. ", "expires_in_days": 90});
    let whole = share(&alice, session, &whole).await;
    let read = guest.get(path(&bare)).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.headers["cache-control"], "no-store");
    assert_eq!(read.headers["x-robots-tag"], "noindex, nofollow");
    assert_eq!(read.body["interview"]["job_role"], "Baker");
    assert_eq!(read.body["report"]["answers"], 1, "{read:?}");
    assert!(read.body["report"]["recommended_resources"].is_array());
    assert_eq!(
        (&read.body["answers"], &read.body["candidate_name"]),
        (&json!([]), &Value::Null)
    );
    let full = guest.get(path(&whole)).await.body;
    assert_eq!(full["candidate_name"], "Alice L.");
    let answer = &full["answers"][0];
    assert_eq!(
        (&answer["question_number"], &answer["is_follow_up"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(answer["feedback"]["status"], "ready");
    assert!(
        answer["answer"]
            .as_str()
            .is_some_and(|text| text.contains("billing") && text.ends_with("[e-mail].")),
        "{answer}"
    );
    for (told, text) in [("bare", read.body.to_string()), ("whole", full.to_string())] {
        for secret in [
            session.to_string().as_str(),
            "private",
            "example.org",
            &alice.email,
            "turn_id",
            "user_id",
            "usage",
        ] {
            assert!(!text.contains(secret), "{told} shows {secret}: {text}");
        }
    }
    // Read by others who are signed in, and not by what only resembles the token.
    let bob = app.user("Bob").await;
    assert_eq!(bob.get(path(&bare)).await.body, read.body);
    let shown = listed(&alice, session).await;
    assert_eq!(shown.len(), 2);
    assert_eq!(
        (&shown[1]["includes_answers"], &shown[1]["candidate_name"]),
        (&json!(true), &json!("Alice L."))
    );
    assert!(
        !json!(shown)
            .to_string()
            .contains(whole["token"].as_str().expect("a token"))
    );
}

#[tokio::test]
async fn unknown_expired_and_revoked_links_answer_alike() {
    let app = TestApp::start();
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let session = reported(&alice).await;
    let (revoked, expired, deleted) = (
        share(&alice, session, &json!({})).await,
        share(&alice, session, &json!({})).await,
        share(&alice, session, &json!({})).await,
    );
    let id = |share: &Value| share["share_id"].as_str().expect("an id").to_owned();
    assert_eq!(revoke(&alice, session, &id(&revoked)).await.status, 204);
    revoke(&alice, session, &id(&revoked))
        .await
        .is_problem(404, "share_not_found");
    revoke(&alice, session, "not-an-id")
        .await
        .is_problem(404, "share_not_found");
    let db = stack().db().await;
    let expire = "update shared_reports set created_at = now() - interval '2 hours', expires_at = now() where share_id = $1::text::uuid";
    db.execute(expire, &[&id(&expired)])
        .await
        .expect("an update");
    assert_eq!(listed(&alice, session).await.len(), 1, "what still works");
    assert_eq!(guest.get(path(&deleted)).await.status, 200);
    let request = alice.request(Method::DELETE, "/agent/session");
    assert_eq!(
        Answer::of(request.header("x-session-id", session.to_string()))
            .await
            .status,
        204
    );
    let never = "/shared/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let mut seen = Vec::new();
    for link in [
        path(&revoked),
        path(&expired),
        path(&deleted),
        &never,
        "/shared/x",
        "/shared/%00",
        "/shared/%22%0a",
    ] {
        let answer = guest.get(link).await;
        answer.is_problem(404, "share_not_found");
        assert_eq!(answer.headers["cache-control"], "no-store", "{link}");
        assert_eq!(
            answer.headers["x-robots-tag"], "noindex, nofollow",
            "{link}"
        );
        seen.push(answer.body["detail"].clone());
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[tokio::test]
async fn a_link_shows_the_report_as_it_was_shared_also_when_the_interview_is_begun_anew() {
    let app = TestApp::start();
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let session = reported(&alice).await;
    let link = share(&alice, session, &json!({"include_answers": true})).await;
    let before = guest.get(path(&link)).await.body;
    let db = stack().db().await;
    let change = "update interview_sessions set final_summary = '{\"results\": {\"verdict\": \"later\"}}' where session_id = $1";
    db.execute(change, &[&session]).await.expect("an update");
    assert_eq!(guest.get(path(&link)).await.body, before);
    let reset = alice
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    let kept = reset.body["kept_session_id"]
        .as_str()
        .and_then(|id| id.parse().ok());
    let kept = kept.unwrap_or_else(|| panic!("no session is kept: {reset:?}"));
    assert_eq!(guest.get(path(&link)).await.body, before);
    assert_eq!(listed(&alice, session).await.len(), 0);
    assert_eq!(listed(&alice, kept).await.len(), 1);
    let deleted = alice
        .request(Method::DELETE, "/agent/session")
        .header("x-session-id", kept.to_string())
        .send()
        .await;
    assert!(deleted.expect("an answer").status().is_success());
    guest
        .get(path(&link))
        .await
        .is_problem(404, "share_not_found");
}

#[tokio::test]
async fn an_instance_shares_what_stands_and_not_what_it_remembers() {
    let app = TestApp::with(|config| config.cache.max_staleness = Duration::from_secs(3_600));
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let elsewhere = TestApp::start();
    let elsewhere = alice.at(&elsewhere.url);
    let session = reported(&alice).await;
    let db = stack().db().await;
    let change = "update interview_sessions set final_summary = jsonb_set(final_summary, '{results,verdict}', '\"later\"') \
                  where session_id = $1";
    db.execute(change, &[&session]).await.expect("an update");
    let link = share(&alice, session, &json!({})).await;
    let read = guest.get(path(&link)).await.body;
    assert_eq!(read["report"]["verdict"], "later", "{read}");
    let reset = elsewhere
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(reset.status, 200, "{reset:?}");
    alice
        .act("/agent/shares", session, &json!({}))
        .await
        .is_problem(409, "session_not_ended");
    assert_eq!(listed(&alice, session).await.len(), 0);
}

#[tokio::test]
async fn a_report_is_shared_when_it_is_there() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.started(&json!({})).await;
    let ask = async || alice.act("/agent/shares", session, &json!({})).await;
    ask().await.is_problem(409, "session_not_ended");
    alice.send(session, ANSWER).await;
    // A report without its narrative is one as well.
    model.next(Purpose::Report, Act::Status(400, None));
    alice.act("/agent/end_interview", session, &json!({})).await;
    eventually("it settles", async || {
        alice
            .read("/agent/final_summary_status", session)
            .await
            .body["status"]
            == "error"
    })
    .await;
    let link = share(&alice, session, &json!({})).await;
    let read = app.guest().get(path(&link)).await.body;
    assert_eq!(read["report"]["overall_score"], 3.0, "{read}");
    assert!(read["report"]["strengths"].is_null());
    let waiting = alice.started(&json!({})).await;
    let db = stack().db().await;
    let ended = "update interview_sessions set status = 'completed', report_owner = 'another', \
                 report_lease_until = now() + interval '1 hour' where session_id = $1";
    db.execute(ended, &[&waiting]).await.expect("an update");
    eventually("the end is seen", async || {
        alice.act("/agent/shares", waiting, &json!({})).await.code() == "report_not_ready"
    })
    .await;
}

#[tokio::test]
async fn ten_links_a_session_and_options_within_bounds() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = reported(&alice).await;
    for body in [
        json!({"expires_in_days": 0}),
        json!({"expires_in_days": 91}),
        json!({"expires_in_days": "soon"}),
        json!({"include_answers": "yes"}),
        json!({"candidate_name": "x".repeat(101)}),
        json!({"candidate_name": "nul\u{0}"}),
    ] {
        let answer = alice.act("/agent/shares", session, &body).await;
        answer.is_problem(422, "validation_failed");
    }
    let at_once = futures_util::future::join_all(
        (0..12).map(|_| async { alice.act("/agent/shares", session, &json!({})).await }),
    );
    let (made, refused): (Vec<Answer>, Vec<Answer>) = at_once
        .await
        .into_iter()
        .partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 10);
    for answer in refused {
        answer.is_problem(409, "too_many_shares");
    }
    let first = made[0].body["share_id"].as_str().expect("an id");
    assert_eq!(revoke(&alice, session, first).await.status, 204);
    share(&alice, session, &json!({})).await;
}

#[tokio::test]
async fn answers_that_are_too_long_are_left_to_the_owner() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = reported(&alice).await;
    let db = stack().db().await;
    let more = "insert into interview_turns (session_id, turn_no, turn_id, user_id, message, question_no, reply) \
                select $1, n, 'k' || n, s.user_id, repeat('x', 20000), 0, '{}' from interview_sessions s, generate_series(2, 70) n \
                where s.session_id = $1";
    db.execute(more, &[&session]).await.expect("turns");
    let reply = "update interview_turns set reply = (select reply from interview_turns where session_id = $1 and turn_no = 1) \
                 where session_id = $1 and turn_no > 1";
    db.execute(reply, &[&session]).await.expect("replies");
    let bump = "update interview_sessions set status = status where session_id = $1";
    db.execute(bump, &[&session]).await.expect("a new version");
    eventually("the turns are seen", async || {
        alice.messages(session).await.len() == 70
    })
    .await;
    let answer = alice
        .act("/agent/shares", session, &json!({"include_answers": true}))
        .await;
    answer.is_problem(422, "validation_failed");
    assert_eq!(answer.body["errors"][0]["field"], "include_answers");
    share(&alice, session, &json!({})).await;
}

#[tokio::test]
async fn nobody_else_makes_lists_or_revokes_a_link() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = reported(&alice).await;
    let link = share(&alice, session, &json!({})).await;
    let share_id = link["share_id"].as_str().expect("an id");
    let bob = app.user("Bob").await;
    let his = reported(&bob).await;
    for answer in [
        bob.act("/agent/shares", session, &json!({})).await,
        bob.read("/agent/shares", session).await,
        revoke(&bob, session, share_id).await,
    ] {
        answer.is_problem(404, "session_not_found");
    }
    revoke(&bob, his, share_id)
        .await
        .is_problem(404, "share_not_found");
    let guest = app.guest();
    for answer in [
        guest.act("/agent/shares", session, &json!({})).await,
        guest.read("/agent/shares", session).await,
        revoke(&guest, session, share_id).await,
    ] {
        answer.is_problem(401, "token_missing");
    }
    assert_eq!(guest.get(path(&link)).await.status, 200, "it still works");
}

#[tokio::test]
async fn the_database_itself_shows_a_stranger_nothing() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = reported(&alice).await;
    let link = share(&alice, session, &json!({})).await;
    let token = link["token"].as_str().expect("a token");
    let stack = stack();
    let guest = Client::new(stack.api_url());
    let ask = async |query: &str, header: Option<(&str, &str)>| {
        let mut request = guest
            .request(Method::GET, &format!("/rest/v1/shared_reports?{query}"))
            .header("apikey", stack.var("PUBLISHABLE_KEY"));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        Answer::of(request).await
    };
    assert_eq!(ask("select=snapshot", None).await.body, json!([]));
    let session_id = session.to_string();
    assert_eq!(
        ask("select=snapshot", Some(("x-session-id", &session_id)))
            .await
            .body,
        json!([])
    );
    let read = ask("select=snapshot", Some(("x-share-token", token)))
        .await
        .body;
    assert_eq!(
        read[0]["snapshot"]["interview"]["job_role"], "Baker",
        "{read}"
    );
    for query in [
        "select=session_id",
        "select=token_hash",
        "select=share_id",
        "",
    ] {
        let refused = ask(query, Some(("x-share-token", token))).await;
        assert_eq!(refused.body["code"], "42501", "{query}: {refused:?}");
    }
    let held = "select count(*) from shared_reports where snapshot::text like '%' || $1 || '%' or encode(token_hash, 'escape') = $1";
    let held: i64 = stack
        .db()
        .await
        .query_one(held, &[&token])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(held, 0, "the token is stored nowhere");
}

#[tokio::test]
async fn a_browser_gets_the_page_at_the_links_address() {
    let app = TestApp::start();
    let request = app
        .guest()
        .request(Method::GET, "/shared/anything")
        .header("accept", "text/html,*/*;q=0.8");
    let page = Answer::of(request).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["x-robots-tag"], "noindex, nofollow");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
}

#[tokio::test]
async fn links_go_with_the_account() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = reported(&alice).await;
    let link = share(&alice, session, &json!({})).await;
    let body = json!({"password": crate::support::PASSWORD});
    let deleted = Answer::of(alice.request(Method::DELETE, "/auth/me").json(&body)).await;
    assert!(deleted.status.is_success(), "{deleted:?}");
    app.guest()
        .get(path(&link))
        .await
        .is_problem(404, "share_not_found");
}
