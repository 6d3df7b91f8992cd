//! Speech tasks: text to speech, transcription of recordings, live transcription.
//!
//! Every task is a row of `speech_tasks` under the caller's rights, written before a provider is called.
//! Neither texts nor transcripts get into logs or errors.

mod error;
pub mod live;
mod synthesis;
mod tasks;
mod transcription;
mod unbound;

use std::sync::Arc;

use moka::sync::Cache;
use tokio_util::sync::CancellationToken;
use upstream::meter::{self, Resource};
use uuid::Uuid;

pub use error::SpeechError;
pub use synthesis::{SynthesisRequest, SynthesisStream};
pub use tasks::{Task, TaskStatus, TaskType, Usage, whole_seconds};
pub use transcription::Recording;

use crate::auth::Caller;
use crate::background::Background;
use crate::config::SpeechConfig;
use crate::in_flight::InFlight;
use crate::places::Places;
use crate::supabase::postgrest::PostgRest;
use speech::AudioApi;
use speech::provider::Provider;
use synthesis::CachedAudio;
use tasks::Tasks;

/// # Errors
/// Guests may not use what providers are paid for here.
pub fn permitted(resource: Resource) -> Result<(), SpeechError> {
    meter::allows(resource)
        .then_some(())
        .ok_or(SpeechError::ForUsers)
}

/// # Errors
/// As [`permitted`]; of what this process counts, nothing is left today.
pub fn affordable(resource: Resource) -> Result<(), SpeechError> {
    permitted(resource)?;
    meter::spend(resource, 1)?;
    meter::refund(resource, 1);
    Ok(())
}

/// Starts speech tasks and reads them.
pub struct Speech {
    config: SpeechConfig,
    tts: Option<Provider>,
    stt: Option<Provider>,
    tasks: Tasks,
    /// Audio by the hash of its request. Whoever asks for it brings the very text, so it gives nobody
    /// anything new.
    audio_cache: Cache<[u8; 32], Arc<CachedAudio>>,
    live_places: Places,
    /// Live transcriptions by task, one for each connection.
    live_in_flight: InFlight<Uuid, CancellationToken>,
    background: Background,
}

/// Which providers are configured and how much of them is in use.
#[derive(Clone, Debug)]
pub struct Capacity {
    pub tts_model: Option<String>,
    pub stt_model: Option<String>,
    /// The engine of live transcriptions, if there is one.
    pub live: Option<&'static str>,
    /// Requests to providers in flight.
    pub in_flight: usize,
    /// Live transcriptions in flight.
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
            audio_cache: Cache::builder()
                .max_capacity(config.cache_bytes)
                .weigher(|_, audio: &Arc<CachedAudio>| audio.weight())
                .build(),
            live_places: Places::new(config.max_streams),
            live_in_flight: InFlight::default(),
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
            streams: self.live_places.taken(),
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
