//! Joins the audio of several requests into one file: leaves out headers that would be heard or would
//! mislead a player.

use bytes::{Buf as _, Bytes, BytesMut};

use super::Format;

/// Joins the audio of texts that were spoken in several requests; passes a single one through.
pub struct Joiner {
    format: Format,
    /// More than one request.
    several: bool,
    /// The first request's audio has ended.
    after_first: bool,
    /// The head of the current request's audio is not whole yet.
    head: Option<BytesMut>,
}

/// Longest head that is waited for: a tag with a picture.
const LONGEST_HEAD: usize = 256 * 1024;

impl Joiner {
    pub fn new(format: Format, requests: usize) -> Self {
        let several = requests > 1;
        Self {
            format,
            several,
            after_first: false,
            head: several.then(BytesMut::new),
        }
    }

    /// The part of a chunk that goes on to the listener; may be empty.
    pub fn push(&mut self, piece: Bytes) -> Bytes {
        let Some(head) = &mut self.head else {
            return piece;
        };
        head.extend_from_slice(&piece);
        let skip = match self.format {
            Format::Wav => wav_head(head, self.after_first),
            Format::Mp3 => mp3_head(head),
            _ => Some(0),
        };
        match skip {
            None if head.len() < LONGEST_HEAD => Bytes::new(),
            skip => {
                let mut head = self.head.take().unwrap_or_default();
                head.advance(skip.unwrap_or(0));
                head.freeze()
            }
        }
    }

    /// Ends one request's audio; returns what was held back of it.
    pub fn end(&mut self) -> Bytes {
        let rest = self.head.take().unwrap_or_default().freeze();
        self.after_first = true;
        self.head = self.several.then(BytesMut::new);
        rest
    }
}

/// How much of a WAV file's head to leave out: nothing of the first, whose lengths become "unknown", all of
/// the others. `None`: more of it is needed.
fn wav_head(head: &mut BytesMut, after_first: bool) -> Option<usize> {
    let mut at = 12;
    loop {
        let id = head.get(at..at + 4)?;
        let is_data = id == b"data";
        let length = u32::from_le_bytes(head.get(at + 4..at + 8)?.try_into().ok()?);
        if is_data {
            if after_first {
                return Some(at + 8);
            }
            // As streams do whose end is not known when they begin.
            head[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
            head[at + 4..at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
            return Some(0);
        }
        at = at
            .saturating_add(8)
            .saturating_add(usize::try_from(length).ok()?);
    }
}

/// How much of an MP3 file's head to leave out: tags, and the frame that tells a length (Xing, Info), since
/// it would be one request's. `None`: more of it is needed.
fn mp3_head(head: &BytesMut) -> Option<usize> {
    let mut at = 0;
    if head.get(..3)? == b"ID3" {
        let size = head
            .get(6..10)?
            .iter()
            .fold(0, |size, byte| (size << 7) | usize::from(byte & 0x7f));
        at = 10 + size;
    }
    let frame = head.get(at..at + 4)?;
    let Some(length) = mp3_frame_length(frame) else {
        return Some(at);
    };
    let frame = head.get(at..at + length)?;
    let tells_length = frame
        .windows(4)
        .take(64)
        .any(|window| window == b"Xing" || window == b"Info");
    Some(if tells_length { at + length } else { at })
}

/// Bytes of an MPEG layer III frame, from its header (ISO/IEC 11172-3, 2.4.1.3).
fn mp3_frame_length(header: &[u8]) -> Option<usize> {
    const V1: [usize; 15] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ];
    const V2: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const RATES: [usize; 3] = [44_100, 48_000, 32_000];
    let &[0xff, second, third, _] = header else {
        return None;
    };
    if second & 0xe6 != 0xe2 {
        return None;
    }
    let (kilobits, rate, samples) = match (second >> 3) & 3 {
        3 => (V1, 1, 144),
        2 => (V2, 2, 72),
        0 => (V2, 4, 72),
        _ => return None,
    };
    let kilobits = *kilobits.get(usize::from(third >> 4))?;
    let hertz = RATES.get(usize::from((third >> 2) & 3))? / rate;
    let padding = usize::from((third >> 1) & 1);
    (kilobits > 0).then(|| samples * kilobits * 1_000 / hertz + padding)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::audio;
    use super::*;

    const MP3: &[u8] = include_bytes!("../../../tests/audio/speech.mp3");

    fn joined(format: Format, files: &[&[u8]], piece: usize) -> Vec<u8> {
        let mut joiner = Joiner::new(format, files.len());
        let mut whole = Vec::new();
        for file in files {
            for piece in file.chunks(piece) {
                whole.extend_from_slice(&joiner.push(Bytes::copy_from_slice(piece)));
            }
            whole.extend_from_slice(&joiner.end());
        }
        whole
    }

    fn wav(samples: &[i16]) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("a file");
        for sample in samples {
            writer.write_sample(*sample).expect("written");
        }
        writer.finalize().expect("whole");
        file.into_inner()
    }

    #[test]
    fn joined_wav_is_one_file_with_every_sample() {
        let (one, two) = (wav(&[1, 2, 3]), wav(&[4, 5]));
        for piece in [1, 7, 1_000] {
            let whole = joined(Format::Wav, &[&one, &two], piece);
            let samples: Vec<i16> = whole[44..]
                .chunks_exact(2)
                .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            assert_eq!(samples, [1, 2, 3, 4, 5]);
            assert_eq!(whole[40..44], u32::MAX.to_le_bytes());
        }
    }

    #[test]
    fn joined_mp3_is_as_long_as_its_parts() {
        let seconds = |bytes: Vec<u8>| audio::seconds(Box::new(Cursor::new(bytes))).expect("sound");
        let one = seconds(MP3.to_vec());
        let two = seconds(joined(Format::Mp3, &[MP3, MP3], 500));
        assert!((two - 2.0 * one).abs() < 0.2, "{one} {two}");
        assert!(
            !joined(Format::Mp3, &[MP3, MP3], 500)
                .windows(3)
                .any(|tag| tag == b"ID3")
        );
    }

    #[test]
    fn a_single_file_passes_as_it_is() {
        let one = wav(&[1, 2, 3]);
        assert_eq!(joined(Format::Wav, &[&one], 5), one);
        assert_eq!(joined(Format::Mp3, &[MP3], 5), MP3);
        // What is not what it should be is not held back for ever.
        assert_eq!(joined(Format::Wav, &[b"short", b"er"], 2), b"shorter");
    }
}
