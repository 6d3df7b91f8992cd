//! Web search by Serper (<https://serper.dev>): `POST /search`, `X-API-KEY`, `{q, num}` →
//! `{organic: [{title, link, snippet, position}]}`.

use std::time::Duration;

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use upstream::ClientSpan;
use upstream::meter::{self, OverBudget, Resource};
use url::Url;

/// Results asked for.
const RESULTS: u32 = 8;
/// Longest title or snippet, in characters; longer ones are cut.
const MAX_TEXT: usize = 400;

/// One result, as found. Text from the web: data to show, never to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub title: String,
    pub link: String,
    pub snippet: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search key is refused")]
    KeyRefused,
    #[error("the search service answered {0}")]
    Status(u16),
    #[error("the search service can't be reached: {0}")]
    Transport(String),
    #[error("the search service's response can't be read")]
    Unreadable,
    /// Whoever pays has used up the day's budget.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
}

/// Web search for learning resources.
#[derive(Clone, Debug)]
pub struct SearchConfig {
    pub api_key: Option<SecretString>,
    /// Ends in a slash.
    pub base_url: Url,
    pub timeout: Duration,
}

pub struct Serper {
    http: reqwest::Client,
    endpoint: Url,
    key: SecretString,
}

#[derive(Serialize)]
struct Query<'a> {
    q: &'a str,
    num: u32,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    organic: Vec<Organic>,
}

#[derive(Deserialize)]
struct Organic {
    #[serde(default)]
    title: String,
    link: String,
    #[serde(default)]
    snippet: String,
}

impl Serper {
    /// `None` when no key is configured.
    ///
    /// # Errors
    /// The TLS backend can't be initialised.
    pub fn new(config: &SearchConfig) -> anyhow::Result<Option<Self>> {
        let Some(key) = config.api_key.clone() else {
            return Ok(None);
        };
        Ok(Some(Self {
            http: upstream::client(Duration::from_secs(3), config.timeout)?,
            endpoint: config.base_url.join("search")?,
            key,
        }))
    }

    /// The first results for `query`; retried once when the service is busy or broken.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub async fn search(&self, query: &str) -> Result<Vec<Found>, SearchError> {
        match self.request(query).await {
            Err(SearchError::Status(429 | 500..) | SearchError::Transport(_)) => {
                tokio::time::sleep(Duration::from_millis(300)).await;
                self.request(query).await
            }
            result => result,
        }
    }

    async fn request(&self, query: &str) -> Result<Vec<Found>, SearchError> {
        meter::spend(Resource::Searches, 1)?;
        // The error's own text could hold the address; its kind is enough.
        let transport = |error: reqwest::Error| {
            SearchError::Transport(
                if error.is_timeout() {
                    "timed out"
                } else {
                    "no connection"
                }
                .into(),
            )
        };
        let request = self
            .http
            .post(self.endpoint.clone())
            .header("x-api-key", self.key.expose_secret())
            .json(&Query {
                q: query,
                num: RESULTS,
            });
        let span = ClientSpan::new(&Method::POST, &self.endpoint, "/search");
        let response = span.send(request).await.map_err(transport)?;
        match response.status().as_u16() {
            200 => {}
            401 | 403 => return Err(SearchError::KeyRefused),
            status => return Err(SearchError::Status(status)),
        }
        let body = response.bytes().await.map_err(transport)?;
        let results: Results =
            serde_json::from_slice(&body).map_err(|_| SearchError::Unreadable)?;
        Ok(results
            .organic
            .into_iter()
            .map(|organic| Found {
                title: shortened(organic.title),
                link: organic.link,
                snippet: shortened(organic.snippet),
            })
            .collect())
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
