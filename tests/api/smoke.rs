//! A whole interview, from registration to report.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_user_registers_interviews_and_reads_the_report() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let me = alice.get("/auth/me").await;
    assert_eq!(me.status, 200, "{me:?}");
    assert_eq!(me.body["name"], "Alice");
    let session = alice
        .started(&json!({"job_role": "Backend engineer", "target_question_count": 3}))
        .await;
    let mut closed = false;
    for number in 1..=12 {
        let answer = alice.send(session, &format!("Answer {number}: in 2024 I led a team of 5 and we cut costs by 30 percent because we measured first.")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["role"], "assistant");
        if answer.body["response_type"] == "closing" {
            closed = true;
            break;
        }
    }
    assert!(closed, "the interview closes after its target");
    let ended = alice.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(ended.status, 200, "{ended:?}");
    assert_eq!(ended.body["has_immediate_data"], true);
    assert!(ended.body["results"]["recommended_resources"].is_array());
    let again = alice.act("/agent/end_interview", session, &json!({})).await;
    assert_eq!(again.body["results"], ended.body["results"]);
    let late = alice.send(session, "One more thing").await;
    late.is_problem(409, "session_ended");
}

#[tokio::test]
async fn a_guest_interviews_and_claims_the_session_with_nothing_lost() {
    let app = TestApp::start();
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    assert_eq!(
        guest
            .send(session, "I am a guest with 7 years of experience.")
            .await
            .status,
        200
    );
    let alice = app.user("Alice").await;
    alice
        .read("/agent/history", session)
        .await
        .is_problem(404, "session_not_found");
    let claimed = alice.act("/agent/claim_session", session, &json!({})).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(
        alice.messages(session).await,
        ["I am a guest with 7 years of experience."]
    );
    guest
        .read("/agent/history", session)
        .await
        .is_problem(404, "session_not_found");
    let bob = app.user("Bob").await;
    bob.act("/agent/claim_session", session, &json!({}))
        .await
        .is_problem(404, "session_not_found");
    assert_eq!(
        alice
            .act("/agent/claim_session", session, &json!({}))
            .await
            .status,
        200
    );
}
