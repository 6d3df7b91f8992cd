//! Decodes any audio that browsers send to samples of 16 kHz mono.

use std::io::Read;

use opus_decoder::OpusDecoder;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::TrackType;
use symphonia::core::io::ReadOnlySource;
use symphonia::core::packet::Packet;

use super::segmenter::SAMPLE_RATE;
use crate::audio::{self, AudioError};

/// Most samples an Opus packet holds at 16 kHz: 120 ms (RFC 6716, 2.1.4).
const MAX_OPUS_SAMPLES: usize = 1_920;

/// Decodes a container to its end, which may come at any time; `emit` gets the samples.
///
/// # Errors
/// The audio can't be decoded at all.
pub(super) fn container(
    source: impl Read + Send + Sync + 'static,
    mut emit: impl FnMut(&[i16]) -> std::io::Result<()>,
) -> Result<(), AudioError> {
    let mut format = audio::open(Box::new(ReadOnlySource::new(source)))?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or(AudioError::Silent)?;
    let id = track.id;
    let params = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio())
        .ok_or(AudioError::Silent)?;
    let mut decoder = if params.codec == CODEC_ID_OPUS {
        Decoder::opus()?
    } else {
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|_| AudioError::Unsupported)?;
        Decoder::Other {
            decoder,
            samples: Vec::new(),
        }
    };
    loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => {
                let samples = decoder.decode(&packet)?;
                if emit(samples).is_err() {
                    return Ok(());
                }
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(Error::IoError(_)) => return Ok(()),
            Err(_) => return Err(AudioError::Damaged),
        }
    }
}

/// Resamples 16-bit little-endian mono samples; `rate`, in hertz, is a multiple of 16 kHz.
///
/// # Errors
/// Another rate.
pub(super) fn linear16(
    mut source: impl Read,
    rate: u32,
    mut emit: impl FnMut(&[i16]) -> std::io::Result<()>,
) -> Result<(), AudioError> {
    let step = step(rate)?;
    let mut bytes = vec![0; 8_192];
    let mut pending: Vec<u8> = Vec::new();
    loop {
        match source.read(&mut bytes) {
            Ok(0) | Err(_) => return Ok(()),
            Ok(length) => pending.extend_from_slice(&bytes[..length]),
        }
        let whole = pending.len() / (2 * step) * 2 * step;
        let samples: Vec<i16> = pending
            .drain(..whole)
            .collect::<Vec<u8>>()
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        if emit(&averaged(&samples, step)).is_err() {
            return Ok(());
        }
    }
}

fn step(rate: u32) -> Result<usize, AudioError> {
    match rate {
        16_000 | 32_000 | 48_000 => {
            usize::try_from(rate / SAMPLE_RATE).map_err(|_| AudioError::Unsupported)
        }
        _ => Err(AudioError::Unsupported),
    }
}

/// Each `step` samples as their mean: a low-pass filter that is good enough for speech.
fn averaged(samples: &[i16], step: usize) -> Vec<i16> {
    let mean = |group: &[i16]| {
        let sum: i32 = group.iter().map(|sample| i32::from(*sample)).sum();
        let mean = sum / i32::try_from(group.len()).unwrap_or(1);
        i16::try_from(mean).unwrap_or_default()
    };
    samples.chunks_exact(step).map(mean).collect()
}

enum Decoder {
    /// Decodes to 16 kHz mono by itself.
    Opus {
        decoder: Box<OpusDecoder>,
        samples: Vec<i16>,
    },
    Other {
        decoder: Box<dyn AudioDecoder>,
        samples: Vec<i16>,
    },
}

impl Decoder {
    fn opus() -> Result<Self, AudioError> {
        let decoder = OpusDecoder::new(SAMPLE_RATE, 1).map_err(|_| AudioError::Unsupported)?;
        Ok(Self::Opus {
            decoder: Box::new(decoder),
            samples: vec![0; MAX_OPUS_SAMPLES],
        })
    }

    /// A packet that can't be decoded is left out, as a player does.
    fn decode(&mut self, packet: &Packet) -> Result<&[i16], AudioError> {
        match self {
            Self::Opus { decoder, samples } => {
                let length = decoder.decode(&packet.data, samples, false).unwrap_or(0);
                Ok(&samples[..length.min(samples.len())])
            }
            Self::Other { decoder, samples } => {
                let Ok(audio) = decoder.decode(packet) else {
                    return Ok(&[]);
                };
                let channels = audio.spec().channels().count().max(1);
                let step = step(audio.spec().rate())? * channels;
                let mut interleaved = vec![0_i16; audio.samples_interleaved()];
                audio.copy_to_slice_interleaved(&mut interleaved);
                *samples = averaged(&interleaved, step);
                Ok(samples)
            }
        }
    }
}
