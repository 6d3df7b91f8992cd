//! Live transcription: audio in, words out while it arrives.

mod decode;
pub mod deepgram;
mod segmenter;
mod tally;
pub mod utterances;
pub mod worker;

use crate::error::ProviderError;

/// How the audio is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// WebM, Ogg, WAV, …: recognised by its first bytes.
    #[default]
    Container,
    /// 16-bit little-endian mono samples.
    Linear16 { sample_rate: u32 },
}

impl Encoding {
    pub fn sample_rate(self) -> Option<u32> {
        match self {
            Self::Container => None,
            Self::Linear16 { sample_rate } => Some(sample_rate),
        }
    }
}

/// What an engine reports. Times are seconds from the first sample of the stream.
#[derive(Debug)]
pub enum TranscriptEvent {
    SpeechStarted {
        at: f64,
    },
    Interim {
        text: String,
    },
    Final {
        text: String,
        start: f64,
        end: f64,
    },
    /// So much audio is paid for, whatever is heard in it; comes before its words.
    Billed {
        seconds: f64,
    },
    UtteranceEnded {
        at: f64,
    },
    /// An utterance could not be transcribed and is lost.
    UtteranceFailed(ProviderError),
}
