//! PostgREST: rows and functions, always with the caller's own rights.
//!
//! Every function that this service calls is idempotent by design, so a connection that broke before a
//! response is retried once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use upstream::ClientSpan;
use url::Url;
use uuid::Uuid;

use super::keys::ApiKey;
use super::refusal;
use crate::config::SupabaseConfig;

const APIKEY: HeaderName = HeaderName::from_static("apikey");
const SESSION_ID: HeaderName = HeaderName::from_static("x-session-id");
const WRITE_SECRET: HeaderName = HeaderName::from_static("x-write-secret");
const SHARE_TOKEN: HeaderName = HeaderName::from_static("x-share-token");
/// What a request's path begins with.
const ROOT: &str = "/rest/v1/";
const ONE_OBJECT: &str = "application/vnd.pgrst.object+json";

/// Before the one repeat of what another transaction was in the way of.
const CONTENDED_WAIT: Duration = Duration::from_millis(100);
/// Before the one repeat with a token from the database's future.
const CLOCK_SKEW_WAIT: Duration = Duration::from_secs(1);

/// As whom the database is asked.
#[derive(Clone)]
pub enum Identity {
    /// A signed-in user; `session_id` names a guest session to claim.
    User {
        access_token: Arc<str>,
        session_id: Option<Uuid>,
    },
    /// A visitor, whose capability is the id of the session.
    Guest { session_id: Option<Uuid> },
    /// Whoever has the link of a shared report.
    Reader { share_token: Arc<str> },
    /// The service role: scheduled jobs only.
    Service,
}

#[derive(Debug, thiserror::Error)]
pub enum RestError {
    #[error("the database's API can't be reached: {0}")]
    Unavailable(String),
    #[error("the database's API took too long")]
    Timeout,
    /// A 5xx, or a body that is not what was asked for.
    #[error("the database's API answered {status}: {message}")]
    BadResponse { status: u16, message: String },
    #[error("the access token has expired")]
    TokenExpired,
    #[error("the access token was refused: {0}")]
    TokenRejected(String),
    /// The project's API key was refused by the gateway.
    #[error("the API key was refused")]
    KeyRejected,
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// The database demands another write secret than the service's.
    #[error("the write secret was refused")]
    WriteSecretRefused,
    #[error("no such row")]
    NotFound,
    #[error("the row exists already")]
    Conflict,
    /// The database can't store the value.
    #[error("invalid data ({code}): {message}")]
    Invalid { code: String, message: String },
    /// A table or function is missing: the migrations were not applied.
    #[error("the database lacks something; apply the migrations: {0}")]
    SchemaMissing(String),
    /// The gateway limits the rate, or is overloaded and says for how long (seconds).
    #[error("the database's API asks to wait ({status})")]
    AskedToWait {
        status: u16,
        retry_after: Option<u64>,
    },
    /// The caller made as many sessions as the database lets them, and may make another in so many seconds; or they keep
    /// as many as they may.
    #[error("too many sessions")]
    TooManySessions { retry_after: Option<u64> },
    /// The transaction lost against another one and did nothing.
    #[error("the database was busy with the same rows: {0}")]
    Contended(String),
    /// The token was issued in the database's future: the clocks differ.
    #[error("the access token is from the database's future")]
    ClockSkew,
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    #[error("the Supabase project is paused")]
    Paused,
    #[error("the Supabase project has used up its quota")]
    QuotaExceeded,
    #[error("no service key is configured")]
    NoServiceKey,
}

impl RestError {
    /// The same request may succeed a moment later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_)
                | Self::Timeout
                | Self::BadResponse { .. }
                | Self::AskedToWait { .. }
                | Self::Contended(_)
                | Self::ClockSkew
        )
    }
}

/// Client of `/rest/v1`.
pub struct PostgRest {
    server: Url,
    base: String,
    anon_key: ApiKey,
    service_key: Option<ApiKey>,
    /// Tells the database that a call comes from the service and not from a client past it.
    write_secret: Option<HeaderValue>,
    client: Client,
    /// More requests at once would only queue inside PostgREST, out of sight.
    permits: Semaphore,
    permit_timeout: Duration,
}

