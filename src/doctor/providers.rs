//! Are the web search and the speech providers there, and are their keys accepted?

use std::time::Duration;

use reqwest::RequestBuilder;
use secrecy::ExposeSecret as _;
use url::Url;

use super::Check;
use crate::config::Config;
use search::{SearchError, Serper};
use speech::AudioApi;

const SEARCH: &str = "web search";
const TTS: &str = "text to speech";
const STT: &str = "speech to text";
const LIVE: &str = "live transcription";

/// What a request that costs nothing is answered: a status, if anything.
async fn asked(
    base: &Url,
    path: &str,
    with_key: impl FnOnce(RequestBuilder) -> RequestBuilder,
) -> Result<u16, ()> {
    let url = base.join(path).map_err(drop)?;
    let timeout = Duration::from_secs(10);
    let http = upstream::client(Duration::from_secs(5), timeout).map_err(drop)?;
    let response = with_key(http.get(url)).send().await.map_err(drop)?;
    Ok(response.status().as_u16())
}

fn verdict(
    check: &'static str,
    name: &str,
    base: &Url,
    variable: &str,
    asked: Result<u16, ()>,
) -> Check {
    match asked {
        Ok(200..300) => Check::ok(check, format!("{name} at {base}")),
        Ok(401 | 403) => Check::failed(
            check,
            format!("{base} refuses the API key"),
            format!("copy {variable} again"),
        ),
        Ok(404 | 405) => Check::note(
            check,
            format!("{base} does not list its models, so {name} was not tried"),
            "nothing, if it works; else the base URL should end in /v1",
        ),
        Ok(status) => Check::failed(
            check,
            format!("{base} answers {status}"),
            "check the base URL; it should end in /v1",
        ),
        Err(()) => Check::failed(
            check,
            format!("{base} can't be reached"),
            "check the base URL and the network",
        ),
    }
}

/// Text to speech, transcription, and the live provider where there is one.
pub(super) async fn speech(config: &Config) -> Vec<Check> {
    let speech = &config.speech;
    let mut checks = vec![
        audio(
            TTS,
            speech.tts.as_ref(),
            "SPEECH_TTS_API_KEY or SPEECH_API_KEY",
        )
        .await,
        audio(STT, speech.stt.as_ref(), "SPEECH_API_KEY").await,
    ];
    if let Some(deepgram) = &speech.deepgram {
        let mut base = deepgram.base_url.clone();
        let scheme = if base.scheme() == "wss" {
            "https"
        } else {
            "http"
        };
        let _same_host = base.set_scheme(scheme);
        let key = format!("Token {}", deepgram.api_key.expose_secret());
        let asked = asked(&base, "v1/projects", |request| {
            request.header("authorization", key)
        })
        .await;
        checks.push(verdict(
            LIVE,
            &deepgram.model,
            &base,
            "DEEPGRAM_API_KEY",
            asked,
        ));
    }
    checks
}

async fn audio(check: &'static str, api: Option<&AudioApi>, variable: &str) -> Check {
    let Some(api) = api else {
        return Check::note(
            check,
            "not set: browsers use their own speech",
            "set SPEECH_BASE_URL, or OPENAI_API_KEY for OpenAI's",
        );
    };
    let asked = asked(&api.base_url, "models", |request| match &api.api_key {
        Some(key) => request.bearer_auth(key.expose_secret()),
        None => request,
    })
    .await;
    verdict(check, &api.model, &api.base_url, variable, asked)
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
