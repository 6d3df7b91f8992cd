//! Speech: who speaks, who listens, and how much.

use std::time::Duration;

use speech::{AudioApi, DeepgramConfig, ProviderConfig};
use url::Url;

use super::environment::Environment;

#[derive(Clone, Debug)]
pub struct SpeechConfig {
    /// Text to speech; `None`: there is none.
    pub tts: Option<AudioApi>,
    /// Speech to text of whole recordings; `None`: there is none.
    pub stt: Option<AudioApi>,
    /// Live transcription; without it, recordings are cut at silence and go to `stt`.
    pub deepgram: Option<DeepgramConfig>,
    /// The voice when a request names none.
    pub voice: String,
    /// Voices that users may choose from, with `voice` first; empty where there is nothing to choose.
    pub voices: Vec<String>,
    pub provider: ProviderConfig,
    /// Live transcriptions at once.
    pub max_streams: usize,
    /// Longest text that is spoken, in characters.
    pub max_characters: usize,
    /// Longest text that the provider takes in one request, in characters.
    pub segment_characters: usize,
    /// Largest recording, in bytes.
    pub max_audio_bytes: u64,
    /// Longest recording.
    pub max_audio: Duration,
    /// Longest live transcription over one connection.
    pub max_stream: Duration,
    /// A live transcription without audio for so long ends.
    pub stream_idle: Duration,
    /// How long a task counts as worked on without a sign of life.
    pub lease: Duration,
    /// A user's, or a guest's session's, in a day (UTC).
    pub characters_per_day: u64,
    pub seconds_per_day: u32,
    pub cache_bytes: u64,
}

