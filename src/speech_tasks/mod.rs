//! Speech: text to speech, transcription of recordings and of live sound, by providers.
//!
//! Every piece of work is a row of `speech_tasks` under the caller's rights, written before a provider is
//! asked. Neither texts nor transcripts get into logs or errors.

mod batch;
mod error;
pub mod live;
mod ongoing;
mod synthesis;
mod tasks;

use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use batch::Recording;
pub use error::SpeechError;
pub use synthesis::{SpeakRequest, Spoken};
pub use tasks::{Task, TaskStatus, TaskType, Usage};

use crate::auth::Caller;
use crate::background::Background;
use crate::config::SpeechConfig;
use crate::supabase::postgrest::PostgRest;
use ongoing::Ongoing;
use speech::AudioApi;
use speech::provider::Provider;
use synthesis::Recorded;
use tasks::Tasks;

/// Everything about speech.
pub struct Speech {
    config: SpeechConfig,
    tts: Option<Provider>,
    stt: Option<Provider>,
    tasks: Tasks,
    /// Audio that was made before, by what was asked for. Whoever asks for it brings the very text, so it
    /// tells nobody anything.
    recorded: Cache<[u8; 32], Arc<Recorded>>,
    /// Places for live transcriptions.
    streams: Arc<Semaphore>,
    ongoing: Ongoing,
    background: Background,
}

/// What is there and how much of it is in use.
#[derive(Clone, Debug)]
pub struct Capacity {
    pub tts_model: Option<String>,
    pub stt_model: Option<String>,
    /// How live sound is transcribed, if at all.
    pub live: Option<&'static str>,
    pub in_flight: usize,
    pub streams: usize,
}

impl Speech {
    /// # Errors
    /// The TLS backend can't be initialised.
    pub fn new(
        config: &SpeechConfig,
        rest: Arc<PostgRest>,
        background: Background,
    ) -> anyhow::Result<Arc<Self>> {
        let provider = |name, api: &Option<AudioApi>| {
            api.clone()
                .map(|api| Provider::new(name, api, &config.provider))
                .transpose()
        };
        Ok(Arc::new(Self {
            tts: provider("text_to_speech", &config.tts)?,
            stt: provider("speech_to_text", &config.stt)?,
            tasks: Tasks::new(rest, config),
            recorded: Cache::builder()
                .max_capacity(config.cache_bytes)
                .weigher(|_, audio: &Arc<Recorded>| audio.weight())
                .build(),
            streams: Arc::new(Semaphore::new(config.max_streams)),
            ongoing: Ongoing::default(),
            config: config.clone(),
            background,
        }))
    }

    pub fn config(&self) -> &SpeechConfig {
        &self.config
    }

    pub fn capacity(&self) -> Capacity {
        let in_flight =
            |provider: &Option<Provider>| provider.as_ref().map_or(0, Provider::in_flight);
        let model = |provider: &Option<Provider>| {
            provider
                .as_ref()
                .map(|provider| provider.model().to_owned())
        };
        Capacity {
            tts_model: model(&self.tts),
            stt_model: model(&self.stt),
            live: match (&self.config.deepgram, &self.stt) {
                (Some(_), _) => Some("deepgram"),
                (None, Some(_)) => Some("utterances"),
                (None, None) => None,
            },
            in_flight: in_flight(&self.tts) + in_flight(&self.stt),
            streams: self
                .config
                .max_streams
                .saturating_sub(self.streams.available_permits()),
        }
    }

    /// What the caller used today (UTC).
    ///
    /// # Errors
    /// Upstream failures.
    pub async fn usage(
        &self,
        caller: &Caller,
        session_id: Option<Uuid>,
    ) -> Result<Usage, SpeechError> {
        let identity = caller.identity(session_id);
        self.tasks.usage(&identity).await
    }
}
