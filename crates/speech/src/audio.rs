//! Recordings: recognised by their first bytes, measured by counting their packets.

use std::fs::File;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

use sandbox::{self, Input, Outcome, Sandbox};

/// The hidden command that calls [`run`].
pub const COMMAND: &str = "measure-audio";

/// Bytes needed to recognise a container.
pub const HEAD: usize = 12;

/// Container formats of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// WebM or Matroska, as browsers record.
    Webm,
    Ogg,
    Wav,
    Mp3,
    /// M4A and other MPEG-4 files.
    Mp4,
}

impl Container {
    /// Recognises a container by the first [`HEAD`] bytes.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::Webm),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
                ..,
            ] => Some(Self::Wav),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Mp4),
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            // A frame's sync word, MPEG version and layer III.
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Some(Self::Mp3),
            _ => None,
        }
    }

    /// A file name by whose extension a transcription server recognises the format.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Webm => "audio.webm",
            Self::Ogg => "audio.ogg",
            Self::Wav => "audio.wav",
            Self::Mp3 => "audio.mp3",
            Self::Mp4 => "audio.m4a",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Webm => "audio/webm",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Mp4 => "audio/mp4",
        }
    }
}

/// Why a recording can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AudioError {
    #[error("the recording is empty")]
    Empty,
    #[error("the recording has an unsupported format")]
    Unsupported,
    #[error("the recording is damaged")]
    Damaged,
    #[error("the recording contains no audio")]
    Silent,
    #[error("the recording takes too much time or memory to read")]
    TooComplex,
}

/// Length of a recording in seconds, measured in a worker.
///
/// # Errors
/// What is wrong with it; [`std::io::Error`] when no process can be started.
pub async fn measure(sandbox: &Sandbox, file: File) -> std::io::Result<Result<f64, AudioError>> {
    Ok(match sandbox.run(COMMAND, Input::File(file)).await? {
        Outcome::Completed(result) => result,
        Outcome::Crashed => Err(AudioError::Damaged),
        Outcome::LimitExceeded => Err(AudioError::TooComplex),
    })
}

/// The body of the worker.
pub fn run() -> ExitCode {
    sandbox::run_worker(|file| Ok(seconds(Box::new(file))))
}

/// Opens a container without decoding it.
///
/// # Errors
/// [`AudioError::Unsupported`], [`AudioError::Damaged`].
pub fn open(source: Box<dyn MediaSource>) -> Result<Box<dyn FormatReader>, AudioError> {
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|error| match error {
            Error::Unsupported(_) => AudioError::Unsupported,
            _ => AudioError::Damaged,
        })
}

/// Length of the audio in seconds: of all packets that are there, whatever headers claim.
///
/// # Errors
/// See [`AudioError`].
pub fn seconds(source: Box<dyn MediaSource>) -> Result<f64, AudioError> {
    let mut format = open(source)?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or(AudioError::Silent)?;
    let (id, base) = (track.id, track.time_base);
    let rate = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio())
        .and_then(|params| params.sample_rate);
    let base = base
        .or_else(|| TimeBase::try_from_recip(rate?))
        .ok_or(AudioError::Damaged)?;
    let (mut ticks, mut first, mut last) = (0_u64, None, 0_i64);
    loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => {
                ticks = ticks.saturating_add(packet.dur.get());
                let begin = packet.pts.get();
                first.get_or_insert(begin);
                let duration = i64::try_from(packet.dur.get()).unwrap_or(0);
                last = last.max(begin.saturating_add(duration));
            }
            Ok(Some(_)) => {}
            // A recording may end anywhere: the tab was closed, the connection was lost.
            Ok(None) | Err(Error::IoError(_)) => break,
            Err(_) if ticks > 0 || first.is_some() => break,
            Err(_) => return Err(AudioError::Damaged),
        }
    }
    let Some(first) = first else {
        return Err(AudioError::Silent);
    };
    // Where packets say nothing of their length, their times do.
    let span = u64::try_from(last.saturating_sub(first)).unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "no recording is that long")]
    let seconds =
        ticks.max(span) as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get());
    if seconds > 0.0 {
        Ok(seconds)
    } else {
        Err(AudioError::Silent)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const WEBM: &[u8] = include_bytes!("../../../tests/audio/recorded-by-chromium.webm");
    const OGG: &[u8] = include_bytes!("../../../tests/audio/speech.ogg");
    const MP3: &[u8] = include_bytes!("../../../tests/audio/speech.mp3");
    const M4A: &[u8] = include_bytes!("../../../tests/audio/speech.m4a");

    fn length(bytes: &[u8]) -> Result<f64, AudioError> {
        seconds(Box::new(Cursor::new(bytes.to_vec())))
    }

    #[test]
    fn containers_are_recognised_by_content_and_measured_by_packets() {
        for (bytes, container, expected) in [
            (WEBM, Container::Webm, 8.4),
            (OGG, Container::Ogg, 3.26),
            (MP3, Container::Mp3, 3.3),
            (M4A, Container::Mp4, 3.3),
        ] {
            assert_eq!(Container::of(bytes), Some(container));
            let found = length(bytes).expect("sound");
            assert!((found - expected).abs() < 0.15, "{container:?}: {found}");
        }
    }

    #[test]
    fn a_recording_that_was_cut_off_counts_as_far_as_it_goes() {
        for (bytes, whole) in [(WEBM, 8.4), (OGG, 3.26), (MP3, 3.3)] {
            let half = length(&bytes[..bytes.len() / 2]).expect("sound");
            assert!(half > 0.5 && half < whole * 0.9, "{half}");
        }
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        for bytes in [
            &b""[..],
            b"hello",
            b"RIFF\x10\0\0\0WAVE",
            b"\x1a\x45\xdf\xa3",
            b"OggS",
            b"ID3\x04",
        ] {
            assert!(length(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(Container::of(b"%PDF-1.7 and so"), None);
        // AAC in ADTS begins nearly like MP3.
        assert_eq!(Container::of(&[0xff, 0xf1, 0x50, 0x80]), None);
    }
}