const OPENAI: &str = "https://api.openai.com/v1/";
/// Those that every model of OpenAI's has (platform.openai.com/docs/guides/text-to-speech).
const OPENAI_VOICES: &str = "alloy,ash,coral,echo,fable,nova,onyx,sage,shimmer";

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub(super) fn speech(&mut self) -> SpeechConfig {
        let (tts, stt) = self.audio_apis();
        let deepgram = self
            .secret(&["DEEPGRAM_API_KEY"])
            .map(|api_key| DeepgramConfig {
                base_url: self.socket_url("DEEPGRAM_BASE_URL", "wss://api.deepgram.com/"),
                api_key,
                model: self
                    .text("DEEPGRAM_MODEL")
                    .unwrap_or_else(|| "nova-3".to_owned()),
            });
        let voice = self
            .text("SPEECH_VOICE")
            .unwrap_or_else(|| "alloy".to_owned());
        let voices = self.voices(tts.as_ref(), &voice);
        SpeechConfig {
            tts,
            stt,
            deepgram,
            voice,
            voices,
            provider: ProviderConfig {
                connect_timeout: self.seconds("SPEECH_CONNECT_TIMEOUT_SECONDS", 5.0),
                first_byte_timeout: self.seconds("SPEECH_FIRST_BYTE_TIMEOUT_SECONDS", 20.0),
                stall_timeout: self.seconds("SPEECH_STALL_TIMEOUT_SECONDS", 15.0),
                timeout: self.seconds("SPEECH_TIMEOUT_SECONDS", 180.0),
                max_retries: self.at_least("SPEECH_MAX_RETRIES", 2, 0),
                max_concurrency: self.at_least("SPEECH_MAX_CONCURRENCY", 16, 1),
                breaker_failures: self.at_least("SPEECH_BREAKER_FAILURES", 5, 1),
                breaker_pause: self.seconds("SPEECH_BREAKER_PAUSE_SECONDS", 15.0),
            },
            max_streams: self.at_least("SPEECH_MAX_STREAMS", 64, 1),
            max_characters: self.at_least("SPEECH_MAX_CHARACTERS", 10_000, 1),
            segment_characters: self.at_least("SPEECH_SEGMENT_CHARACTERS", 4_000, 50),
            max_audio_bytes: self.at_least("SPEECH_MAX_AUDIO_MB", 25, 1) * 1024 * 1024,
            max_audio: self.seconds("SPEECH_MAX_AUDIO_SECONDS", 600.0),
            max_stream: self.seconds("SPEECH_MAX_STREAM_SECONDS", 1_800.0),
            stream_idle: self.seconds("SPEECH_STREAM_IDLE_SECONDS", 60.0),
            lease: Duration::from_secs(self.at_least("SPEECH_LEASE_SECONDS", 30, 1)),
            characters_per_day: self.at_least("SPEECH_CHARACTERS_PER_DAY", 100_000, 0),
            seconds_per_day: self.at_least("SPEECH_SECONDS_PER_DAY", 7_200, 0),
            cache_bytes: self.at_least("SPEECH_CACHE_MB", 32, 0) * 1024 * 1024,
        }
    }

    /// The server named by `SPEECH_BASE_URL`; with OpenAI's key and no server named at all, OpenAI. Text
    /// to speech may be another server's, which never sees the first one's key.
    fn audio_apis(&mut self) -> (Option<AudioApi>, Option<AudioApi>) {
        let stt_model = self
            .text("SPEECH_STT_MODEL")
            .unwrap_or_else(|| "whisper-1".to_owned());
        let tts_model = self
            .text("SPEECH_TTS_MODEL")
            .unwrap_or_else(|| "tts-1".to_owned());
        let off = match self.text("SPEECH_PROVIDER").as_deref() {
            None | Some("openai") => false,
            Some("none") => true,
            Some(other) => {
                self.problems.push(format!(
                    "SPEECH_PROVIDER={other} is not usable; it should be openai (and compatible servers) or none"
                ));
                true
            }
        };
        if off {
            return (None, None);
        }
        let openai_key = match self.text("OPENAI_BASE_URL") {
            // The key of another server is nothing that OpenAI should see.
            Some(_) => None,
            None => self.secret(&["OPENAI_API_KEY"]),
        };
        let named = self.text("SPEECH_BASE_URL").is_some();
        let key = self
            .secret(&["SPEECH_API_KEY"])
            .or(if named { None } else { openai_key });
        let main =
            (named || key.is_some()).then(|| (self.base_url("SPEECH_BASE_URL", OPENAI), key));
        let speaker = match self.text("SPEECH_TTS_BASE_URL") {
            Some(_) => Some((
                self.base_url("SPEECH_TTS_BASE_URL", OPENAI),
                self.secret(&["SPEECH_TTS_API_KEY"]),
            )),
            None => main.clone(),
        };
        let api = |(base_url, api_key), model| AudioApi {
            base_url,
            api_key,
            model,
        };
        (
            speaker.map(|at| api(at, tts_model)),
            main.map(|at| api(at, stt_model)),
        )
    }

    /// `SPEECH_VOICES`, or OpenAI's where OpenAI speaks: no other server's are known.
    fn voices(&mut self, tts: Option<&AudioApi>, first: &str) -> Vec<String> {
        let is_openai = tts.is_some_and(|api| api.base_url.as_str() == OPENAI);
        let listed = match self.text("SPEECH_VOICES") {
            Some(listed) => listed,
            None if is_openai => OPENAI_VOICES.to_owned(),
            None => return Vec::new(),
        };
        let mut voices = vec![first.to_owned()];
        for voice in listed.split(',').map(str::trim) {
            if !is_voice(voice) {
                self.problems.push(format!(
                    "SPEECH_VOICES={listed} is not usable; it should be names of voices such as alloy,nova"
                ));
                return Vec::new();
            }
            if !voices.iter().any(|known| known == voice) {
                voices.push(voice.to_owned());
            }
        }
        voices
    }

    fn socket_url(&mut self, name: &str, default: &str) -> Url {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        match Url::parse(&format!("{}/", text.trim_end_matches('/'))) {
            Ok(url) if matches!(url.scheme(), "ws" | "wss") && url.has_host() => url,
            _ => {
                self.problems.push(format!(
                    "{name}={text} is not usable; it should be an address such as {default}"
                ));
                super::placeholder_url()
            }
        }
    }
}

