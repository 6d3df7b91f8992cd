//! Recordings: recognised by their first bytes, measured by counting their packets.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{
    MediaSource, MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource,
};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

use crate::source::AsRiff;
use sandbox::{self, Input, Outcome, Sandbox};

/// The hidden command that calls [`run`].
pub const COMMAND: &str = "measure-audio";

/// Bytes needed to recognise a container: some recorders write zeros before an MP3.
pub const HEAD: usize = 4_096;

/// Container formats of recordings that transcription servers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// WebM or Matroska, as browsers record.
    Webm,
    Ogg,
    /// Also RF64, for long recordings.
    Wav,
    Mp3,
    /// MPEG audio, layer II.
    Mpeg,
    /// M4A and other MPEG-4 files.
    Mp4,
    Flac,
}

/// Formats that OpenAI's API does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum OtherFormat {
    #[error("raw AAC")]
    Adts,
    #[error("AIFF")]
    Aiff,
    #[error("CAF")]
    Caf,
    #[error("AMR")]
    Amr,
    #[error("Windows Media Audio")]
    Wma,
    #[error("Speex")]
    Speex,
    #[error("an MPEG program stream")]
    ProgramStream,
}

const ASF: &[u8] = &[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11];

impl Container {
    /// Recognises a container by the first [`HEAD`] bytes.
    ///
    /// # Errors
    /// [`AudioError::Other`], [`AudioError::Unsupported`].
    pub fn of(head: &[u8]) -> Result<Self, AudioError> {
        if let Some(other) = OtherFormat::of(head) {
            return Err(other.into());
        }
        match head {
            [0x1a, 0x45, 0xdf, 0xa3, ..] => return Ok(Self::Webm),
            [b'O', b'g', b'g', b'S', ..] => return Ok(Self::Ogg),
            [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..]
                if head.get(8..12) == Some(b"WAVE") =>
            {
                return Ok(Self::Wav);
            }
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => return Ok(Self::Mp4),
            [b'f', b'L', b'a', b'C', ..] => return Ok(Self::Flac),
            _ => {}
        }
        let zeros = head.iter().take_while(|byte| **byte == 0).count();
        match &head[zeros..] {
            [b'I', b'D', b'3', ..] => Ok(Self::Mp3),
            // A frame's sync word, MPEG version and layer.
            [0xff, second, ..] if second & 0xe6 == 0xe2 => Ok(Self::Mp3),
            [0xff, second, ..] if second & 0xe6 == 0xe4 => Ok(Self::Mpeg),
            _ => Err(AudioError::Unsupported),
        }
    }

    /// A file name by whose extension a transcription server recognises the format.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Webm => "audio.webm",
            Self::Ogg => "audio.ogg",
            Self::Wav => "audio.wav",
            Self::Mp3 => "audio.mp3",
            Self::Mpeg => "audio.mpga",
            Self::Mp4 => "audio.m4a",
            Self::Flac => "audio.flac",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Webm => "audio/webm",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
            Self::Mp3 | Self::Mpeg => "audio/mpeg",
            Self::Mp4 => "audio/mp4",
            Self::Flac => "audio/flac",
        }
    }
}

impl OtherFormat {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', ..] => Some(Self::Aiff),
            [b'c', b'a', b'f', b'f', ..] => Some(Self::Caf),
            [b'#', b'!', b'A', b'M', b'R', ..] => Some(Self::Amr),
            [0, 0, 1, 0xba, ..] => Some(Self::ProgramStream),
            // The layer that MPEG audio never has.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Self::Adts),
            _ if head.starts_with(ASF) => Some(Self::Wma),
            _ if head.starts_with(b"OggS") && contains(head, b"Speex   ") => Some(Self::Speex),
            // A phone's video file with a phone's sound.
            _ if head.get(4..8) == Some(b"ftyp") && contains(head, b"samr") => Some(Self::Amr),
            _ => None,
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Why a recording can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AudioError {
    #[error("the recording is empty")]
    Empty,
    #[error("the recording has an unsupported format")]
    Unsupported,
    #[error("the recording is {0}")]
    Other(#[from] OtherFormat),
    #[error("the recording is damaged")]
    Damaged,
    #[error("the recording contains no audio")]
    Silent,
    #[error("the recording takes too much processor time or memory to read")]
    TooComplex,
    /// The machine had no time for it; it may have it later.
    #[error("the recording was not read in time")]
    TimedOut,
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
        Outcome::TimedOut => Err(AudioError::TimedOut),
    })
}

