//! A client per principal.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody who calls the service.
#[derive(Clone)]
pub(crate) struct Client {
    pub url: String,
    pub http: reqwest::Client,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
    pub email: String,
}

/// A status and the JSON that came with it (null for an empty body).
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

pub(crate) const PASSWORD: &str = "Wonder-land-42";

impl Client {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's client is no upstream client"
    )]
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            http: reqwest::Client::builder()
                .no_gzip()
                .no_deflate()
                .no_brotli()
                .no_proxy()
                .no_gzip()
                .build()
                .expect("a client"),
            token: None,
            refresh_token: None,
            email: String::new(),
        }
    }

    pub(crate) async fn registered(url: &str, name: &str) -> Self {
        let mut client = Self::new(url);
        client.email = format!("{}-{}@example.com", name.to_lowercase(), Uuid::new_v4());
        let body = json!({"email": client.email, "password": PASSWORD, "name": name});
        let answer = client.post("/auth/register", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        client.token = answer.body["access_token"].as_str().map(str::to_owned);
        client.refresh_token = answer.body["refresh_token"].as_str().map(str::to_owned);
        client
    }

    /// The same caller at another instance.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// A GET about a session.
    pub(crate) async fn read(&self, path: &str, session: Uuid) -> Answer {
        let request = self.request(Method::GET, path);
        Answer::of(request.header("x-session-id", session.to_string())).await
    }

    /// A POST about a session.
    pub(crate) async fn act(&self, path: &str, session: Uuid, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).json(body);
        Answer::of(request.header("x-session-id", session.to_string())).await
    }

    pub(crate) async fn create(&self, config: &Value) -> Uuid {
        let answer = self.post("/agent/create_session", config).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["session_id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("a session id")
    }

    /// A session whose interview has started.
    pub(crate) async fn started(&self, config: &Value) -> Uuid {
        let session = self.create(config).await;
        let answer = self
            .act("/agent/start_interview", session, &json!({}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        session
    }

    pub(crate) async fn send(&self, session: Uuid, message: &str) -> Answer {
        self.act("/agent/send_message", session, &json!({"message": message}))
            .await
    }

    /// Sends under an idempotency key.
    pub(crate) async fn send_as(&self, session: Uuid, key: &str, message: &str) -> Answer {
        let request = self
            .request(Method::POST, "/agent/send_message")
            .header("x-session-id", session.to_string())
            .header("idempotency-key", key)
            .json(&json!({"message": message}));
        Answer::of(request).await
    }

    /// The candidate's messages of the history, in order.
    pub(crate) async fn messages(&self, session: Uuid) -> Vec<String> {
        let answer = self.read("/agent/history", session).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["history"]
            .as_array()
            .expect("a history")
            .iter()
            .filter(|item| item["role"] == "user")
            .filter_map(|item| item["content"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        Self::try_of(request).await.expect("a whole answer")
    }

    /// Fails where the connection does.
    pub(crate) async fn try_of(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let status = response.status();
        let headers = response.headers().clone();
        let bytes = response.bytes().await?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Asserts a problem document of this status and code.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.code()),
            (status, code),
            "{self:?}"
        );
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(
            self.body["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{self:?}"
        );
        assert!(
            self.body["request_id"]
                .as_str()
                .is_some_and(|id| !id.is_empty()),
            "{self:?}"
        );
    }
}
