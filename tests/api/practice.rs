//! Practice of one question: asked in its own words, judged like any answer, kept beside the answers before it.

use llm::LlmProvider;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Act, Answer, Client, ModelServer, Purpose, TestApp, eventually, stack};

pub(crate) const ANSWER: &str = "Last year I moved our billing to a queue, because the nightly batch failed twice a week. I tested it for ten days with two colleagues, and since then not a single run has failed.";
pub(crate) const BETTER: &str = "In 2024 I led the move of our billing to a queue, because the batch failed on two nights a week. I measured every run for ten days, and as a result failures fell from eight a month to none.";

/// A session that practises a question of another.
pub(crate) async fn practised(client: &Client, of: Uuid, question: u32) -> Uuid {
    let body = json!({"practice": {"of": of, "question": question}});
    client.create(&body).await
}

pub(crate) async fn start(client: &Client, session: Uuid) -> Value {
    let answer = client
        .act("/agent/start_interview", session, &json!({}))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Says something and returns the interviewer's line.
pub(crate) async fn say(client: &Client, session: Uuid, message: &str) -> Value {
    let answer = client.send(session, message).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

pub(crate) async fn attempts(client: &Client, session: Uuid, question: u32) -> Value {
    let path = format!("/agent/attempts?question={question}");
    let answer = client.read(&path, session).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

pub(crate) fn answers(attempts: &Value) -> Vec<&str> {
    let attempts = attempts["attempts"].as_array().expect("attempts");
    attempts
        .iter()
        .filter_map(|one| one["answer"].as_str())
        .collect()
}

/// The main questions that were asked, in the interviewer's words.
pub(crate) async fn questions(client: &Client, session: Uuid) -> Vec<String> {
    let history = client.read("/agent/history", session).await.body;
    let items = history["history"].as_array().expect("a history").clone();
    let asks = |item: &&Value| {
        item["response_type"] == "introduction" || item["response_type"] == "question"
    };
    items
        .iter()
        .filter(asks)
        .map(|item| item["content"].as_str().expect("a line").to_owned())
        .collect()
}

#[tokio::test]
async fn a_practice_has_a_report_and_can_be_begun_anew() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest
        .create(&json!({"practice": {"question": "Why nursing?"}}))
        .await;
    assert_eq!(start(&guest, session).await["content"], "Why nursing?");
    say(&guest, session, ANSWER).await;
    let ended = guest.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    eventually("the report is there", async || {
        let status = guest.read("/agent/final_summary_status", session).await;
        status.body["status"] == "completed" && status.body["results"]["answers"] == 1
    })
    .await;
    guest
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    assert_eq!(start(&guest, session).await["content"], "Why nursing?");
    let nothing = guest.read("/agent/attempts", session).await.body;
    assert_eq!(
        (answers(&nothing).len(), &nothing["question"]),
        (0, &json!("Why nursing?"))
    );
}

#[tokio::test]
async fn with_a_model_the_interviewer_is_asked_for_clarifications_alone() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = app.user("Alice").await;
    let origin = alice
        .started(&json!({"language": "de", "job_role": "Pfleger"}))
        .await;
    say(
        &alice,
        origin,
        "Ich habe unsere Abrechnung auf eine Warteschlange umgestellt.",
    )
    .await;
    let asked = || model.asked_for(Purpose::Line) + model.asked_for(Purpose::Decision);
    let before = asked();
    let session = practised(&alice, origin, 1).await;
    let opening = start(&alice, session).await;
    assert_eq!(
        opening["content"],
        "What have you built that you are proud of?"
    );
    assert_eq!(opening["metadata"]["question_kind"], "motivation");
    assert_eq!(asked(), before, "the question is there");
    // Only what asks back is worth a call.
    let again = json!({"action": "clarify", "line": "Gern: Worauf sind Sie stolz?", "topic": "x"})
        .to_string();
    model.next(Purpose::Decision, Act::Say(again));
    let clarified = say(&alice, session, "Können Sie die Frage bitte wiederholen?").await;
    assert_eq!(clarified["response_type"], "clarification", "{clarified}");
    assert_eq!(asked(), before + 1);
    let closing = say(
        &alice,
        session,
        "Ich habe die Übergabe neu geordnet, weil Angaben fehlten.",
    )
    .await;
    assert_eq!(closing["response_type"], "closing");
    assert_eq!(
        closing["content"],
        "Danke, das war's zu dieser Frage. Ihre Rückmeldung folgt gleich."
    );
    assert_eq!(asked(), before + 1, "the end is a fixed phrase");
    let scored = async || attempts(&alice, origin, 1).await["attempts"][1].clone();
    eventually("the coach has judged", async || {
        scored().await["status"] == "ready"
    })
    .await;
    let scored = scored().await;
    assert_eq!(scored["scores"][0]["score"], 3, "{scored}");
    assert!(
        scored["answer"]
            .as_str()
            .is_some_and(|answer| answer.starts_with("Ich habe die Übergabe"))
    );
    let stats = alice.read("/agent/stats", session).await.body;
    assert_eq!(
        (&stats["stats"]["questions"], &stats["stats"]["answers"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn an_answer_with_a_question_mark_gets_the_fixed_end_and_nothing_else_is_heard() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::Anthropic, |_| {});
    let guest = app.guest();
    let session = guest
        .create(
            &json!({"practice": {"question": "How do you test?", "question_kind": "technical"}}),
        )
        .await;
    let opening = start(&guest, session).await;
    assert_eq!(opening["metadata"]["question_kind"], "technical");
    let close =
        json!({"action": "close", "line": "A farewell of the model's own.", "topic": "closing"})
            .to_string();
    model.next(Purpose::Decision, Act::Say(close));
    let request = guest
        .request(Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("accept", "text/event-stream")
        .json(&json!({"message": "I ask: what could break? Then I write that test first."}));
    let events = Answer::of(request).await.body.to_string();
    assert!(events.contains("Your feedback follows."), "{events}");
    assert!(!events.contains("farewell"), "{events}");
}

#[tokio::test]
async fn where_no_phrase_is_known_the_interviewer_closes_in_the_language() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let body = json!({"practice": {"question": "Varför vill du arbeta här?"}, "language": "sv"});
    let session = guest.create(&body).await;
    start(&guest, session).await;
    let closing = say(&guest, session, "Jag tycker om patienter.").await;
    assert_eq!(closing["response_type"], "closing", "{closing}");
    assert!(
        !closing["content"]
            .as_str()
            .unwrap_or_default()
            .contains("that's all"),
        "{closing}"
    );
}

#[tokio::test]
async fn an_offline_practice_repeats_its_question_and_ends_in_its_language() {
    let app = TestApp::start();
    let guest = app.guest();
    let question = "Erzählen Sie von einem Konflikt.";
    let session = guest
        .create(&json!({"practice": {"question": question}, "language": "de-CH"}))
        .await;
    start(&guest, session).await;
    let again = say(&guest, session, "Could you repeat the question please").await;
    assert_eq!(again["response_type"], "clarification", "{again}");
    assert!(
        again["content"]
            .as_str()
            .is_some_and(|line| line.contains(question)),
        "{again}"
    );
    let closing = say(
        &guest,
        session,
        "Im Team gab es Streit um den Dienstplan. Ich habe beide an einen Tisch geholt.",
    )
    .await;
    assert!(
        closing["content"]
            .as_str()
            .is_some_and(|line| line.starts_with("Danke")),
        "{closing}"
    );
}

#[tokio::test]
async fn only_main_questions_of_ones_own_sessions_are_practised() {
    let app = TestApp::start();
    let (alice, bob, guest) = (app.user("Alice").await, app.user("Bob").await, app.guest());
    let hers = alice.started(&json!({})).await;
    // A short answer is followed up: that has no number of its own.
    assert_eq!(
        say(&alice, hers, "We had some conflicts.").await["response_type"],
        "follow_up"
    );
    let open = guest.started(&json!({})).await;
    let unstarted = alice.create(&json!({})).await;
    let create = async |client: &Client, of: Uuid, question: Value| {
        let body = json!({"practice": {"of": of, "question": question}});
        client.post("/agent/create_session", &body).await
    };
    for number in [0, 2, 3, 4_000_000_000_u32] {
        create(&alice, hers, json!(number))
            .await
            .is_problem(404, "question_not_found");
        let path = format!("/agent/attempts?question={number}");
        alice
            .read(&path, hers)
            .await
            .is_problem(404, "question_not_found");
    }
    create(&alice, unstarted, json!(1))
        .await
        .is_problem(404, "question_not_found");
    alice
        .read("/agent/attempts", hers)
        .await
        .is_problem(404, "question_not_found");
    alice
        .read("/agent/attempts?question=one", hers)
        .await
        .is_problem(422, "validation_failed");
    alice
        .read("/agent/attempts?question=1&question=2", hers)
        .await
        .is_problem(400, "malformed_query");
    for (client, of) in [
        (&bob, hers),
        (&guest, hers),
        (&bob, open),
        (&alice, Uuid::new_v4()),
        (&guest, Uuid::new_v4()),
    ] {
        create(client, of, json!(1))
            .await
            .is_problem(404, "session_not_found");
        client
            .read("/agent/attempts?question=1", of)
            .await
            .is_problem(404, "session_not_found");
    }
    let practice = practised(&alice, hers, 1).await;
    create(&alice, practice, json!(2))
        .await
        .is_problem(404, "question_not_found");
    let rows = stack().db().await;
    let sql = "select count(*) from interview_sessions where practice_of = any($1)";
    let made: i64 = rows
        .query_one(sql, &[&vec![hers, open]])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(made, 1, "nothing was made of what was refused");
}

#[tokio::test]
async fn what_is_no_practice_is_refused_by_its_field() {
    let app = TestApp::start();
    let guest = app.guest();
    let long = "x".repeat(2_001);
    for practice in [
        json!(true),
        json!("Why?"),
        json!([]),
        json!({}),
        json!({"question": ""}),
        json!({"question": " \n "}),
        json!({"question": long}),
        json!({"question": "nul\u{0}"}),
        json!({"question": 7}),
        json!({"question": "Why?", "question_kind": "riddle"}),
        json!({"question": "Why?", "topic": "x".repeat(201)}),
        json!({"question": "Why?", "answer": "mine"}),
        json!({"of": "not an id", "question": 1}),
        json!({"of": Uuid::new_v4()}),
        json!({"of": Uuid::new_v4(), "question": -1}),
        json!({"of": Uuid::new_v4(), "question": "Why?"}),
    ] {
        let answer = guest
            .post("/agent/create_session", &json!({"practice": practice}))
            .await;
        answer.is_problem(422, "validation_failed");
        let field = answer.body["errors"][0]["field"]
            .as_str()
            .unwrap_or_default();
        assert!(field.starts_with("practice"), "{practice}: {answer:?}");
    }
    let origin = guest.started(&json!({})).await;
    let mixed = json!({"practice": {"of": origin, "question": 1}, "style": "casual"});
    guest
        .post("/agent/create_session", &mixed)
        .await
        .is_problem(422, "validation_failed");
    // 2,000 characters of any script are a question.
    guest
        .create(&json!({"practice": {"question": "为".repeat(2_000)}}))
        .await;
}

#[tokio::test]
async fn an_interview_does_not_become_a_practice_nor_a_practice_an_interview() {
    let app = TestApp::start();
    let guest = app.guest();
    let interview = guest.create(&json!({})).await;
    let started = guest
        .act(
            "/agent/start_interview",
            interview,
            &json!({"practice": {"question": "Why?"}}),
        )
        .await;
    started.is_problem(422, "validation_failed");
    let practice = guest
        .create(&json!({"practice": {"question": "Why nursing?"}}))
        .await;
    let longer = json!({"target_question_count": 5, "use_time_based_interview": true});
    let started = guest.act("/agent/start_interview", practice, &longer).await;
    assert_eq!(started.body["content"], "Why nursing?", "{started:?}");
    assert_eq!(
        say(&guest, practice, ANSWER).await["response_type"],
        "closing"
    );
}

#[tokio::test]
async fn what_an_older_client_kept_as_practice_is_no_obstacle() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let session = alice.create(&json!({})).await;
    let sql = "update interview_sessions set session_config = '{\"practice\": true}' where session_id = $1";
    let db = stack().db().await;
    db.execute(sql, &[&session]).await.expect("an update");
    assert_eq!(
        start(&alice, session).await["response_type"],
        "introduction"
    );
    let listed = alice.get("/agent/sessions").await.body["sessions"][0].clone();
    assert!(listed["practice"].is_null(), "{listed}");
}

#[tokio::test]
async fn a_request_without_a_question_mark_is_met_as_one() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest
        .create(&json!({"practice": {"question": "How do you test?"}}))
        .await;
    start(&guest, session).await;
    let again = json!({"action": "clarify", "line": "Sure: how do you test?", "topic": "x"});
    model.next(Purpose::Decision, Act::Say(again.to_string()));
    let clarified = say(&guest, session, "sorry could you repeat the question").await;
    assert_eq!(clarified["response_type"], "clarification", "{clarified}");
    assert_eq!(
        say(&guest, session, ANSWER).await["response_type"],
        "closing"
    );
    assert_eq!(model.asked_for(Purpose::Decision), 1);
}

#[tokio::test]
async fn a_practices_set_up_can_be_sent_again() {
    let app = TestApp::start();
    let guest = app.guest();
    let origin = guest.started(&json!({"job_role": "Nurse"})).await;
    let session = practised(&guest, origin, 1).await;
    let set_up = guest.read("/agent/session", session).await.body["session_config"].clone();
    assert!(set_up["practice"]["topic"].is_string(), "{set_up}");
    let again = guest.create(&set_up).await;
    let made = guest.read("/agent/session", again).await.body["session_config"].clone();
    assert_eq!(made, set_up);
}

#[tokio::test]
async fn a_question_that_was_long_can_be_sent_again_by_its_end() {
    let app = TestApp::start();
    let guest = app.guest();
    let origin = guest.started(&json!({})).await;
    let asked = "We work in a team of nine people. ".repeat(100) + "What brings you here?";
    let sql = "update interview_turns set reply = reply || jsonb_build_object('content', $2::text) where session_id = $1";
    let db = stack().db().await;
    db.execute(sql, &[&origin, &asked]).await.expect("a reply");
    // On an instance that has not read it before.
    let app = TestApp::start();
    let guest = guest.at(&app.url);
    let session = practised(&guest, origin, 1).await;
    let set_up = guest.read("/agent/session", session).await.body["session_config"].clone();
    let question = set_up["practice"]["question"].as_str().expect("a question");
    assert!(
        question.ends_with("What brings you here?") && question.len() <= 2_000,
        "{question}"
    );
    guest.create(&set_up).await;
    start(&guest, session).await;
    say(&guest, session, BETTER).await;
    assert_eq!(answers(&attempts(&guest, origin, 1).await), [BETTER]);
}