/// The body of the worker.
pub fn run() -> ExitCode {
    sandbox::run_worker(|file| {
        longest(|| {
            let mut file = file.try_clone()?;
            file.rewind()?;
            Ok(file)
        })
    })
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

/// Length of the audio in seconds. An MPEG-4 file is read twice and the longer reading counts: its demuxer reads a file
/// that was cut further where it can't tell how long the file is, but finds an index at the end only where it can.
fn longest<S: Read + Seek + Send + Sync + 'static>(
    open: impl Fn() -> std::io::Result<S>,
) -> std::io::Result<Result<f64, AudioError>> {
    let whole = seconds(Box::new(AsRiff::new(open()?)?));
    let mut head = [0; 8];
    if open()?.read_exact(&mut head).is_err() || &head[4..] != b"ftyp" {
        return Ok(whole);
    }
    let cut = seconds(Box::new(ReadOnlySource::new(open()?)));
    Ok(whole.map_or(cut, |whole| Ok(cut.map_or(whole, |cut| whole.max(cut)))))
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
    const FLAC: &[u8] = include_bytes!("../../../tests/audio/speech.flac");
    const MP2: &[u8] = include_bytes!("../../../tests/audio/speech.mp2");
    const FRAGMENTED: &[u8] = include_bytes!("../../../tests/audio/fragmented.mp4");

    fn length(bytes: &[u8]) -> Result<f64, AudioError> {
        longest(|| Ok(Cursor::new(bytes.to_vec()))).expect("in memory")
    }

    #[test]
    fn containers_are_recognised_by_content_and_measured_by_packets() {
        for (bytes, container, expected) in [
            (WEBM, Container::Webm, 8.4),
            (OGG, Container::Ogg, 3.26),
            (MP3, Container::Mp3, 3.3),
            (M4A, Container::Mp4, 3.3),
            (FLAC, Container::Flac, 3.3),
            (MP2, Container::Mpeg, 3.3),
            (FRAGMENTED, Container::Mp4, 3.3),
        ] {
            assert_eq!(Container::of(bytes), Ok(container));
            let found = length(bytes).expect("sound");
            assert!((found - expected).abs() < 0.15, "{container:?}: {found}");
        }
    }

    #[test]
    fn a_recording_that_was_cut_off_counts_as_far_as_it_goes() {
        for (bytes, whole) in [
            (WEBM, 8.4),
            (OGG, 3.26),
            (MP3, 3.3),
            (FLAC, 3.3),
            (FRAGMENTED, 3.3),
        ] {
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
        assert_eq!(
            Container::of(b"%PDF-1.7 and so"),
            Err(AudioError::Unsupported)
        );
        assert_eq!(Container::of(&[0; 64]), Err(AudioError::Unsupported));
    }

    #[test]
    fn formats_that_are_not_taken_are_named() {
        let mut speex = b"OggS\0\x02".to_vec();
        speex.resize(28, 0);
        speex.extend(b"Speex   1.2");
        for (head, format) in [
            // It begins nearly like MP3.
            (&[0xff, 0xf1, 0x50, 0x80][..], OtherFormat::Adts),
            (b"FORM\0\0\0\x20AIFFCOMM", OtherFormat::Aiff),
            (b"caff\0\x01\0\0desc", OtherFormat::Caf),
            (b"#!AMR\n\x3c", OtherFormat::Amr),
            (b"#!AMR-WB\n", OtherFormat::Amr),
            (ASF, OtherFormat::Wma),
            (&speex, OtherFormat::Speex),
            (&[0, 0, 1, 0xba, 0x44], OtherFormat::ProgramStream),
        ] {
            assert_eq!(Container::of(head), Err(format.into()), "{format}");
        }
    }

    #[test]
    fn zeros_before_an_mp3_and_a_wav_of_any_length_are_no_hindrance() {
        let late = [&[0; 700][..], MP3].concat();
        assert_eq!(Container::of(&late[..HEAD]), Ok(Container::Mp3));
        let found = length(&late).expect("sound");
        assert!((found - 3.3).abs() < 0.15, "{found}");
        // A second at 8 kHz, 16 bits, mono; the sizes stand in a chunk of their own.
        let mut rf64 = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
        rf64.extend([0; 28]);
        rf64.extend(
            b"fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xff\xff\xff\xff",
        );
        rf64.extend([1; 16_000]);
        assert_eq!(Container::of(&rf64), Ok(Container::Wav));
        let found = length(&rf64).expect("sound");
        assert!((found - 1.0).abs() < 0.15, "{found}");
    }
}
