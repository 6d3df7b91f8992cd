//! GoTrue: accounts and tokens.
//!
//! Source: <https://supabase.com/docs/reference/self-hosting-auth> and the exchanges under
//! `tests/recordings`.

mod account;
mod error;
mod jwks;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tracing::Instrument as _;
use upstream::ClientSpan;
use url::Url;
use uuid::Uuid;

pub use account::{SignUp, Tokens, User, UserChange};
pub use error::GoTrueError;
pub use jwks::KeySet;

use super::keys::ApiKey;
use super::postgrest::root_cause;
use crate::config::SupabaseConfig;
use crate::in_flight::{Entered, InFlight};

/// How often a refresh that meets another one with the same token is repeated; a little later each time.
const REFRESH_CONFLICTS: u32 = 5;
const REFRESH_WAIT: Duration = Duration::from_millis(60);
/// What a request's path begins with.
const ROOT: &str = "/auth/v1";
const APIKEY: HeaderName = HeaderName::from_static("apikey");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("sb-forwarded-for");

/// Client of `/auth/v1`.
pub struct GoTrue {
    server: Url,
    base: String,
    anon_key: ApiKey,
    service_key: Option<ApiKey>,
    /// Whether each client's address is forwarded to GoTrue, which needs the secret key.
    forwards_address: bool,
    client: Client,
    /// By refresh token.
    refreshes: InFlight<String, Refreshed>,
}

/// What came of a refresh, for all who asked for it.
type Refreshed = Arc<OnceLock<Result<Tokens, GoTrueError>>>;

struct Call<'a> {
    method: Method,
    path: &'a str,
    body: Option<Value>,
    access_token: Option<&'a str>,
    /// The client on whose behalf this is, for GoTrue's limits.
    from: Option<IpAddr>,
}

impl<'a> Call<'a> {
    fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            access_token: None,
            from: None,
        }
    }

    fn post(path: &'a str, body: Value, from: IpAddr) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            from: Some(from),
            ..Self::get(path)
        }
    }

    fn with_token(mut self, access_token: &'a str) -> Self {
        self.access_token = Some(access_token);
        self
    }
}

impl GoTrue {
    /// # Errors
    /// A key that no header can carry, or no TLS backend.
    pub fn new(config: &SupabaseConfig) -> anyhow::Result<Self> {
        let service_key = config.service_key.as_ref().map(ApiKey::new).transpose()?;
        Ok(Self {
            server: config.url.clone(),
            base: format!("{}{ROOT}", config.url.as_str().trim_end_matches('/')),
            anon_key: ApiKey::new(&config.anon_key)?,
            forwards_address: config.forward_client_ip && service_key.is_some(),
            service_key,
            client: upstream::client(config.connect_timeout, config.request_timeout)?,
            refreshes: InFlight::default(),
        })
    }

