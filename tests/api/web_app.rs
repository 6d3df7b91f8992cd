//! The web app as the service hands it out.

use reqwest::Response;

use serde_json::json;

use crate::support::{Client, ModelServer, TestApp};

async fn get(client: &Client, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = client.request(reqwest::Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no {name}"));
    value.to_str().expect("text")
}

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test]
async fn a_browser_gets_the_app_wherever_it_looks_and_a_program_the_api() {
    let app = TestApp::start();
    let guest = app.guest();
    let mut nonces = std::collections::HashSet::new();
    for path in [
        "/",
        "/history",
        "/interview",
        "/auth/callback",
        "/no/such/page",
    ] {
        let page = get(&guest, path, &[BROWSER]).await;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "cache-control"), "no-cache");
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(
            policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .expect("a nonce")
            .to_owned();
        let text = page.text().await.expect("a page");
        assert!(
            text.contains(&format!("nonce=\"{nonce}\"")) && !text.contains("CSP_NONCE"),
            "{text}"
        );
        assert!(nonces.insert(nonce), "another one for each page");
        assert!(
            text.contains("<div id=\"root\">") && !text.contains("<script>"),
            "{text}"
        );
    }
    // A service worker asks for the page as it asks for any file.
    let shell = get(&guest, "/index.html", &[("accept", "*/*")]).await;
    assert!(header(&shell, "content-security-policy").contains("'nonce-"));
    assert!(shell.text().await.expect("a page").contains("id=\"root\""));
    let health = guest.get("/").await;
    assert_eq!(health.body["status"], "ok");
    guest
        .get("/no/such/page")
        .await
        .is_problem(404, "route_not_found");
    // Paths of the API stay the API's.
    let refused = get(&guest, "/agent/history", &[BROWSER]).await;
    assert_eq!(header(&refused, "content-type"), "application/problem+json");
}

#[tokio::test]
async fn files_are_compressed_and_cached_by_their_content() {
    let app = TestApp::start();
    let guest = app.guest();
    let text = get(&guest, "/", &[BROWSER])
        .await
        .text()
        .await
        .expect("a page");
    let at = text.find("/assets/").expect("run `make web`");
    let script = text[at..].split('"').next().expect("a path");
    let mut lengths = Vec::new();
    for (accepted, coding) in [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("br;q=0", "identity"),
        ("", "identity"),
    ] {
        let file = get(&guest, script, &[("accept-encoding", accepted)]).await;
        assert_eq!(
            (file.status().as_u16(), header(&file, "content-encoding")),
            (200, coding)
        );
        assert_eq!(
            header(&file, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert!(header(&file, "vary").contains("accept-encoding"));
        assert_eq!(header(&file, "x-content-type-options"), "nosniff");
        lengths.push(file.bytes().await.expect("whole").len());
    }
    assert!(
        lengths[0] < lengths[1] && lengths[1] < lengths[2],
        "{lengths:?}"
    );
    for (path, media_type) in [
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icon-192.png", "image/png"),
        ("/icon-512.png", "image/png"),
        ("/icon-maskable-512.png", "image/png"),
        ("/apple-touch-icon.png", "image/png"),
    ] {
        let file = get(&guest, path, &[]).await;
        assert_eq!(file.status(), 200, "{path}");
        assert_eq!(header(&file, "cache-control"), "no-cache", "{path}");
        assert_eq!(header(&file, "content-type"), media_type, "{path}");
    }
    let file = get(&guest, "/theme.js", &[]).await;
    let tag = header(&file, "etag").to_owned();
    let again = get(&guest, "/theme.js", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), 304);
    for path in [
        "/assets/nothing.js",
        "/assets/..%2findex.html",
        "/assets/..%2f..%2fpackage.json",
    ] {
        guest.get(path).await.is_problem(404, "file_not_found");
    }
}

#[tokio::test]
async fn what_the_service_can_do_is_told_before_there_is_a_session() {
    let told = TestApp::start().guest().get("/capabilities").await.body;
    assert_eq!(
        (&told["interviewer"], &told["languages"]),
        (&json!("offline"), &json!(["en"]))
    );
    assert_eq!(told["processors"], json!([]));
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, llm::LlmProvider::OpenAi, |config| {
        config.llm.as_mut().expect("a model").base_url = "https://models.example.com/v1?key=secret"
            .parse()
            .expect("a URL");
    });
    let told = app.guest().get("/capabilities").await.body;
    assert_eq!(told["interviewer"], "openai/stand-in");
    assert_eq!(told["languages"], json!([]));
    let interview = json!([{"purpose": "interview", "host": "models.example.com"}]);
    assert_eq!(told["processors"], interview, "and no secret");
}

#[tokio::test]
async fn methods_that_are_not_there_name_those_that_are() {
    let app = TestApp::start();
    let guest = app.guest();
    let send = async |method: &str, path: &str| {
        let method = method.parse().expect("a method");
        guest.request(method, path).send().await.expect("an answer")
    };
    for (method, path, allowed) in [
        ("PUT", "/auth/login", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("PUT", "/auth/me", "GET, PATCH, DELETE"),
    ] {
        let answer = send(method, path).await;
        assert_eq!(answer.status(), 405, "{path}");
        assert_eq!(header(&answer, "allow"), allowed, "{path}");
    }
    for path in [
        "/theme.js",
        "/index.html",
        "/docs",
        "/docs/",
        "/docs/index.css",
    ] {
        let answer = send("POST", path).await;
        assert_eq!(answer.status(), 405, "{path}");
        assert_eq!(header(&answer, "allow"), "GET, HEAD", "{path}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
    }
    for path in [
        "/healthz",
        "/capabilities",
        "/",
        "/theme.js",
        "/docs/",
        "/openapi.json",
    ] {
        let answer = send("HEAD", path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.text().await.expect("text").is_empty(), "{path}");
    }
    let robots = send("GET", "/robots.txt").await;
    assert!(header(&robots, "content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn whatever_is_served_is_told_not_to_be_guessed_at_or_framed() {
    let app = TestApp::start();
    let guest = app.guest();
    for path in [
        "/",
        "/docs/",
        "/docs/swagger-ui-bundle.js",
        "/theme.js",
        "/sw.js",
        "/icon-192.png",
        "/metrics",
        "/openapi.json",
        "/nowhere",
        "/assets/nothing.js",
    ] {
        let answer = get(&guest, path, &[BROWSER]).await;
        assert_eq!(
            header(&answer, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert!(!header(&answer, "cache-control").is_empty(), "{path}");
        if header(&answer, "content-type").starts_with("text/html") {
            let policy = header(&answer, "content-security-policy");
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        }
    }
}
