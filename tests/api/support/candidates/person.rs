//! Somebody who uses the service, at whichever instance a load balancer picks.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::Fleet;
use crate::support::{Answer, Client};

/// How a request is repeated, after the web app's `retry.ts`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Without an answer for so long, a request counts as lost.
    pub timeout: Duration,
    pub first_wait: Duration,
    pub factor: u32,
    /// No wait is longer, whatever the service asks for.
    pub longest_wait: Duration,
    pub tries: u32,
    /// From the first request to the last.
    pub series: Duration,
}

impl Patience {
    /// As the web app waits.
    pub(crate) const WEB_APP: Self = Self {
        timeout: Duration::from_secs(90),
        first_wait: Duration::from_secs(1),
        factor: 3,
        longest_wait: Duration::from_secs(60),
        tries: 5,
        series: Duration::from_secs(120),
    };
    /// Somebody who presses the button again and again, so that a short run has many repeats.
    pub(crate) const HASTY: Self = Self {
        timeout: Duration::from_secs(6),
        first_wait: Duration::from_millis(100),
        factor: 2,
        longest_wait: Duration::from_secs(1),
        tries: u32::MAX,
        series: Duration::from_secs(180),
    };
}

#[derive(Clone)]
pub(crate) struct Person {
    client: Client,
    /// Their own, as a proxy in front of the service would tell it.
    address: Ipv4Addr,
    fleet: Arc<Fleet>,
    patience: Patience,
}

impl Person {
    /// `client` says who they are, `number` which address is theirs.
    pub(crate) fn new(client: Client, number: u32, fleet: Arc<Fleet>, patience: Patience) -> Self {
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + number);
        Self {
            client,
            address,
            fleet,
            patience,
        }
    }

    /// A request to the instance whose turn it is.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        session: Option<Uuid>,
    ) -> RequestBuilder {
        let client = self.client.at(&self.fleet.url(session));
        let request = client
            .request(method, path)
            .header("x-forwarded-for", self.address.to_string());
        match session {
            Some(id) => request.header("x-session-id", id.to_string()),
            None => request,
        }
    }

    /// One request; `None` when no whole answer came in time.
    pub(crate) async fn ask_once(
        &self,
        request: RequestBuilder,
        timeout: Duration,
    ) -> Option<Answer> {
        tokio::time::timeout(timeout, Answer::try_of(request))
            .await
            .ok()?
            .ok()
    }

    /// Repeats a request until it succeeds or is refused for good.
    ///
    /// # Errors
    /// What came last, when patience ran out.
    pub(crate) async fn ask(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, Failure> {
        let patience = self.patience;
        let end = Instant::now() + patience.series;
        let mut delay = patience.first_wait;
        for attempt in 1.. {
            let answer = self.ask_once(request(), patience.timeout).await;
            if let Some(answer) = answer.as_ref().filter(|answer| !is_retryable(answer)) {
                return Ok(answer.clone());
            }
            let asked_for = answer.as_ref().and_then(retry_after);
            let wait = asked_for.unwrap_or(delay).min(patience.longest_wait);
            if attempt >= patience.tries || Instant::now() + wait > end {
                return Err(Failure::of(answer.as_ref()));
            }
            tokio::time::sleep(wait).await;
            delay = (delay * patience.factor).min(patience.longest_wait);
        }
        unreachable!("a series of tries ends")
    }

    /// A new session whose interview has started, and the introduction.
    ///
    /// # Errors
    /// The answer that prevented it.
    pub(crate) async fn begin(&self, config: &Value) -> Result<(Uuid, Value), Failure> {
        let made = self
            .ask(|| {
                self.request(Method::POST, "/agent/create_session", None)
                    .json(config)
            })
            .await?;
        let Some(session) = made.body["session_id"]
            .as_str()
            .and_then(|id| id.parse().ok())
        else {
            return Err(Failure::of(Some(&made)));
        };
        let started = self.act("/agent/start_interview", session).await?;
        match started.status.as_u16() {
            200 => Ok((session, started.body)),
            _ => Err(Failure::of(Some(&started))),
        }
    }

    /// A POST about a session that needs no body.
    ///
    /// # Errors
    /// As [`Person::ask`].
    pub(crate) async fn act(&self, path: &str, session: Uuid) -> Result<Answer, Failure> {
        self.ask(|| {
            self.request(Method::POST, path, Some(session))
                .json(&json!({}))
        })
        .await
    }

    /// A GET about a session.
    ///
    /// # Errors
    /// As [`Person::ask`].
    pub(crate) async fn read(&self, path: &str, session: Uuid) -> Result<Answer, Failure> {
        self.ask(|| self.request(Method::GET, path, Some(session)))
            .await
    }

    /// A message under its idempotency key.
    pub(crate) fn message(&self, session: Uuid, key: &str, text: &str) -> RequestBuilder {
        self.request(Method::POST, "/agent/send_message", Some(session))
            .header("idempotency-key", key)
            .json(&json!({"message": text}))
    }
}

/// Status and code of the answer that was the last, or that there was none.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn of(answer: Option<&Answer>) -> Self {
        Self(answer.map_or("no answer".to_owned(), |answer| {
            format!("{} {}", answer.status.as_u16(), answer.code())
        }))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a failure may pass, as the web app decides it.
fn is_retryable(answer: &Answer) -> bool {
    if answer.status.is_success() {
        return false;
    }
    let told = answer.body["retryable"].as_bool();
    told.unwrap_or(answer.status.is_server_error())
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds = answer
        .headers
        .get("retry-after")?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds)).filter(|wait| !wait.is_zero())
}