    /// Registers. `name` becomes `user_metadata.name`.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn sign_up(
        &self,
        email: &str,
        password: &str,
        name: &str,
        from: IpAddr,
    ) -> Result<SignUp, GoTrueError> {
        let body = json!({"email": email, "password": password, "data": {"name": name}});
        let bytes = self.send(Call::post("/signup", body, from)).await?;
        let answer: Value = parse(&bytes)?;
        if answer.get("access_token").is_none() {
            return Ok(SignUp::ConfirmationPending);
        }
        parse(&bytes).map(|tokens| SignUp::Session(Box::new(tokens)))
    }

    /// # Errors
    /// See [`GoTrueError`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<Tokens, GoTrueError> {
        let body = json!({"email": email, "password": password});
        parse(
            &self
                .send(Call::post("/token?grant_type=password", body, from))
                .await?,
        )
    }

    /// Exchanges a refresh token. Requests with one token share one exchange: of many at once GoTrue lets only a few
    /// pass, and it answers all of these with the same successor. The exchange outlives whoever asked for it, so that
    /// the successor is not lost with a connection.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn refresh(
        self: &Arc<Self>,
        refresh_token: &str,
        from: IpAddr,
    ) -> Result<Tokens, GoTrueError> {
        let entered = self.refreshes.join_or_start(
            refresh_token.to_owned(),
            |running| Some(running.clone()),
            Refreshed::default,
        );
        let running = match entered {
            Entered::Joined(running) => running,
            Entered::Started(guard, running) => {
                let (gotrue, token) = (Arc::clone(self), refresh_token.to_owned());
                let exchanged = Arc::clone(&running.value);
                let exchange = async move {
                    let tokens = gotrue.exchange_refresh_token(&token, from).await;
                    exchanged.get_or_init(|| tokens);
                    drop(guard);
                };
                tokio::spawn(exchange.in_current_span());
                running
            }
        };
        running.finished().await;
        // Nothing only when the exchange panicked.
        let exchanged = running.value.get().cloned();
        exchanged.unwrap_or_else(|| Err(GoTrueError::Unavailable("the exchange was lost".into())))
    }

    async fn exchange_refresh_token(
        &self,
        refresh_token: &str,
        from: IpAddr,
    ) -> Result<Tokens, GoTrueError> {
        let body = json!({"refresh_token": refresh_token});
        let mut conflicts = 0;
        loop {
            let call = Call::post("/token?grant_type=refresh_token", body.clone(), from);
            match self.send(call).await {
                // Another instance refreshes with the same token: soon its successor is there for both.
                Err(GoTrueError::Conflict) if conflicts < REFRESH_CONFLICTS => {
                    conflicts += 1;
                    tokio::time::sleep(REFRESH_WAIT * conflicts).await;
                }
                // What is no token at all was never one of GoTrue's.
                Err(GoTrueError::Refused { code, .. }) if code == "validation_failed" => {
                    return Err(GoTrueError::RefreshTokenNotFound);
                }
                answer => return parse(&answer?),
            }
        }
    }

    /// Whom the token is for, after GoTrue has checked that its session is not over.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn user(&self, access_token: &str) -> Result<User, GoTrueError> {
        parse(
            &self
                .send(Call::get("/user").with_token(access_token))
                .await?,
        )
    }

    /// Changes the user's metadata or password.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn update_user(
        &self,
        access_token: &str,
        change: UserChange<'_>,
        from: IpAddr,
    ) -> Result<User, GoTrueError> {
        let body = match change {
            UserChange::Name(name) => json!({"data": {"name": name}}),
            UserChange::Password(password) => json!({"password": password}),
        };
        let call = Call {
            method: Method::PUT,
            ..Call::post("/user", body, from).with_token(access_token)
        };
        parse(&self.send(call).await?)
    }

    /// Ends the token's session; its refresh token is worth nothing afterwards.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn sign_out(&self, access_token: &str, from: IpAddr) -> Result<(), GoTrueError> {
        let call = Call {
            body: None,
            ..Call::post("/logout?scope=local", Value::Null, from).with_token(access_token)
        };
        self.send(call).await.map(drop)
    }

    /// Sends a recovery e-mail if the address is known; nobody learns whether it is.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn recover(&self, email: &str, from: IpAddr) -> Result<(), GoTrueError> {
        self.send(Call::post("/recover", json!({"email": email}), from))
            .await
            .map(drop)
    }

    /// # Errors
    /// See [`GoTrueError`].
    pub async fn health(&self) -> Result<(), GoTrueError> {
        self.send(Call::get("/health")).await.map(drop)
    }

    /// # Errors
    /// See [`GoTrueError`].
    pub async fn settings(&self) -> Result<Value, GoTrueError> {
        parse(&self.send(Call::get("/settings")).await?)
    }

    /// The project's public signing keys; none for a project with a secret alone.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn signing_keys(&self) -> Result<KeySet, GoTrueError> {
        let (headers, body) = self.exchange(Call::get("/.well-known/jwks.json")).await?;
        Ok(KeySet {
            keys: jwks::usable_keys(parse(&body)?),
            max_age: jwks::max_age(&headers),
        })
    }

    /// Deletes an account, with the service key.
    ///
    /// # Errors
    /// See [`GoTrueError`].
    pub async fn delete_user(&self, user: Uuid) -> Result<(), GoTrueError> {
        let key = self.service_key.as_ref().ok_or(GoTrueError::NoServiceKey)?;
        let mut headers = HeaderMap::new();
        headers.insert(APIKEY, key.header());
        if let Some(bearer) = key.bearer() {
            headers.insert(AUTHORIZATION, bearer);
        }
        let path = format!("/admin/users/{user}");
        let request = self
            .client
            .delete(format!("{}{path}", self.base))
            .headers(headers);
        let span = self.span(&Method::DELETE, "/admin/users/{id}");
        finish(request, &span).await.map(drop)
    }

    /// `path` may have a query, which the span has not.
    fn span(&self, method: &Method, path: &str) -> ClientSpan {
        let route = path.split('?').next().unwrap_or_default();
        ClientSpan::new(method, &self.server, format_args!("{ROOT}{route}"))
    }

    async fn send(&self, call: Call<'_>) -> Result<Bytes, GoTrueError> {
        self.exchange(call).await.map(|(_, bytes)| bytes)
    }

    async fn exchange(&self, call: Call<'_>) -> Result<(HeaderMap, Bytes), GoTrueError> {
        let mut headers = HeaderMap::new();
        match (&self.service_key, call.from) {
            (Some(secret), Some(from)) if self.forwards_address => {
                headers.insert(APIKEY, secret.header());
                if let Ok(value) = HeaderValue::from_str(&from.to_string()) {
                    headers.insert(FORWARDED_FOR, value);
                }
            }
            _ => {
                headers.insert(APIKEY, self.anon_key.header());
            }
        }
        if let Some(token) = call.access_token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| GoTrueError::TokenRejected)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let request = || {
            let request = self
                .client
                .request(call.method.clone(), format!("{}{}", self.base, call.path))
                .headers(headers.clone());
            match &call.body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        let span = || self.span(&call.method, call.path);
        match finish(request(), &span()).await {
            // Reading twice harms nobody.
            Err(GoTrueError::Unavailable(_)) if call.method == Method::GET => {
                finish(request(), &span()).await
            }
            result => result,
        }
    }
}

