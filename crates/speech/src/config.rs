//! Speech providers: addresses, timeouts, retries.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// A server that speaks OpenAI's audio API.
#[derive(Clone, Debug)]
pub struct AudioApi {
    /// Ends in a slash; `audio/speech` or `audio/transcriptions` is added.
    pub base_url: Url,
    pub api_key: Option<SecretString>,
    pub model: String,
}

/// Deepgram's streaming API (<https://developers.deepgram.com/reference/speech-to-text/listen-streaming>).
#[derive(Clone, Debug)]
pub struct DeepgramConfig {
    /// `wss://…`; ends in a slash.
    pub base_url: Url,
    pub api_key: SecretString,
    pub model: String,
}

/// Timeouts, retries and limits of a provider.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    pub connect_timeout: Duration,
    /// From the request to the first byte of audio.
    pub first_byte_timeout: Duration,
    /// From one byte of audio to the next.
    pub stall_timeout: Duration,
    /// A transcription as a whole, with its retries.
    pub timeout: Duration,
    pub max_retries: u32,
    /// Requests to a provider in flight at once.
    pub max_concurrency: usize,
    pub breaker_failures: u32,
    pub breaker_pause: Duration,
}
