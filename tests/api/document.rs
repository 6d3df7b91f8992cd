//! The OpenAPI document: valid references, and a snapshot, so that a change of the API is seen in review.

use serde_json::Value;

use crate::support::{Answer, TestApp};

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

/// Operations with their method and path.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("an item");
            item.iter()
                .map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .expect("it leads somewhere"),
        None => schema,
    }
}

/// Texts of a body by name, those of bodies within as well.
fn texts<'a>(document: &'a Value, schema: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    let schema = resolved(document, schema);
    for choice in ["oneOf", "anyOf", "allOf"] {
        for inner in schema[choice].as_array().into_iter().flatten() {
            texts(document, inner, found);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        let is_text = property["type"] == "string"
            || property["type"]
                .as_array()
                .is_some_and(|types| types.contains(&"string".into()));
        if is_text {
            found.push((name, property));
        } else {
            texts(document, property, found);
        }
    }
}

#[tokio::test]
async fn what_a_text_may_be_is_told() {
    let app = TestApp::start();
    let document = app.guest().get("/openapi.json").await.body;
    let mut found = Vec::new();
    for (_, _, operation) in operations(&document) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        texts(&document, schema, &mut found);
    }
    found.retain(|(_, text)| text["enum"].is_null() && text["format"] != "uuid");
    assert!(found.len() > 20);
    for (name, text) in found {
        // How long a text to speak may be is a setting.
        let bounded = text["maxLength"].is_u64() || name == "text";
        assert!(bounded, "how long {name} may be: {text}");
        let characters = text["pattern"].is_string() || text["format"] == "email";
        assert!(characters, "of what {name} may be: {text}");
    }
}

#[tokio::test]
async fn no_parameter_is_said_to_take_null() {
    let app = TestApp::start();
    let document = app.guest().get("/openapi.json").await.body;
    for (method, path, operation) in operations(&document) {
        for parameter in parameters(operation) {
            assert!(
                !parameter.to_string().contains("null"),
                "{method} {path}: {parameter}"
            );
        }
    }
}

#[tokio::test]
async fn what_must_be_sent_and_what_may_be_left_out_is_told() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let document = alice.get("/openapi.json").await.body;
    let (mut sessions, mut bodies) = (0, 0);
    for (method, path, operation) in operations(&document) {
        // Speech is not configured, and a WebSocket is no request.
        if path.contains("speech") || path.contains("stream") {
            continue;
        }
        let named = parameters(operation).find(|parameter| parameter["name"] == "X-Session-ID");
        let required = operation["requestBody"]["required"].as_bool();
        let path = path.replace("{share_id}", &uuid::Uuid::nil().to_string());
        let request = alice.request(method.parse().expect("a method"), &path);
        match (named, required) {
            (Some(named), None | Some(false)) => {
                sessions += 1;
                let answer = Answer::of(request).await;
                let wanted = answer.code() == "session_required";
                assert_eq!(named["required"], wanted, "{method} {path}: {answer:?}");
            }
            (None, Some(required)) => {
                bodies += 1;
                let answer = Answer::of(request).await;
                assert_eq!(
                    required,
                    answer.status.is_client_error(),
                    "{method} {path}: {answer:?}"
                );
            }
            _ => {}
        }
    }
    assert!(sessions > 20 && bodies > 5, "{sessions} {bodies}");
}
