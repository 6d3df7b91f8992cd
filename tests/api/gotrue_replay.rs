//! Replays what a real GoTrue answered (`tests/recordings`) against whatever answers at a base URL, and
//! compares status, headers, body shape and every value that is not of the day.
//!
//! Settings the target must run under: password_min_length 8, anonymous users, refresh reuse interval 0,
//! least 5 seconds between e-mails, and what stands in the recording's `about`.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) const HS256_AUTOCONFIRM: &str =
    include_str!("../recordings/gotrue-hs256-autoconfirm.json");
pub(crate) const ES256_CONFIRM: &str = include_str!("../recordings/gotrue-es256-confirm.json");
pub(crate) const LIMITS: &str = include_str!("../recordings/gotrue-limits.json");

/// More than any limit of requests per address.
const MOST_REPEATS: usize = 200;

pub(crate) struct Target<'a> {
    /// Where GoTrue's own paths begin, `…/auth/v1`.
    pub(crate) base: &'a str,
    /// The publishable or anon key.
    pub(crate) apikey: &'a str,
    /// Signs the legacy keys and the forged tokens.
    pub(crate) jwt_secret: &'a str,
    /// Answers the e-mails as a JSON array; needed for [`ES256_CONFIRM`] alone.
    pub(crate) mails_url: &'a str,
}

/// Panics with every difference found.
pub(crate) async fn replay(target: &Target<'_>, recording: &str) {
    replay_where(target, recording, |_| true).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's client is no upstream client"
)]
fn client_that_follows_nothing() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("an HTTP client")
}

/// Only the exchanges whose name the filter takes: parts of [`LIMITS`] ran under different settings.
pub(crate) async fn replay_where(
    target: &Target<'_>,
    recording: &str,
    wanted: impl Fn(&str) -> bool,
) {
    let recording: Value = serde_json::from_str(recording).expect("a recording is JSON");
    let mut replay = Replay {
        target,
        http: client_that_follows_nothing(),
        domain: format!("@r{}.example.com", Uuid::new_v4().simple()),
        bound: HashMap::new(),
        tokens: &recording["tokens"],
        exchange: String::new(),
        differences: Vec::new(),
    };
    let mut replayed = 0;
    for exchange in recording["exchanges"].as_array().expect("exchanges") {
        let name = exchange["name"].as_str().expect("a name");
        if wanted(name) {
            replay.exchange = name.to_owned();
            replay.prepare(name).await;
            replay.run(exchange).await;
            replayed += 1;
        }
    }
    assert!(replayed > 0, "the filter left nothing to replay");
    assert!(
        replay.differences.is_empty(),
        "{} differences from the recorded GoTrue:\n{}",
        replay.differences.len(),
        replay.differences.join("\n")
    );
}

struct Replay<'a> {
    target: &'a Target<'a>,
    http: reqwest::Client,
    /// Stands for `@example.com`, so that a stack may be used more than once.
    domain: String,
    /// Recorded ids and token names → those of this run.
    bound: HashMap<String, String>,
    tokens: &'a Value,
    exchange: String,
    differences: Vec<String>,
}

struct Answer {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Replay<'_> {
    /// What happened between the recorded exchanges.
    async fn prepare(&mut self, name: &str) {
        match name {
            "refresh_reused_after_interval" => {
                let path = "/token?grant_type=refresh_token";
                let body = json!({ "refresh_token": self.bound["<refresh_token_6>"] });
                let issued = self.post(path, &body).await;
                self.bind("<refresh_token_7>", issued["refresh_token"].as_str());
            }
            "user_expired_token" => {
                let mut claims = self.claims_of("<access_token_3>");
                claims.insert(
                    "exp".to_owned(),
                    json!(claims["iat"].as_i64().map(|iat| iat - 93)),
                );
                let token = signed(
                    &Header::default(),
                    &claims,
                    self.target.jwt_secret.as_bytes(),
                );
                self.bind("<access_token_5>", Some(&token));
            }
            "user_wrong_signature" => {
                let claims = self.claims_of("<access_token_3>");
                let token = signed(&Header::default(), &claims, b"somebody else's secret");
                self.bind("<access_token_6>", Some(&token));
            }
            "user_alg_none" => {
                let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
                let token = self.bound["<access_token_3>"].clone();
                let claims = token.split('.').nth(1).expect("claims");
                self.bind("<access_token_7>", Some(&format!("{header}.{claims}.")));
            }
            "user_hs256_token_signed_with_the_public_key" => {
                let keys = self.get("/.well-known/jwks.json").await;
                let key = &keys["keys"][0];
                let header = Header {
                    kid: key["kid"].as_str().map(str::to_owned),
                    ..Header::default()
                };
                let token = signed(
                    &header,
                    &self.claims_of("<access_token_2>"),
                    key.to_string().as_bytes(),
                );
                self.bind("<access_token_3>", Some(&token));
            }
            "admin_delete_user" => {
                let email = format!("ada.lovelace{}", self.domain);
                let body = json!({ "email": email, "password": "Wonder-land-42!" });
                let issued = self.post("/token?grant_type=password", &body).await;
                self.bind("<access_token_8>", issued["access_token"].as_str());
                self.bind("<refresh_token_8>", issued["refresh_token"].as_str());
            }
            "verify_link_from_the_e_mail" => {
                self.bind_mailed("<emailed_token_hash>", "signup").await
            }
            "verify_recovery_by_token_hash" => {
                self.bind_mailed("<recovery_token_hash>", "recovery").await
            }
            "refresh_rate_limited" => self.bind("<refresh_token_1>", Some("doesnotexist")),
            _ => {}
        }
    }

