//! Are the language model and the web search there, and are their keys accepted?

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::Check;
use crate::config::{Config, LlmConfig, LlmProvider};
use crate::search::{SearchError, Serper};

const MODEL: &str = "language model";
const SEARCH: &str = "web search";

/// Asks for the list of models, which costs nothing: `GET /models` with both providers.
pub(super) async fn language_model(config: &Config) -> Check {
    let Some(llm) = &config.llm else {
        return Check::note(
            MODEL,
            "the built-in offline interviewer and coach",
            "set OPENAI_API_KEY or ANTHROPIC_API_KEY, or OPENAI_BASE_URL for a server of your own",
        );
    };
    let name = format!("{}/{}", llm.provider.name(), llm.model);
    match models(llm).await {
        Ok(200..300) => Check::ok(MODEL, format!("{name} at {}", llm.base_url)),
        Ok(401 | 403) => Check::failed(
            MODEL,
            format!("{} refuses the API key", llm.base_url),
            match llm.provider {
                LlmProvider::OpenAi => "copy OPENAI_API_KEY again",
                LlmProvider::Anthropic => "copy ANTHROPIC_API_KEY again",
            },
        ),
        Ok(404 | 405) => Check::note(
            MODEL,
            format!(
                "{} does not list its models, so {name} was not tried",
                llm.base_url
            ),
            "nothing, if interviews work; else the base URL should end in /v1",
        ),
        Ok(status) => Check::failed(
            MODEL,
            format!("{} answers {status}", llm.base_url),
            "check the base URL; it should end in /v1",
        ),
        Err(()) => Check::failed(
            MODEL,
            format!("{} can't be reached", llm.base_url),
            "check the base URL and the network",
        ),
    }
}

async fn models(llm: &LlmConfig) -> Result<u16, ()> {
    let url = llm.base_url.join("models").map_err(drop)?;
    let http = crate::http::client(llm.connect_timeout, Duration::from_secs(10)).map_err(drop)?;
    let mut request = http.get(url);
    if let Some(key) = &llm.api_key {
        request = match llm.provider {
            LlmProvider::OpenAi => request.bearer_auth(key.expose_secret()),
            LlmProvider::Anthropic => request
                .header("x-api-key", key.expose_secret())
                .header("anthropic-version", "2023-06-01"),
        };
    }
    let response = request.send().await.map_err(drop)?;
    Ok(response.status().as_u16())
}

/// Makes one search.
pub(super) async fn web_search(config: &Config) -> Check {
    let search = match Serper::new(&config.search) {
        Ok(Some(search)) => search,
        Ok(None) => {
            return Check::note(
                SEARCH,
                "not set: reports recommend from the built-in list",
                "set SERPER_API_KEY to have the web searched",
            );
        }
        Err(error) => {
            return Check::failed(SEARCH, format!("{error:#}"), "check SERPER_BASE_URL");
        }
    };
    match search.search("interview practice").await {
        Ok(found) => Check::ok(SEARCH, format!("{} results", found.len())),
        Err(SearchError::KeyRefused) => {
            Check::failed(SEARCH, "the key is refused", "copy SERPER_API_KEY again")
        }
        Err(error) => Check::failed(
            SEARCH,
            error.to_string(),
            "check SERPER_BASE_URL and the network",
        ),
    }
}
