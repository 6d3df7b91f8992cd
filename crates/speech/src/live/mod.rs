//! Live decoding: sound in, words out while it comes.

mod cutter;
mod decode;
pub mod deepgram;
pub mod ear;
pub mod utterances;

use crate::error::ProviderError;

/// How the sound comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// WebM, Ogg, WAV, …: told by its first bytes.
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

/// What an engine hears.
#[derive(Debug)]
pub enum Heard {
    Started {
        at: f64,
    },
    Interim {
        text: String,
    },
    Final {
        text: String,
        start: f64,
        end: f64,
        seconds: f64,
    },
    Ended {
        at: f64,
    },
    /// An utterance is lost.
    Missed(ProviderError),
}
