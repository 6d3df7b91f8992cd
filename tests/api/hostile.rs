//! Hostile input for every operation of the OpenAPI document: no 5xx, no answer outside the documented
//! shapes, and nothing stored that was not acknowledged.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, SpeechServer, TestApp};

struct Operation {
    method: Method,
    path: String,
    /// Documented schema of JSON answers by status; `default` is `problem`.
    schemas: BTreeMap<String, Value>,
    fields: Vec<String>,
}

/// A schema that stands alone: the document's components come along for its references.
fn standalone(document: &Value, schema: &Value) -> Value {
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], "allOf": [schema]})
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .expect("a schema"),
        None => schema,
    }
}

/// Names of an object's properties, those of the parts it is composed of included.
fn fields(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.map(|(name, _)| name.clone())
        .chain(parts.flat_map(|part| fields(document, part)))
        .collect()
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let Some(responses) = operation["responses"].as_object() else {
                continue;
            };
            let mut schemas = BTreeMap::new();
            for (status, response) in responses {
                for (kind, content) in response["content"].as_object().into_iter().flatten() {
                    if kind.contains("json") {
                        schemas.insert(status.clone(), standalone(document, &content["schema"]));
                    }
                }
                schemas.entry(status.clone()).or_insert(Value::Bool(true));
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let fields = fields(document, body);
            found.push(Operation {
                method,
                path: path.clone(),
                schemas,
                fields,
            });
        }
    }
    assert!(found.len() > 30, "the document lists the operations");
    found
}

struct Attacker<'a> {
    client: &'a Client,
    session: Option<Uuid>,
}

struct Shot {
    body: Option<Vec<u8>>,
    content_type: &'static str,
    headers: Vec<(&'static str, Vec<u8>)>,
    query: &'static str,
}

impl Shot {
    fn json(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Some(body.into()),
            content_type: "application/json",
            headers: Vec::new(),
            query: "",
        }
    }

    fn bare() -> Self {
        Self {
            body: None,
            ..Self::json("")
        }
    }

    fn header(name: &'static str, value: &[u8]) -> Self {
        Self {
            headers: vec![(name, value.to_vec())],
            ..Self::json("{}")
        }
    }
}

impl Attacker<'_> {
    async fn fire(&self, operation: &Operation, shot: Shot) {
        let what = format!(
            "{} {}{} {:?} {:?}",
            operation.method,
            operation.path,
            shot.query,
            shot.headers,
            shot.body
                .as_ref()
                .map(|body| String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned())
        );
        let mut request = self.client.request(
            operation.method.clone(),
            &format!("{}{}", operation.path, shot.query),
        );
        let names_session = shot.headers.iter().any(|(name, _)| *name == "x-session-id");
        if let Some(session) = self.session.filter(|_| !names_session) {
            request = request.header("x-session-id", session.to_string());
        }
        for (name, value) in shot.headers {
            let value = HeaderValue::from_bytes(&value).expect("a value that HTTP can carry");
            request = request.header(HeaderName::from_static(name), value);
        }
        if let Some(body) = shot.body {
            request = request.header("content-type", shot.content_type).body(body);
        }
        let Ok(response) = request.send().await else {
            // A server may hang up on a body that is too large before it was read.
            return;
        };
        let status = response.status();
        assert!(status.as_u16() < 500, "{what}: {status}");
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if kind == "text/event-stream" {
            return;
        }
        if !status.is_success() && status != 304 {
            assert_eq!(kind, "application/problem+json", "{what}: {status}");
        }
        let bytes = response.bytes().await.expect("a body");
        if kind.contains("json") {
            let body: Value = serde_json::from_slice(&bytes).expect("JSON as announced");
            let schema = operation
                .schemas
                .get(status.as_str())
                .or_else(|| operation.schemas.get("default"))
                .unwrap_or_else(|| panic!("{what}: {status} is not documented"));
            if let Err(error) = jsonschema::validate(schema, &body) {
                panic!("{what}: {status}: {error}: {body}");
            }
            if status.is_client_error() {
                assert!(
                    body["detail"].is_string()
                        && body["code"].is_string()
                        && body["request_id"].is_string()
                );
            }
        }
    }
}

/// Values that a field might not expect, as JSON text.
fn values() -> Vec<String> {
    let huge = format!("\"{}\"", "x".repeat(300_000));
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let texts = [
        "null",
        "true",
        "0",
        "-1",
        "1e400",
        "9223372036854775808",
        "0.5",
        "[]",
        "{}",
        "[[]]",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udfff\\ud800\"",
        "\"\u{202e}\u{2066}evil\"",
        "\"'; drop table users; --\"",
        "\"${jndi:ldap://x}\"",
        "\"\u{1f600}\u{301}\u{301}\"",
        "\"NaN\"",
    ];
    texts
        .iter()
        .map(|text| (*text).to_owned())
        .chain([huge, deep])
        .collect()
}

fn bodies() -> Vec<Shot> {
    let mut shots = vec![
        Shot::bare(),
        Shot::json(""),
        Shot::json("{"),
        Shot::json("{\"message\":\"cut"),
        Shot::json("not json"),
        Shot::json("[]"),
        Shot::json("\"text\""),
        Shot::json("7"),
        Shot::json("null"),
        Shot::json("{}{}"),
        Shot::json(b"{\"message\":\"\xff\xfe\"}".to_vec()),
        Shot::json(b"\xef\xbb\xbf{}".to_vec()),
        Shot::json(format!(
            "{}1{}",
            "{\"a\":".repeat(10_000),
            "}".repeat(10_000)
        )),
        Shot::json(format!("{{\"message\":\"{}\"}}", "x".repeat(2_000_000))),
        Shot::json("{\"message\":\"one\",\"message\":\"two\",\"session_id\":7}"),
        Shot::json("{\"session_id\":\"not-a-uuid\"}"),
    ];
    for kind in [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "x",
    ] {
        shots.push(Shot {
            content_type: kind,
            ..Shot::json("{}")
        });
    }
    shots
}