async fn finish(
    request: RequestBuilder,
    span: &ClientSpan,
) -> Result<(HeaderMap, Bytes), GoTrueError> {
    let started = Instant::now();
    let result = exchange(request, span).await;
    let outcome = match &result {
        Ok(_) => "ok",
        Err(error) if error.is_outage() => "unavailable",
        Err(_) => "refused",
    };
    metrics::counter!("upstream_requests_total", "upstream" => "gotrue", "outcome" => outcome)
        .increment(1);
    metrics::histogram!("upstream_request_seconds", "upstream" => "gotrue")
        .record(started.elapsed().as_secs_f64());
    result
}

async fn exchange(
    request: RequestBuilder,
    span: &ClientSpan,
) -> Result<(HeaderMap, Bytes), GoTrueError> {
    let failed = |error: reqwest::Error| {
        if error.is_timeout() {
            GoTrueError::Timeout
        } else if error.is_decode() || error.is_body() {
            GoTrueError::BadResponse {
                status: 0,
                message: "the body broke off".to_owned(),
            }
        } else {
            GoTrueError::Unavailable(root_cause(&error))
        }
    };
    let response = span.send(request).await.map_err(failed)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await;
    let body = body
        .inspect_err(|_| span.failed("broken"))
        .map_err(failed)?;
    if status.is_success() {
        return Ok((headers, body));
    }
    let retry_after = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    Err(GoTrueError::of_response(status, &body, retry_after))
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &Bytes) -> Result<T, GoTrueError> {
    serde_json::from_slice(bytes).map_err(|error| GoTrueError::BadResponse {
        status: 200,
        // The position alone: the text could hold a token.
        message: format!("not the expected JSON, column {}", error.column()),
    })
}