struct Request<'a> {
    method: Method,
    path: &'a str,
    query: &'a [(&'a str, String)],
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl PostgRest {
    /// # Errors
    /// A key that no header can carry, or no TLS backend.
    pub fn new(config: &SupabaseConfig) -> anyhow::Result<Self> {
        let write_secret = config.write_secret.as_ref().map(|secret| {
            let mut value = HeaderValue::from_str(secret.expose_secret()).context(
                "SUPABASE_WRITE_SECRET is not usable; it should be visible ASCII characters",
            )?;
            value.set_sensitive(true);
            anyhow::Ok(value)
        });
        Ok(Self {
            base: format!("{}{ROOT}", config.url.as_str().trim_end_matches('/')),
            server: config.url.clone(),
            anon_key: ApiKey::new(&config.anon_key)?,
            service_key: config.service_key.as_ref().map(ApiKey::new).transpose()?,
            write_secret: write_secret.transpose()?,
            client: upstream::client(config.connect_timeout, config.request_timeout)?,
            permits: Semaphore::new(config.max_concurrency),
            permit_timeout: config.request_timeout,
        })
    }

    /// Calls a function.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn rpc<T: DeserializeOwned>(
        &self,
        identity: &Identity,
        function: &str,
        arguments: &impl Serialize,
    ) -> Result<T, RestError> {
        let mut path = String::with_capacity(4 + function.len());
        path.push_str("rpc/");
        path.push_str(function);
        let bytes = self
            .send(Request {
                method: Method::POST,
                path: &path,
                query: &[],
                headers: self.headers(identity)?,
                body: Some(json(arguments)?),
            })
            .await?;
        parse(&bytes)
    }

    /// Reads rows.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn select<T: DeserializeOwned>(
        &self,
        identity: &Identity,
        table: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<T>, RestError> {
        let bytes = self
            .send(Request {
                method: Method::GET,
                path: table,
                query,
                headers: self.headers(identity)?,
                body: None,
            })
            .await?;
        parse(&bytes)
    }

    /// Reads the one row that the query names.
    ///
    /// # Errors
    /// [`RestError::NotFound`] when there is none that the caller may see; see [`RestError`].
    pub async fn select_one<T: DeserializeOwned>(
        &self,
        identity: &Identity,
        table: &str,
        query: &[(&str, String)],
    ) -> Result<T, RestError> {
        let mut headers = self.headers(identity)?;
        headers.insert(ACCEPT, HeaderValue::from_static(ONE_OBJECT));
        let bytes = self
            .send(Request {
                method: Method::GET,
                path: table,
                query,
                headers,
                body: None,
            })
            .await?;
        parse(&bytes)
    }

    /// Whether PostgREST answers and its database with it.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn ping(&self) -> Result<(), RestError> {
        let identity = Identity::Guest { session_id: None };
        let query = [
            ("select", "session_id".to_owned()),
            ("limit", "1".to_owned()),
        ];
        self.select::<serde::de::IgnoredAny>(&identity, "interview_sessions", &query)
            .await
            .map(drop)
    }

    fn headers(&self, identity: &Identity) -> Result<HeaderMap, RestError> {
        let mut headers = HeaderMap::with_capacity(6);
        if let Some(secret) = &self.write_secret {
            headers.insert(WRITE_SECRET, secret.clone());
        }
        let (key, bearer, session_id) = match identity {
            Identity::User {
                access_token,
                session_id,
            } => {
                let mut value = HeaderValue::try_from(format!("Bearer {access_token}"))
                    .map_err(|_| RestError::TokenRejected("not a header value".to_owned()))?;
                value.set_sensitive(true);
                (&self.anon_key, Some(value), session_id.as_ref())
            }
            Identity::Guest { session_id } => {
                (&self.anon_key, self.anon_key.bearer(), session_id.as_ref())
            }
            Identity::Reader { share_token } => {
                let mut value = HeaderValue::from_str(share_token)
                    .map_err(|_| RestError::TokenRejected("not a header value".to_owned()))?;
                value.set_sensitive(true);
                headers.insert(SHARE_TOKEN, value);
                (&self.anon_key, self.anon_key.bearer(), None)
            }
            Identity::Service => {
                let key = self.service_key.as_ref().ok_or(RestError::NoServiceKey)?;
                (key, key.bearer(), None)
            }
        };
        headers.insert(APIKEY, key.header());
        if let Some(bearer) = bearer {
            headers.insert(AUTHORIZATION, bearer);
        }
        if let Some(id) = session_id {
            let mut buffer = Uuid::encode_buffer();
            let text = id.hyphenated().encode_lower(&mut buffer);
            if let Ok(mut value) = HeaderValue::from_str(text) {
                value.set_sensitive(true);
                headers.insert(SESSION_ID, value);
            }
        }
        Ok(headers)
    }

    async fn send(&self, request: Request<'_>) -> Result<Bytes, RestError> {
        let started = Instant::now();
        let mut result = self.send_within_limits(&request).await;
        // Nothing was done, and the cause passes by itself.
        let wait = match &result {
            Err(RestError::Contended(_)) => Some(CONTENDED_WAIT),
            Err(RestError::ClockSkew) => Some(CLOCK_SKEW_WAIT),
            _ => None,
        };
        if let Some(wait) = wait {
            tokio::time::sleep(wait).await;
            result = self.send_within_limits(&request).await;
        }
        let outcome = match &result {
            Ok(_) => "ok",
            Err(error) if error.is_transient() => "unavailable",
            Err(_) => "refused",
        };
        metrics::counter!("upstream_requests_total", "upstream" => "postgrest", "outcome" => outcome)
            .increment(1);
        metrics::histogram!("upstream_request_seconds", "upstream" => "postgrest")
            .record(started.elapsed().as_secs_f64());
        result
    }

    async fn send_within_limits(&self, request: &Request<'_>) -> Result<Bytes, RestError> {
        let _permit = tokio::time::timeout(self.permit_timeout, self.permits.acquire())
            .await
            .map_err(|_| RestError::Timeout)?
            .map_err(|_| RestError::Unavailable("shutting down".to_owned()))?;
        match self.attempt(request).await {
            // A pooled connection that the server had just closed.
            Err(error) if broke_before_response(&error) => self.attempt(request).await,
            result => result,
        }
        .map_err(|error| {
            if error.is_timeout() {
                RestError::Timeout
            } else if error.is_decode() || error.is_body() {
                RestError::BadResponse {
                    status: error.status().map_or(0, |status| status.as_u16()),
                    message: "the body broke off".to_owned(),
                }
            } else {
                RestError::Unavailable(root_cause(&error))
            }
        })
        .and_then(|(status, headers, body)| refusal::accept(status, &headers, body))
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), reqwest::Error> {
        let mut url = String::with_capacity(self.base.len() + request.path.len());
        url.push_str(&self.base);
        url.push_str(request.path);
        let mut builder = self
            .client
            .request(request.method.clone(), url)
            .headers(request.headers.clone());
        if !request.query.is_empty() {
            builder = builder.query(request.query);
        }
        if let Some(body) = &request.body {
            builder = builder
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(body.clone());
        }
        let span = ClientSpan::new(
            &request.method,
            &self.server,
            format_args!("{ROOT}{}", request.path),
        );
        let response = span.send(builder).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await;
        body.inspect_err(|_| span.failed("broken"))
            .map(|body| (status, headers, body))
    }
}

fn json(value: &impl Serialize) -> Result<Bytes, RestError> {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .map_err(|error| RestError::Invalid {
            code: "json".to_owned(),
            message: error.to_string(),
        })
}

fn parse<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, RestError> {
    serde_json::from_slice(bytes).map_err(|error| RestError::BadResponse {
        status: 200,
        message: format!("not the expected JSON: {error}"),
    })
}

/// Only a failure that surely came before the server acted, or that our idempotent functions forgive.
fn broke_before_response(error: &reqwest::Error) -> bool {
    (error.is_connect() || error.is_request()) && !error.is_timeout()
}

/// The innermost cause: it names no URL, so no query and no id.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
