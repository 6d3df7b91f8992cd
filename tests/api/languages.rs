//! An interview in another language: every prompt names it, and no English of the service reaches the candidate.

use llm::LlmProvider;
use serde_json::{Value, json};

use crate::support::{ModelServer, TestApp, eventually};

const STORY: &str = "Ich habe unsere Abrechnung auf eine Warteschlange umgestellt, und die Ausfälle der Nacht blieben aus.";
/// What the service says in English, and what the stand-in for a model says is not among it.
const OURS: [&str; 8] = [
    "Insufficient evidence",
    "A word or two",
    "word for word",
    "What worked",
    "What to change",
    "Based on",
    "Suggested because",
    "weaker areas",
];

async fn told(language: &str) -> (ModelServer, String) {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let config = json!({"target_question_count": 3, "language": language});
    let session = guest.started(&config).await;
    for answer in [STORY, "gut", STORY] {
        assert_eq!(guest.send(session, answer).await.status, 200);
    }
    guest.act("/agent/end_interview", session, &json!({})).await;
    let status = async || {
        guest
            .read("/agent/final_summary_status", session)
            .await
            .body
    };
    eventually("the report is there", async || {
        status().await["status"] == "completed"
    })
    .await;
    let feedback = guest.read("/agent/per_turn_feedback", session).await.body;
    let scores: Vec<&Value> = feedback
        .as_array()
        .expect("items")
        .iter()
        .map(|item| &item["scores"][0]["score"])
        .collect();
    assert_eq!(scores, [3, 1, 1], "neither a word nor a repetition answers");
    (model, format!("{feedback} {}", status().await))
}

#[tokio::test]
async fn every_prompt_names_the_language_and_no_english_of_ours_is_told() {
    for (language, name) in [
        ("de", "German (de)"),
        ("zh", "Chinese (zh)"),
        ("sv", "Swedish (sv)"),
    ] {
        let (model, told) = told(language).await;
        for asked in model.asked() {
            assert!(asked.system.contains(name), "{name} in {}", asked.system);
        }
        for ours in OURS {
            assert!(!told.contains(ours), "{language}: {ours} in {told}");
        }
    }
    let (_, english) = told("en-GB").await;
    let named = OURS.iter().filter(|ours| english.contains(**ours)).count();
    assert!(named > 4, "{english}");
}