/// Whether requests may name such a voice: at most 64 letters, digits, `-`, `_` and `.`.
pub fn is_voice(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret as _, SecretString};

    use super::super::tests::{MINIMUM, read};
    use super::*;

    fn speech(pairs: &[(&str, &str)]) -> SpeechConfig {
        let mut all = MINIMUM.to_vec();
        all.extend_from_slice(pairs);
        read(&all).expect("usable").speech
    }

    fn key(api: Option<&AudioApi>) -> Option<&str> {
        api?.api_key.as_ref().map(SecretString::expose_secret)
    }

    #[test]
    fn without_a_server_or_a_key_there_is_no_speech() {
        let config = speech(&[]);
        assert!(config.tts.is_none() && config.stt.is_none() && config.deepgram.is_none());
        let off = speech(&[("OPENAI_API_KEY", "sk-x"), ("SPEECH_PROVIDER", "none")]);
        assert!(off.tts.is_none() && off.stt.is_none());
    }

    #[test]
    fn voices_are_those_that_are_listed_or_openais_the_default_first() {
        let openai = [("OPENAI_API_KEY", "sk-x"), ("SPEECH_VOICE", "nova")];
        let known = speech(&openai).voices;
        assert_eq!((known[0].as_str(), known[1].as_str()), ("nova", "alloy"));
        assert_eq!(known.len(), 9);
        let own = ("SPEECH_BASE_URL", "http://127.0.0.1:2/v1");
        assert!(speech(&[own]).voices.is_empty(), "nobody knows them");
        let listed = [
            own,
            ("SPEECH_VOICE", "af_sky"),
            ("SPEECH_VOICES", "af_sky, bm_george"),
        ];
        assert_eq!(speech(&listed).voices, ["af_sky", "bm_george"]);
        let mut all = MINIMUM.to_vec();
        all.push(("SPEECH_VOICES", "alloy, {x}"));
        assert!(read(&all).is_err());
    }

    #[test]
    fn no_server_gets_anothers_key() {
        let openai = speech(&[("OPENAI_API_KEY", "sk-x")]);
        assert_eq!(key(openai.stt.as_ref()), Some("sk-x"));
        assert_eq!(openai.stt.expect("a server").base_url.as_str(), OPENAI);
        let elsewhere = [
            ("OPENAI_API_KEY", "k"),
            ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"),
        ];
        assert!(speech(&elsewhere).stt.is_none());
        let own = speech(&[
            ("OPENAI_API_KEY", "sk-x"),
            ("SPEECH_BASE_URL", "http://127.0.0.1:2/v1"),
        ]);
        assert_eq!(key(own.stt.as_ref()), None);
        let two = speech(&[
            ("SPEECH_BASE_URL", "http://127.0.0.1:2/v1"),
            ("SPEECH_API_KEY", "ears"),
            ("SPEECH_TTS_BASE_URL", "http://127.0.0.1:3/v1"),
        ]);
        assert_eq!(
            (key(two.stt.as_ref()), key(two.tts.as_ref())),
            (Some("ears"), None)
        );
    }

    #[test]
    fn a_live_provider_is_an_address_of_a_socket() {
        let pairs = [
            ("DEEPGRAM_API_KEY", "k"),
            ("DEEPGRAM_BASE_URL", "https://api.deepgram.com"),
        ];
        let mut all = MINIMUM.to_vec();
        all.extend_from_slice(&pairs);
        assert!(
            read(&all)
                .expect_err("unusable")
                .to_string()
                .contains("DEEPGRAM_BASE_URL")
        );
        let config = speech(&pairs[..1]);
        assert_eq!(
            config.deepgram.expect("set").base_url.as_str(),
            "wss://api.deepgram.com/"
        );
    }
}
