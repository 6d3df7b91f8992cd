//! Answers to one question side by side: in the interview, and in practices of it, whatever becomes of either.

use llm::LlmProvider;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::practice::{ANSWER, BETTER, answers, attempts, practised, questions, say, start};
use crate::support::{Act, Answer, ModelServer, Purpose, TestApp, eventually, stack};

#[tokio::test]
async fn a_question_is_tried_again_and_both_answers_are_compared() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let config = json!({"job_role": "Nurse", "style": "casual", "difficulty": "hard", "resume_content": "A ward of 30 beds",
        "job_description": "You look after patients.", "target_question_count": 3, "mode": "realistic"});
    let origin = alice.started(&config).await;
    let mut number = 0;
    for _ in 0..4 {
        say(&alice, origin, ANSWER).await;
        number = questions(&alice, origin).await.len();
    }
    assert_eq!(number, 3, "the interview is still open");
    for question in [1, 2, 3] {
        let asked = &questions(&alice, origin).await[question as usize - 1];
        let session = practised(&alice, origin, question).await;
        let opening = start(&alice, session).await;
        let words = opening["content"].as_str().expect("a question");
        assert!(
            asked.ends_with(words) && words.len() > 20,
            "{words} in {asked}"
        );
        assert_eq!(opening["response_type"], "introduction");
        let closing = say(&alice, session, BETTER).await;
        assert_eq!(closing["response_type"], "closing", "{closing}");
        assert_eq!(
            closing["content"],
            "Thank you, that's all for this question. Your feedback follows."
        );
        let both = attempts(&alice, origin, question).await;
        assert_eq!(answers(&both), [ANSWER, BETTER], "{both}");
        assert_eq!(both["question"].as_str(), Some(words));
        assert_eq!(
            attempts(&alice, session, 1).await,
            both,
            "asked by the practice"
        );
        for attempt in both["attempts"].as_array().expect("attempts") {
            assert_eq!(attempt["status"], "ready", "{attempt}");
            assert_eq!(attempt["checklist"][0]["check"], "length");
        }
        let whole = alice.read("/agent/session", session).await.body;
        let set_up = &whole["session_config"];
        for kept in [
            "job_role",
            "style",
            "difficulty",
            "resume_content",
            "job_description",
            "mode",
        ] {
            assert_eq!(set_up[kept], config[kept], "{kept}");
        }
        assert_eq!(set_up["target_question_count"], 1);
        assert_eq!(set_up["practice"]["question"].as_str(), Some(words));
    }
    let listed = alice.get("/agent/sessions").await.body["sessions"].clone();
    assert_eq!(listed[0]["practice_of"], json!(origin));
    assert_eq!(listed[0]["practice_question"], 3);
    assert!(listed[0]["practice"]["question"].is_string(), "{listed}");
    assert_eq!(listed[3]["session_id"], json!(origin));
    assert!(
        listed[3]["practice"].is_null() && listed[3]["practice_of"].is_null(),
        "{listed}"
    );
}

#[tokio::test]
async fn a_guest_practises_with_the_sessions_ids_alone() {
    let app = TestApp::start();
    let guest = app.guest();
    let origin = guest.started(&json!({})).await;
    say(&guest, origin, ANSWER).await;
    let session = practised(&guest, origin, 1).await;
    start(&guest, session).await;
    say(&guest, session, BETTER).await;
    for by in [origin, session] {
        let both = attempts(&guest, by, 1).await;
        assert_eq!(answers(&both), [ANSWER, BETTER]);
        assert_eq!(both["session_id"], json!(origin));
    }
    // Who claims the practice alone goes on with it alone.
    let bob = app.user("Bob").await;
    let claimed = bob.act("/agent/claim_session", session, &json!({})).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(answers(&attempts(&bob, session, 1).await), [BETTER]);
    assert_eq!(answers(&attempts(&guest, origin, 1).await), [ANSWER]);
    let next = practised(&bob, session, 1).await;
    start(&bob, next).await;
    say(&bob, next, ANSWER).await;
    assert_eq!(answers(&attempts(&bob, next, 1).await), [BETTER, ANSWER]);
}

#[tokio::test]
async fn a_practice_of_a_practice_is_one_of_the_same_question_and_outlives_it() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let origin = alice.started(&json!({})).await;
    say(&alice, origin, ANSWER).await;
    let first = practised(&alice, origin, 1).await;
    start(&alice, first).await;
    say(&alice, first, BETTER).await;
    let second = practised(&alice, first, 1).await;
    assert_eq!(start(&alice, second).await["response_type"], "introduction");
    say(&alice, second, "The third answer.").await;
    let all = attempts(&alice, second, 1).await;
    assert_eq!(answers(&all), [ANSWER, BETTER, "The third answer."]);
    assert_eq!(all["session_id"], json!(origin));
    let request = alice.request(Method::DELETE, "/agent/session");
    let deleted = Answer::of(request.header("x-session-id", origin.to_string())).await;
    assert_eq!(deleted.status, 204);
    alice
        .read("/agent/attempts?question=1", origin)
        .await
        .is_problem(404, "session_not_found");
    for (session, answer) in [(first, BETTER), (second, "The third answer.")] {
        let alone = attempts(&alice, session, 1).await;
        assert_eq!(
            (answers(&alone), &alone["session_id"]),
            (vec![answer], &json!(session))
        );
    }
    let listed = alice.get("/agent/sessions").await.body["sessions"][0].clone();
    assert!(
        listed["practice_of"].is_null() && listed["practice"]["question"].is_string(),
        "{listed}"
    );
    let third = practised(&alice, second, 1).await;
    start(&alice, third).await;
    say(&alice, third, BETTER).await;
    assert_eq!(
        answers(&attempts(&alice, third, 1).await),
        ["The third answer.", BETTER]
    );
}

