//! Deepgram's streaming API (<https://developers.deepgram.com/reference/speech-to-text/listen-streaming>):
//! audio as binary frames, `Results`, `SpeechStarted` and `UtteranceEnd` back.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use reqwest::Method;
use upstream::ClientSpan;

use super::tally::Tally;
use super::{Encoding, TranscriptEvent};
use crate::DeepgramConfig;
use crate::error::{LiveError, ProviderError};

/// Deepgram closes a connection that is silent for ten seconds.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(4);
/// From the end of the audio to the last result.
const LAST_RESULT_TIMEOUT: Duration = Duration::from_secs(15);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Deserialize)]
#[serde(tag = "type")]
enum ServerMessage {
    Results {
        #[serde(default)]
        is_final: bool,
        #[serde(default)]
        start: f64,
        #[serde(default)]
        duration: f64,
        channel: Channel,
    },
    SpeechStarted {
        #[serde(default)]
        timestamp: f64,
    },
    UtteranceEnd {
        #[serde(default)]
        last_word_end: f64,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Channel {
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

#[derive(Deserialize)]
struct Alternative {
    #[serde(default)]
    transcript: String,
}

impl Channel {
    fn words(self, is_final: bool, start: f64, end: f64) -> Option<TranscriptEvent> {
        let text = self.alternatives.into_iter().next()?.transcript;
        let text = text.trim().to_owned();
        match (text.is_empty(), is_final) {
            (true, _) => None,
            (false, false) => Some(TranscriptEvent::Interim { text }),
            (false, true) => Some(TranscriptEvent::Final { text, start, end }),
        }
    }
}

/// Transcribes `audio` until its sender is dropped.
///
/// # Errors
/// The connection can't be made, is refused, or breaks; a budget did not reach for what was heard.
pub async fn run(
    config: &DeepgramConfig,
    timeout: Duration,
    encoding: Encoding,
    language: Option<&str>,
    audio: mpsc::Receiver<Bytes>,
    events: mpsc::Sender<TranscriptEvent>,
) -> Result<(), LiveError> {
    let socket = tokio::time::timeout(timeout, connect(config, encoding, language))
        .await
        .map_err(|_| ProviderError::TimedOut("the connection"))??;
    let (sink, stream) = socket.split();
    let reading = read(stream, events);
    tokio::pin!(reading);
    tokio::select! {
        // Deepgram ended it: no more audio is wanted.
        ended = &mut reading => ended,
        sent = feed(audio, sink) => {
            sent?;
            let last = tokio::time::timeout(LAST_RESULT_TIMEOUT, reading).await;
            last.map_err(|_| ProviderError::TimedOut("the last result"))?
        }
    }
}

async fn connect(
    config: &DeepgramConfig,
    encoding: Encoding,
    language: Option<&str>,
) -> Result<Socket, ProviderError> {
    let mut url = config
        .base_url
        .join("v1/listen")
        .map_err(|_| ProviderError::Unreachable)?;
    url.query_pairs_mut()
        .append_pair("model", &config.model)
        .append_pair("interim_results", "true")
        .append_pair("vad_events", "true")
        .append_pair("utterance_end_ms", "1000")
        .append_pair("smart_format", "true");
    if let Some(language) = language {
        url.query_pairs_mut().append_pair("language", language);
    }
    if let Some(rate) = encoding.sample_rate() {
        url.query_pairs_mut()
            .append_pair("encoding", "linear16")
            .append_pair("sample_rate", &rate.to_string())
            .append_pair("channels", "1");
    }
    let mut request = url
        .as_str()
        .into_client_request()
        .map_err(|_| ProviderError::Unreachable)?;
    let key = format!("Token {}", config.api_key.expose_secret());
    let mut key = HeaderValue::try_from(key).map_err(|_| ProviderError::KeyRefused)?;
    key.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, key);
    let span = ClientSpan::new(&Method::GET, &config.base_url, "/v1/listen");
    span.inject(request.headers_mut());
    let connected = connect_async(request).await;
    match &connected {
        Ok((_, response)) => span.answered(response.status()),
        Err(tungstenite::Error::Http(response)) => span.answered(response.status()),
        Err(_) => span.failed("connect"),
    }
    match connected {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => Err(match response.status().as_u16() {
            401 | 403 => ProviderError::KeyRefused,
            402 => ProviderError::NoCredit,
            429 => ProviderError::RateLimited { retry_after: None },
            status @ 400..500 => ProviderError::Refused(status),
            status => ProviderError::Status(status),
        }),
        Err(_) => Err(ProviderError::Unreachable),
    }
}

async fn feed(
    mut audio: mpsc::Receiver<Bytes>,
    mut sink: SplitSink<Socket, Message>,
) -> Result<(), ProviderError> {
    loop {
        let message = match tokio::time::timeout(KEEP_ALIVE_INTERVAL, audio.recv()).await {
            Ok(Some(chunk)) => Message::Binary(chunk),
            Ok(None) => break,
            Err(_) => Message::text(r#"{"type":"KeepAlive"}"#),
        };
        sink.send(message).await.map_err(|_| ProviderError::Cut)?;
    }
    let end = Message::text(r#"{"type":"CloseStream"}"#);
    sink.send(end).await.map_err(|_| ProviderError::Cut)
}

async fn read(
    mut stream: SplitStream<Socket>,
    events: mpsc::Sender<TranscriptEvent>,
) -> Result<(), LiveError> {
    let mut tally = Tally::new();
    // Seconds that were billed already.
    let mut billed = 0.0;
    while let Some(message) = stream.next().await {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(Some(frame))) if frame.code != 1000.into() => {
                return Err(ProviderError::Cut.into());
            }
            Ok(Message::Close(_)) => return Ok(()),
            Ok(_) => continue,
            Err(_) => return Err(ProviderError::Cut.into()),
        };
        let mut paid = Ok(());
        let event = match serde_json::from_str(&text) {
            Ok(ServerMessage::SpeechStarted { timestamp }) => {
                Some(TranscriptEvent::SpeechStarted { at: timestamp })
            }
            Ok(ServerMessage::UtteranceEnd { last_word_end }) => {
                Some(TranscriptEvent::UtteranceEnded { at: last_word_end })
            }
            Ok(ServerMessage::Results {
                is_final,
                start,
                duration,
                channel,
            }) => {
                let end = start + duration;
                // Silence is billed as well.
                let seconds = (end - billed).max(0.0);
                billed = end.max(billed);
                paid = tally.charge(seconds);
                if seconds > 0.0
                    && events
                        .send(TranscriptEvent::Billed { seconds })
                        .await
                        .is_err()
                {
                    return Ok(());
                }
                channel.words(is_final, start, end)
            }
            Ok(ServerMessage::Other) => continue,
            Err(_) => return Err(ProviderError::Unreadable.into()),
        };
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return Ok(());
        }
        // After what was heard.
        paid?;
    }
    // A connection that ends without a close frame was cut.
    Err(ProviderError::Cut.into())
}