fn headers() -> Vec<Shot> {
    let long = vec![b'k'; 4_000];
    let mut shots = Vec::new();
    for value in [
        b"x".as_slice(),
        b"",
        b"\xff\xfe",
        b"00000000-0000-0000-0000-00000000000g",
        &long,
    ] {
        shots.push(Shot::header("x-session-id", value));
    }
    for value in [
        b"".as_slice(),
        b"two words",
        b"\xc3\xa9",
        &long,
        b"\"",
        b"\"\"",
    ] {
        shots.push(Shot::header("idempotency-key", value));
    }
    for value in [
        b"Bearer".as_slice(),
        b"Bearer ",
        b"Basic eDp5",
        b"Bearer a.b.c",
        b"Bearer \xff",
        b"bearer x y z",
        &long,
    ] {
        shots.push(Shot::header("authorization", value));
    }
    for name in [
        "if-none-match",
        "last-event-id",
        "accept",
        "x-request-id",
        "x-forwarded-for",
        "content-encoding",
        "origin",
    ] {
        for value in [b"".as_slice(), b"\xff", b",,,\"", &long] {
            shots.push(Shot::header(name, value));
        }
    }
    for query in [
        "?limit=-1",
        "?limit=999999999999999999999",
        "?cursor=%00",
        "?cursor=bm9uc2Vuc2U",
        "?%",
        "?session_id=x",
        "?session_id=%ff%fe",
        "?a[]=1&a[]=2",
        "?refresh_token=%F0%9F",
    ] {
        shots.push(Shot {
            query,
            ..Shot::bare()
        });
    }
    shots
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// Whatever happened, an ordinary interview works and the session holds what was acknowledged.
async fn still_works(app: &TestApp) {
    assert_eq!(app.guest().get("/healthz").await.status, 200);
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    assert_eq!(guest.send(session, "Still here").await.status, 200);
    assert_eq!(guest.messages(session).await, ["Still here"]);
}

#[tokio::test]
async fn malformed_requests_get_documented_refusals() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let alice = app.user("Alice").await;
    let document = guest.get("/openapi.json").await.body;
    let operations = operations(&document);
    let open = guest.started(&json!({})).await;
    let attackers = [
        Attacker {
            client: &guest,
            session: None,
        },
        Attacker {
            client: &guest,
            session: Some(open),
        },
        Attacker {
            client: &alice,
            session: Some(alice.started(&json!({})).await),
        },
    ];
    for operation in &operations {
        // The account must live on for the others.
        if operation.method == Method::DELETE && operation.path == "/auth/me" {
            continue;
        }
        for attacker in &attackers {
            for shot in bodies().into_iter().chain(headers()) {
                attacker.fire(operation, shot).await;
            }
        }
    }
    still_works(&app).await;
}

#[tokio::test]
async fn every_documented_field_refuses_what_it_cannot_be() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let document = guest.get("/openapi.json").await.body;
    let operations = operations(&document);
    let with_fields = operations
        .iter()
        .filter(|operation| !operation.fields.is_empty());
    let mut fields = 0;
    for operation in with_fields {
        let session = guest.create(&json!({})).await;
        let attacker = Attacker {
            client: &guest,
            session: Some(session),
        };
        for field in &operation.fields {
            fields += 1;
            for value in values() {
                attacker
                    .fire(operation, Shot::json(format!("{{\"{field}\":{value}}}")))
                    .await;
            }
        }
    }
    assert!(fields > 20, "the document names the fields");
    still_works(&app).await;
}

#[tokio::test]
async fn generated_bodies_break_nothing() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let document = guest.get("/openapi.json").await.body;
    let operations = operations(&document);
    let session = guest.started(&json!({})).await;
    let attacker = Attacker {
        client: &guest,
        session: Some(session),
    };
    let mut runner = TestRunner::new(Config::default());
    for operation in operations
        .iter()
        .filter(|operation| operation.method == Method::POST)
    {
        for _ in 0..12 {
            let body = any_json().new_tree(&mut runner).expect("a value").current();
            attacker.fire(operation, Shot::json(body.to_string())).await;
            for field in &operation.fields {
                let value = any_json().new_tree(&mut runner).expect("a value").current();
                attacker
                    .fire(
                        operation,
                        Shot::json(json!({field.as_str(): value}).to_string()),
                    )
                    .await;
            }
        }
    }
    still_works(&app).await;
}

#[tokio::test]
async fn a_body_of_fifty_megabytes_is_refused_and_stored_nowhere() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.started(&json!({})).await;
    let request = guest
        .request(Method::POST, "/agent/send_message")
        .header("x-session-id", session.to_string())
        .header("content-type", "application/json")
        .body(format!("{{\"message\":\"{}\"}}", "x".repeat(50_000_000)));
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(guest.messages(session).await, Vec::<String>::new());
    still_works(&app).await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problem_documents() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    for path in [
        "/nowhere",
        "/agent/",
        "/agent/history/../../etc/passwd",
        "/%00",
        "/%ff",
        "//",
        "/agent/session/x",
    ] {
        guest.get(path).await.is_problem(404, "route_not_found");
    }
    guest
        .post("/agent/history", &json!({}))
        .await
        .is_problem(405, "method_not_allowed");
    guest
        .get("/auth/login")
        .await
        .is_problem(405, "method_not_allowed");
}
