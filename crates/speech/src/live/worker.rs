//! The worker process that segments one live stream: audio in, utterances out. Audio comes from strangers
//! and its formats are complex, so it is not decoded inside the service.
//!
//! It writes a line of JSON for each [`WorkerMessage`]; an utterance is followed by its samples: 16 kHz,
//! 16 bits, little-endian, mono.

use std::fs::File;
use std::io::{BufWriter, Cursor, Read as _, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::decode;
use super::segmenter::{Detected, Segmenter};
use crate::audio::AudioError;
use sandbox;

/// The hidden command that calls [`run`].
pub const COMMAND: &str = "segment-audio";

/// An hour of audio takes a fraction of them.
const MAX_PROCESSOR_SECONDS: u64 = 300;

/// Times are seconds from the first sample.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WorkerMessage {
    SpeechStarted {
        at: f64,
    },
    Utterance {
        start: f64,
        end: f64,
        samples: usize,
    },
    Failed(AudioError),
}

/// The body of the worker. `rate` is that of raw samples, in hertz; without it the audio is in a container.
pub fn run(rate: Option<&str>) -> ExitCode {
    let _missing = sandbox::confine(MAX_PROCESSOR_SECONDS);
    let Ok(input) = sandbox::stdin() else {
        return ExitCode::FAILURE;
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut segmenter = Segmenter::new();
    let mut segment = |samples: &[i16]| {
        for detected in segmenter.push(samples) {
            write_detected(&mut out, detected)?;
        }
        Ok(())
    };
    let read = match rate.map(str::parse) {
        None => read_container(input, &mut segment),
        Some(Ok(rate)) => decode::linear16(input, rate, &mut segment),
        Some(Err(_)) => Err(AudioError::Unsupported),
    };
    let written = match segmenter.finish() {
        Some(detected) => write_detected(&mut out, detected),
        None => Ok(()),
    }
    .and_then(|()| match read {
        Ok(()) => Ok(()),
        Err(error) => write_message(&mut out, &WorkerMessage::Failed(error)),
    });
    if written.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Decodes a container; a stream without a single byte is an empty one.
fn read_container(
    mut input: File,
    emit: impl FnMut(&[i16]) -> std::io::Result<()>,
) -> Result<(), AudioError> {
    let mut first = [0];
    match input.read(&mut first) {
        Ok(1) => decode::container(Cursor::new(first).chain(input), emit),
        _ => Ok(()),
    }
}

fn write_detected(out: &mut impl Write, detected: Detected) -> std::io::Result<()> {
    match detected {
        Detected::SpeechStarted(at) => write_message(out, &WorkerMessage::SpeechStarted { at }),
        Detected::Utterance {
            start,
            end,
            samples,
        } => {
            let header = WorkerMessage::Utterance {
                start,
                end,
                samples: samples.len(),
            };
            serde_json::to_writer(&mut *out, &header)?;
            out.write_all(b"\n")?;
            for sample in samples {
                out.write_all(&sample.to_le_bytes())?;
            }
            out.flush()
        }
    }
}

fn write_message(out: &mut impl Write, message: &WorkerMessage) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    out.write_all(b"\n")?;
    out.flush()
}
