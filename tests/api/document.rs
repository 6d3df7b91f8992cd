//! The OpenAPI document: valid references, and a snapshot, so that a change of the API is seen in review.

use serde_json::Value;

use crate::support::TestApp;

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref") {
                    Some(reference) => found.push(reference.to_owned()),
                    None => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// `METHOD path: parameters; body; statuses`, a line per operation.
fn summary(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let parameters: Vec<&str> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|parameter| parameter["name"].as_str())
                .collect();
            let body =
                operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            let statuses: Vec<&String> = operation["responses"]
                .as_object()
                .expect("responses")
                .keys()
                .collect();
            lines.push(format!(
                "{} {path}: {parameters:?}; {}; {statuses:?}",
                method.to_uppercase(),
                body.unwrap_or("no body")
            ));
        }
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn the_document_is_whole_and_changes_only_on_purpose() {
    let app = TestApp::start();
    let document = app.guest().get("/openapi.json").await.body;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
    insta::assert_json_snapshot!(summary(&document));
}

#[tokio::test]
async fn the_web_apps_client_is_made_from_this_document() {
    let app = TestApp::start();
    let document = app.guest().get("/openapi.json").await.body;
    let theirs = include_str!("../../frontend/openapi.json");
    let theirs: Value = serde_json::from_str(theirs).expect("JSON");
    // Both are long: what differs is shown by the command.
    assert!(theirs == document, "run `make generate`");
}
