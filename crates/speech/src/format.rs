//! Formats of spoken audio.

use serde::{Deserialize, Serialize};

/// Formats of the audio, under OpenAI's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Mp3,
    /// In Ogg.
    Opus,
    Aac,
    Flac,
    Wav,
    /// 24 kHz, 16 bits, little-endian, mono, without a header.
    Pcm,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Pcm => "pcm",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Pcm => "audio/pcm",
        }
    }

    /// Whether the audio of several requests can be one file.
    pub fn is_joinable(self) -> bool {
        !matches!(self, Self::Opus | Self::Flac)
    }
}
