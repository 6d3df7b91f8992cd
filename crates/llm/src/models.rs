//! Which models a server has, and which one is taken when none is named.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::error::LlmError;
use crate::refusal::Refusal;
use crate::{LlmConfig, LlmProvider};

/// How long the list is waited for.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Small current models, the best first. Looked up in the providers' pages on deprecations in 2026.
const OPENAI: [&str; 4] = ["gpt-5.4-mini", "gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini"];
const ANTHROPIC: [&str; 3] = [
    "claude-haiku-4-5",
    "claude-sonnet-4-5",
    "claude-3-5-haiku-latest",
];
/// Parts of names of models that hold no conversation.
const NO_CHAT: [&str; 20] = [
    "embed",
    "bge-",
    "minilm",
    "guard",
    "search",
    "ocr",
    "sora",
    "veo-",
    "computer-use",
    "whisper",
    "tts",
    "dall-e",
    "image",
    "audio",
    "realtime",
    "moderation",
    "rerank",
    "transcribe",
    "davinci",
    "babbage",
];

/// A model that a server lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    /// Its window, where the server tells.
    pub context_tokens: Option<u32>,
    pub owner: Option<String>,
}

/// The models that the server lists, which costs nothing.
///
/// # Errors
/// It can't be reached, refuses, or lists none.
pub async fn list(config: &LlmConfig) -> Result<Vec<ModelInfo>, LlmError> {
    let http = crate::http(config).map_err(|_| LlmError::Unreachable)?;
    let endpoint = Endpoint::new(config).map_err(|_| LlmError::Unreachable)?;
    let asked = http
        .get(endpoint.models_url())
        .headers(endpoint.headers())
        .timeout(TIMEOUT)
        .send();
    let response = asked.await.map_err(|_| LlmError::Unreachable)?;
    let status = response.status();
    let body = response.text().await.map_err(|_| LlmError::Cut)?;
    if status != StatusCode::OK {
        let refusal = Refusal::of_response(status.as_u16(), &HeaderMap::new(), &body);
        let key = config.api_key.as_ref().map(|key| key.expose_secret());
        return Err(refusal.meaning(&[], key));
    }
    let body: Value = serde_json::from_str(&body).map_err(|_| LlmError::Unreadable)?;
    let models = [&body["data"], &body["models"], &body]
        .into_iter()
        .find_map(Value::as_array)
        .ok_or(LlmError::Unreadable)?;
    Ok(models.iter().filter_map(model).collect())
}

fn model(told: &Value) -> Option<ModelInfo> {
    let id = told["id"].as_str().or_else(|| told["name"].as_str())?;
    let meta = &told["meta"];
    // As vLLM, llama.cpp, OpenRouter and LiteLLM, Groq, Mistral and LM Studio, and Anthropic name it; a window
    // that is loaded counts more than the one the model was trained for.
    let context = [
        &told["max_model_len"],
        &meta["n_ctx"],
        &told["loaded_context_length"],
        &told["context_length"],
        &told["context_window"],
        &told["max_context_length"],
        &told["max_input_tokens"],
        &meta["n_ctx_train"],
    ];
    let tokens = context.into_iter().find_map(Value::as_u64);
    Some(ModelInfo {
        id: id.to_owned(),
        context_tokens: tokens.and_then(|tokens| u32::try_from(tokens).ok()),
        owner: told["owned_by"].as_str().map(str::to_owned),
    })
}

/// The model to take when none is named: the most preferred that is listed, else the first that can hold a
/// conversation; the most preferred when nothing is listed.
pub fn preferred(provider: LlmProvider, listed: &[ModelInfo]) -> String {
    let preferences: &[&str] = match provider {
        LlmProvider::OpenAi => &OPENAI,
        LlmProvider::Anthropic => &ANTHROPIC,
    };
    let is = |listed: &ModelInfo, name: &str| {
        // Listed with the date of its release, or with the path of a gateway.
        let id = listed.id.rsplit('/').next().unwrap_or(&listed.id);
        id == name || id.strip_prefix(name).is_some_and(is_date)
    };
    let wanted = preferences
        .iter()
        .find_map(|name| listed.iter().find(|model| is(model, name)));
    let chats = |model: &&ModelInfo| {
        let id = model.id.to_lowercase();
        !NO_CHAT.iter().any(|part| id.contains(part))
    };
    wanted
        .or_else(|| listed.iter().find(chats))
        .map_or_else(|| preferences[0].to_owned(), |model| model.id.clone())
}

fn is_date(rest: &str) -> bool {
    rest.starts_with('-') && rest.chars().all(|c| c == '-' || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(ids: &[&str]) -> Vec<ModelInfo> {
        let models = ids.iter().map(|id| model(&json!({"id": id})));
        models.map(|model| model.expect("a model")).collect()
    }

    #[test]
    fn the_most_preferred_listed_model_is_taken() {
        let of = |ids: &[&str]| preferred(LlmProvider::OpenAi, &listed(ids));
        assert_eq!(
            of(&["gpt-4o-mini", "gpt-5-mini", "whisper-1"]),
            "gpt-5-mini"
        );
        assert_eq!(of(&["openai/gpt-4.1-mini"]), "openai/gpt-4.1-mini");
        for other in [
            "nomic-embed-text",
            "Qwen3-Embedding-8B",
            "bge-m3",
            "llama-guard-4",
        ] {
            assert_eq!(of(&[other, "Qwen3-8B-Instruct"]), "Qwen3-8B-Instruct");
        }
        assert_eq!(
            of(&["gpt-4o-mini-transcribe", "gpt-4.1-mini-2025-04-14"]),
            "gpt-4.1-mini-2025-04-14"
        );
        assert_eq!(of(&[]), OPENAI[0]);
        let dated = listed(&["claude-haiku-4-5-20251001"]);
        assert_eq!(
            preferred(LlmProvider::Anthropic, &dated),
            "claude-haiku-4-5-20251001"
        );
    }

    #[test]
    fn windows_are_read_as_servers_tell_them() {
        for told in [
            json!({"id": "m", "max_model_len": 8192}),
            json!({"id": "m", "meta": {"n_ctx": 8192, "n_ctx_train": 32768}}),
            json!({"id": "m", "context_length": 8192}),
        ] {
            let model = model(&told).expect("a model");
            assert_eq!(model.context_tokens, Some(8_192), "{told}");
        }
    }
}
