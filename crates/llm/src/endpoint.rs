//! Where a provider is and how it is authorised.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use url::Url;

use crate::{LlmConfig, LlmProvider};

/// Azure's deployments want a version; its newer `/openai/v1/` paths do not.
const AZURE_API_VERSION: &str = "2024-10-21";

/// A provider's base address and the headers that every request to it has.
#[derive(Clone)]
pub(crate) struct Endpoint {
    base: Url,
    headers: HeaderMap,
}

impl Endpoint {
    /// # Errors
    /// The API key can't stand in a header.
    pub(crate) fn new(config: &LlmConfig) -> anyhow::Result<Self> {
        let azure = is_azure(&config.base_url);
        let mut headers = HeaderMap::new();
        if config.provider == LlmProvider::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        if let Some(key) = &config.api_key {
            let key = key.expose_secret();
            let (name, value) = match config.provider {
                LlmProvider::Anthropic => ("x-api-key", key.to_owned()),
                LlmProvider::OpenAi if azure => ("api-key", key.to_owned()),
                LlmProvider::OpenAi => ("authorization", format!("Bearer {key}")),
            };
            let mut value = HeaderValue::from_str(&value)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let mut base = config.base_url.clone();
        // The address of a request, pasted whole.
        for path in ["/chat/completions", "/messages"] {
            if let Some(before) = config
                .base_url
                .path()
                .trim_end_matches('/')
                .strip_suffix(path)
            {
                base.set_path(before);
            }
        }
        if azure {
            complete_azure(&mut base);
        }
        Ok(Self { base, headers })
    }

    /// The base address with more path segments; its query stays. A bare host has its API below `/v1/`, if
    /// `versioned`.
    pub(crate) fn url(&self, path: &str, versioned: bool) -> Url {
        let mut url = self.base.clone();
        if versioned && url.path() == "/" {
            url.set_path("/v1/");
        }
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }

    /// Where models are listed: on Azure, a deployment's path has no list.
    pub(crate) fn models_url(&self) -> Url {
        let mut url = self.url("models", true);
        if let Some((before, _)) = self.base.path().split_once("/deployments/") {
            url.set_path(&format!("{before}/models"));
        }
        url
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
}

fn is_azure(url: &Url) -> bool {
    url.host_str()
        .is_some_and(|host| host.ends_with(".azure.com"))
        || url.path().contains("/openai/deployments/")
        || url.query_pairs().any(|(name, _)| name == "api-version")
}

/// A resource's bare address means its `/openai/v1/`; a deployment's needs a version.
fn complete_azure(base: &mut Url) {
    if base.path() == "/" {
        base.set_path("/openai/v1/");
    }
    let versioned = base.query_pairs().any(|(name, _)| name == "api-version");
    if base.path().contains("/deployments/") && !versioned {
        base.query_pairs_mut()
            .append_pair("api-version", AZURE_API_VERSION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::config;

    fn endpoint(base: &str) -> Endpoint {
        Endpoint::new(&config(LlmProvider::OpenAi, base)).expect("a key for a header")
    }

    #[test]
    fn paths_are_added_and_queries_stay() {
        for (base, expected) in [
            (
                "https://api.openai.com/v1",
                "https://api.openai.com/v1/chat/completions",
            ),
            (
                "https://api.openai.com/v1/",
                "https://api.openai.com/v1/chat/completions",
            ),
            (
                "http://localhost:11434",
                "http://localhost:11434/v1/chat/completions",
            ),
            (
                "http://localhost:11434/v1/chat/completions/",
                "http://localhost:11434/v1/chat/completions",
            ),
            (
                "http://gateway/llm?team=7",
                "http://gateway/llm/chat/completions?team=7",
            ),
            (
                "https://me.openai.azure.com/openai/deployments/mine?api-version=2025-01-01",
                "https://me.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2025-01-01",
            ),
            (
                "https://me.openai.azure.com/openai/deployments/mine",
                "https://me.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
            ),
            (
                "https://me.openai.azure.com",
                "https://me.openai.azure.com/openai/v1/chat/completions",
            ),
        ] {
            assert_eq!(
                endpoint(base).url("chat/completions", true).as_str(),
                expected
            );
        }
    }

    #[test]
    fn azure_gets_its_own_header_and_list() {
        let azure = endpoint("http://127.0.0.1:1/openai/deployments/mine?api-version=1");
        assert_eq!(azure.headers()["api-key"], "sk-secret");
        assert!(!azure.headers().contains_key("authorization"));
        assert_eq!(
            azure.models_url().as_str(),
            "http://127.0.0.1:1/openai/models?api-version=1"
        );
        let other = endpoint("http://127.0.0.1:1/v1");
        assert_eq!(other.headers()["authorization"], "Bearer sk-secret");
    }
}