#[tokio::test]
async fn an_interview_that_begins_anew_is_no_longer_compared() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let origin = alice
        .started(&json!({"job_role": "Nurse", "target_question_count": 8}))
        .await;
    say(&alice, origin, ANSWER).await;
    let session = practised(&alice, origin, 2).await;
    start(&alice, session).await;
    say(&alice, session, BETTER).await;
    alice
        .act("/agent/reset_interview", origin, &json!({}))
        .await;
    let anew = alice
        .act(
            "/agent/start_interview",
            origin,
            &json!({"job_role": "Lawyer", "style": "technical"}),
        )
        .await;
    assert_eq!(anew.status, 200, "{anew:?}");
    while questions(&alice, origin).await.len() < 2 {
        say(&alice, origin, ANSWER).await;
    }
    say(&alice, origin, ANSWER).await;
    assert_eq!(
        answers(&attempts(&alice, origin, 2).await),
        [ANSWER],
        "to another question"
    );
    let next = practised(&alice, session, 1).await;
    start(&alice, next).await;
    say(&alice, next, "It failed less after that.").await;
    assert_eq!(
        answers(&attempts(&alice, next, 1).await),
        [BETTER, "It failed less after that."]
    );
}

#[tokio::test]
async fn practices_begun_at_once_are_attempts_of_their_own() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let origin = alice.started(&json!({})).await;
    say(&alice, origin, ANSWER).await;
    let (one, two) = tokio::join!(practised(&alice, origin, 1), practised(&alice, origin, 1));
    assert_ne!(one, two);
    tokio::join!(start(&alice, one), start(&alice, two), start(&alice, two));
    // What was not answered is no attempt.
    assert_eq!(answers(&attempts(&alice, origin, 1).await), [ANSWER]);
    tokio::join!(say(&alice, one, BETTER), say(&alice, two, BETTER));
    assert_eq!(
        answers(&attempts(&alice, origin, 1).await),
        [ANSWER, BETTER, BETTER]
    );
}

#[tokio::test]
async fn of_a_practice_that_is_full_the_first_answer_is_compared() {
    let app = TestApp::start();
    let db = stack().db().await;
    for client in [app.user("Alice").await, app.guest()] {
        let origin = client.started(&json!({})).await;
        say(&client, origin, ANSWER).await;
        let session = practised(&client, origin, 1).await;
        start(&client, session).await;
        say(&client, session, "Could you repeat the question please").await;
        say(&client, session, BETTER).await;
        let fill = "insert into interview_turns (session_id, turn_no, turn_id, user_id, message, question_no, version, reply) \
            select session_id, n, 'k' || n, user_id, repeat('x', 8000), n - 1, version, reply \
            from interview_turns, generate_series(3, 499) n where session_id = $1 and turn_no = 2";
        db.execute(fill, &[&session]).await.expect("turns");
        let both = attempts(&client, origin, 1).await;
        assert_eq!(answers(&both), [ANSWER, BETTER]);
        let later = &both["attempts"][1];
        assert_eq!(later["question"], both["question"], "{later}");
        assert_eq!(later["status"], "ready", "{later}");
        assert!(both.to_string().len() < 20_000);
    }
}

#[tokio::test]
async fn feedback_that_failed_or_never_came_is_told_as_such() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let alice = app.user("Alice").await;
    let origin = alice.started(&json!({})).await;
    model.next(Purpose::Feedback, Act::Status(400, None));
    say(&alice, origin, ANSWER).await;
    let first = async || attempts(&alice, origin, 1).await["attempts"][0].clone();
    eventually("it has failed", async || {
        first().await["status"] == "failed"
    })
    .await;
    assert!(first().await["feedback"].is_null());
    let session = practised(&alice, origin, 1).await;
    start(&alice, session).await;
    say(&alice, session, BETTER).await;
    eventually("the other is ready", async || {
        let both = attempts(&alice, origin, 1).await;
        both["attempts"][1]["status"] == "ready" && both["attempts"][0]["status"] == "failed"
    })
    .await;
}

#[tokio::test]
async fn a_finished_interview_that_begins_anew_keeps_its_practices() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let origin = alice.started(&json!({"job_role": "Nurse"})).await;
    say(&alice, origin, ANSWER).await;
    let practice = practised(&alice, origin, 1).await;
    start(&alice, practice).await;
    say(&alice, practice, BETTER).await;
    let before = attempts(&alice, origin, 1).await;
    assert_eq!(answers(&before), [ANSWER, BETTER], "{before}");
    let ended = alice.act("/agent/end_interview", origin, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    let reset = alice
        .act("/agent/reset_interview", origin, &json!({}))
        .await;
    let kept = serde_json::from_value::<Uuid>(reset.body["kept_session_id"].clone())
        .unwrap_or_else(|_| panic!("no session is kept: {reset:?}"));
    // The practice may be in memory for a second.
    for session in [kept, practice] {
        eventually("both attempts are told", async || {
            let both = attempts(&alice, session, 1).await;
            answers(&both) == [ANSWER, BETTER] && both["session_id"] == json!(kept)
        })
        .await;
    }
}
