//! The process that hears one live stream: sound in, utterances out. Sound comes from strangers and its
//! formats are deep, so it is not read inside the service.
//!
//! It writes a line of JSON for each [`Said`]; after an utterance follow its samples, 16 kHz, 16 bits,
//! little-endian, mono.

use std::fs::File;
use std::io::{BufWriter, Cursor, Read as _, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::cutter::{Cut, Cutter};
use super::decode;
use crate::audio::AudioError;
use sandbox;

/// The command line's name for [`run`].
pub const COMMAND: &str = "cut-utterances";

/// Processor seconds; an hour of sound takes a fraction of them.
const PROCESSOR_SECONDS: u64 = 300;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Started {
        at: f64,
    },
    Utterance {
        start: f64,
        end: f64,
        samples: usize,
    },
    Failed(AudioError),
}

/// What the process does; `rate` is that of bare samples, without it the sound is in a container.
pub fn run(rate: Option<&str>) -> ExitCode {
    sandbox::limit(PROCESSOR_SECONDS);
    let Ok(input) = sandbox::input() else {
        return ExitCode::FAILURE;
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut cutter = Cutter::new();
    let mut tell = |samples: &[i16]| {
        for cut in cutter.push(samples) {
            write(&mut out, cut)?;
        }
        Ok(())
    };
    let read = match rate.map(str::parse) {
        None => whatever_is_there(input, &mut tell),
        Some(Ok(rate)) => decode::linear16(input, rate, &mut tell),
        Some(Err(_)) => Err(AudioError::Unsupported),
    };
    let written = match cutter.end() {
        Some(cut) => write(&mut out, cut),
        None => Ok(()),
    }
    .and_then(|()| match read {
        Ok(()) => Ok(()),
        Err(error) => say(&mut out, &Said::Failed(error)),
    });
    if written.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A stream that never began is an empty one.
fn whatever_is_there(
    mut input: File,
    tell: impl FnMut(&[i16]) -> std::io::Result<()>,
) -> Result<(), AudioError> {
    let mut first = [0];
    match input.read(&mut first) {
        Ok(1) => decode::container(Cursor::new(first).chain(input), tell),
        _ => Ok(()),
    }
}

fn write(out: &mut impl Write, cut: Cut) -> std::io::Result<()> {
    match cut {
        Cut::Started(at) => say(out, &Said::Started { at }),
        Cut::Utterance {
            start,
            end,
            samples,
        } => {
            let header = Said::Utterance {
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

fn say(out: &mut impl Write, said: &Said) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, said)?;
    out.write_all(b"\n")?;
    out.flush()
}