    async fn run(&mut self, exchange: &Value) {
        let (request, recorded) = (&exchange["request"], &exchange["response"]);
        let mut answer = self.send(request).await;
        let status = recorded["status"].as_u64().expect("a status");
        let limited = |answer: &Answer| answer.status == StatusCode::TOO_MANY_REQUESTS;
        if recorded["body"]["error_code"] == "over_request_rate_limit" {
            for _ in 0..MOST_REPEATS {
                if limited(&answer) {
                    break;
                }
                answer = self.send(request).await;
            }
        } else if status == 200 {
            // The recording waited here for the least time between two e-mails.
            while limited(&answer) && answer.text.contains("over_email_send_rate_limit") {
                tokio::time::sleep(Duration::from_millis(200)).await;
                answer = self.send(request).await;
            }
        }
        if u64::from(answer.status.as_u16()) != status {
            self.differs(
                "status",
                &recorded["status"],
                &format!("{} {}", answer.status, answer.text),
            );
            return;
        }
        self.compare_headers(recorded, &answer);
        let body = &recorded["body"];
        if let Some(location) = answer
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok())
        {
            let escaped = location.replace('&', "&amp;");
            self.expect_equal(
                "body",
                &format!("<a href=\"{escaped}\">See Other</a>.\n\n"),
                &answer.text,
            );
        } else if let Some(text) = body.as_str() {
            self.expect_equal("body", text, &answer.text);
        } else {
            match serde_json::from_str(&answer.text) {
                Ok(actual) => self.compare("body", body, &actual),
                Err(_) => self.differs("body", body, &answer.text),
            }
        }
    }

    async fn send(&self, request: &Value) -> Answer {
        let method: Method = request["method"]
            .as_str()
            .expect("a method")
            .parse()
            .expect("a method");
        let path = self.substituted(request["path"].as_str().expect("a path"));
        let mut call = self
            .http
            .request(method, format!("{}{path}", self.target.base));
        for (name, value) in request["headers"].as_object().expect("headers") {
            call = call.header(
                name,
                self.substituted_key(name, value.as_str().expect("a header")),
            );
        }
        if let Some(text) = request["body_text"].as_str() {
            call = call.body(text.to_owned());
        } else if let Some(body) = request.get("body") {
            call = call.body(self.substituted(&body.to_string()));
        }
        let response = call.send().await.expect("an answer");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a body"),
        }
    }

    fn compare_headers(&mut self, recorded: &Value, answer: &Answer) {
        for (name, value) in recorded["headers"].as_object().expect("headers") {
            let value = value.as_str().expect("a header");
            let actual = answer
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("(absent)");
            if name == "location" {
                self.compare_fragments(value, actual);
            } else {
                self.expect_equal(name, value, actual);
            }
        }
    }

    fn compare_fragments(&mut self, recorded: &str, actual: &str) {
        let recorded = pairs(recorded);
        let actual = pairs(actual);
        let names = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        if names(&recorded) != names(&actual) {
            self.differs(
                "location",
                &json!(names(&recorded)),
                &names(&actual).join(","),
            );
            return;
        }
        for ((name, recorded), (_, actual)) in recorded.iter().zip(&actual) {
            if name == "expires_at" {
                continue;
            }
            self.compare(
                &format!("location.{name}"),
                &json!(recorded),
                &json!(actual),
            );
        }
    }

    fn compare(&mut self, at: &str, recorded: &Value, actual: &Value) {
        match (recorded, actual) {
            (Value::Object(wanted), Value::Object(got)) => {
                let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
                if keys(wanted) != keys(got) {
                    self.differs(at, &json!(keys(wanted)), &format!("{:?}", keys(got)));
                }
                for (key, wanted) in wanted {
                    if let Some(got) = got.get(key) {
                        self.compare(&format!("{at}.{key}"), wanted, got);
                    }
                }
            }
            (Value::Array(wanted), Value::Array(got)) => {
                if wanted.len() != got.len() {
                    self.differs(at, recorded, &actual.to_string());
                }
                for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
                    self.compare(&format!("{at}[{index}]"), wanted, got);
                }
            }
            (Value::Number(_), Value::Number(_)) if is_clock(at) => {}
            (Value::String(wanted), Value::String(got)) => self.compare_text(at, wanted, got),
            _ if recorded == actual => {}
            _ => self.differs(at, recorded, &actual.to_string()),
        }
    }

    fn compare_text(&mut self, at: &str, recorded: &str, actual: &str) {
        if recorded.starts_with("<access_token_") {
            self.bound.insert(recorded.to_owned(), actual.to_owned());
            let wanted = self.tokens[recorded].clone();
            self.compare(
                &format!("{at}.header"),
                &wanted["header"],
                &json!(part_of(actual, 0)),
            );
            self.compare(
                &format!("{at}.claims"),
                &wanted["claims"],
                &json!(part_of(actual, 1)),
            );
        } else if recorded.starts_with("<refresh_token_") || Uuid::parse_str(recorded).is_ok() {
            let known = self
                .bound
                .entry(recorded.to_owned())
                .or_insert_with(|| actual.to_owned())
                .clone();
            self.expect_equal(at, &known, actual);
        } else if recorded.parse::<jiff::Timestamp>().is_ok() {
            if actual.parse::<jiff::Timestamp>().is_err() || !actual.ends_with('Z') {
                self.differs(at, &json!(recorded), actual);
            }
        } else if at.ends_with(".msg") {
            let plain = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
            self.expect_equal(at, &plain(recorded), &plain(actual));
        } else if !at.ends_with(".iss") && !at.ends_with(".x") && !at.ends_with(".y") {
            self.expect_equal(at, &self.substituted(recorded), actual);
        }
    }

    fn expect_equal(&mut self, at: &str, recorded: &str, actual: &str) {
        if recorded != actual {
            self.differs(at, &json!(recorded), actual);
        }
    }

    fn differs(&mut self, at: &str, recorded: &Value, actual: &str) {
        self.differences.push(format!(
            "{} {at}: recorded {recorded}, got {actual}",
            self.exchange
        ));
    }

    fn bind(&mut self, name: &str, value: Option<&str>) {
        let value =
            value.unwrap_or_else(|| panic!("{}: nothing to stand for {name}", self.exchange));
        self.bound.insert(name.to_owned(), value.to_owned());
    }

    async fn bind_mailed(&mut self, name: &str, kind: &str) {
        let mails: Value = self
            .http
            .get(self.target.mails_url)
            .send()
            .await
            .expect("the e-mails")
            .json()
            .await
            .expect("the e-mails as JSON");
        let to = format!("grace{}", self.domain);
        let mail = mails
            .as_array()
            .into_iter()
            .flatten()
            .rfind(|mail| mail["kind"] == kind && mail["to"] == to);
        let hash = mail
            .and_then(|mail| mail["token_hash"].as_str())
            .map(str::to_owned);
        self.bind(name, hash.as_deref());
    }

    /// A recorded text with this run's names in it.
    fn substituted(&self, recorded: &str) -> String {
        let mut text = recorded.to_owned();
        for (name, value) in &self.bound {
            text = text.replace(name, value);
        }
        for spelling in ["@example.com", "@Example.com", "@EXAMPLE.COM"] {
            let domain = if spelling == "@EXAMPLE.COM" {
                self.domain.to_uppercase()
            } else {
                self.domain.clone()
            };
            text = text.replace(spelling, &domain);
        }
        text
    }

    fn substituted_key(&self, header: &str, value: &str) -> String {
        let anon = if header.eq_ignore_ascii_case("apikey") {
            self.target.apikey.to_owned()
        } else {
            self.legacy_key("anon")
        };
        self.substituted(value)
            .replace("<anon_key>", &anon)
            .replace("<service_role_key>", &self.legacy_key("service_role"))
    }

    fn legacy_key(&self, role: &str) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims = json!({ "iss": "supabase", "role": role, "iat": now, "exp": now + 3600 });
        signed(
            &Header::default(),
            claims.as_object().expect("an object"),
            self.target.jwt_secret.as_bytes(),
        )
    }

    fn claims_of(&self, name: &str) -> Map<String, Value> {
        part_of(&self.bound[name], 1)
    }

    async fn get(&self, path: &str) -> Value {
        let call = self
            .http
            .get(format!("{}{path}", self.target.base))
            .header("apikey", self.target.apikey);
        call.send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let call = self
            .http
            .post(format!("{}{path}", self.target.base))
            .header("apikey", self.target.apikey);
        call.json(body)
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }
}

fn signed(header: &Header, claims: &Map<String, Value>, secret: &[u8]) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret)).expect("a token")
}

fn part_of(token: &str, index: usize) -> Map<String, Value> {
    let part = token
        .split('.')
        .nth(index)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    part.and_then(|json| serde_json::from_slice(&json).ok())
        .unwrap_or_default()
}

/// The fragment's `name=value` pairs.
fn pairs(location: &str) -> Vec<(String, String)> {
    let fragment = location
        .split_once('#')
        .map_or("", |(_, fragment)| fragment);
    url::form_urlencoded::parse(fragment.as_bytes())
        .into_owned()
        .collect()
}

fn is_clock(at: &str) -> bool {
    [".exp", ".iat", ".timestamp", ".expires_at"]
        .iter()
        .any(|end| at.ends_with(end))
}
