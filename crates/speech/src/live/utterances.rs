//! Live transcription without a live provider: each utterance is a recording of its own.

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc;

use super::cutter::RATE;
use super::ear::{self, Said};
use super::{Encoding, Heard};
use crate::error::LiveError;
use crate::provider::{Provider, Sound};
use sandbox::Sandbox;

/// Utterances that wait to be transcribed; more hold back the sound.
const WAITING: usize = 4;
/// Samples of one utterance that are believed.
const LONGEST_UTTERANCE: usize = 60 * RATE as usize;

/// Hears `sound` to its end.
///
/// # Errors
/// The sound can't be read.
pub async fn run(
    provider: &Provider,
    sandbox: &Sandbox,
    encoding: Encoding,
    language: Option<&str>,
    sound: mpsc::Receiver<Bytes>,
    heard: mpsc::Sender<Heard>,
) -> Result<(), LiveError> {
    let rate = encoding.sample_rate().map(|rate| rate.to_string());
    let arguments: Vec<&str> = std::iter::once(ear::COMMAND)
        .chain(rate.as_deref())
        .collect();
    let mut ear = sandbox.converse(&arguments)?;
    let (Some(stdin), Some(stdout)) = (ear.stdin.take(), ear.stdout.take()) else {
        return Err(std::io::Error::other("no pipes").into());
    };
    let (cut, cuts) = mpsc::channel(WAITING);
    let transcribing = transcribe(provider, language, cuts, heard);
    let reading = async {
        let read = read(stdout, cut);
        tokio::pin!(read);
        tokio::select! {
            // Also when it can't go on and sound still comes.
            ended = &mut read => ended,
            () = feed(sound, stdin) => read.await,
        }
    };
    tokio::pin!(reading, transcribing);
    tokio::select! {
        biased;
        ended = &mut reading => {
            transcribing.await;
            ended
        }
        // Nobody listens any more.
        () = &mut transcribing => Ok(()),
    }
}

async fn feed(mut sound: mpsc::Receiver<Bytes>, mut ear: ChildStdin) {
    while let Some(piece) = sound.recv().await {
        if ear.write_all(&piece).await.is_err() {
            // It has ended, and says why on its way out; what else comes is heard by nobody.
            return;
        }
    }
}

enum Found {
    Started(f64),
    Utterance { start: f64, end: f64, wav: Bytes },
}

async fn read(ear: ChildStdout, cut: mpsc::Sender<Found>) -> Result<(), LiveError> {
    let mut ear = BufReader::new(ear);
    let mut line = String::new();
    loop {
        line.clear();
        if ear.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let said = serde_json::from_str(&line).map_err(std::io::Error::from)?;
        let found = match said {
            Said::Started { at } => Found::Started(at),
            Said::Failed(error) => return Err(error.into()),
            Said::Utterance {
                start,
                end,
                samples,
            } => {
                let mut bytes = vec![0; samples.min(LONGEST_UTTERANCE) * 2];
                ear.read_exact(&mut bytes).await?;
                Found::Utterance {
                    start,
                    end,
                    wav: wav(&bytes)?,
                }
            }
        };
        if cut.send(found).await.is_err() {
            return Ok(());
        }
    }
}

async fn transcribe(
    provider: &Provider,
    language: Option<&str>,
    mut cuts: mpsc::Receiver<Found>,
    heard: mpsc::Sender<Heard>,
) {
    while let Some(found) = cuts.recv().await {
        let said = match found {
            Found::Started(at) => vec![Heard::Started { at }],
            Found::Utterance { start, end, wav } => {
                match provider.transcribe(&Sound::Wav(wav), language, None).await {
                    Ok(transcription)
                        if transcription.is_noise || transcription.text.is_empty() =>
                    {
                        vec![Heard::Ended { at: end }]
                    }
                    Ok(transcription) => vec![
                        Heard::Final {
                            text: transcription.text,
                            start,
                            end,
                            seconds: end - start,
                        },
                        Heard::Ended { at: end },
                    ],
                    Err(error) => vec![Heard::Missed(error)],
                }
            }
        };
        for said in said {
            if heard.send(said).await.is_err() {
                return;
            }
        }
    }
}

/// Bare samples as a WAV file.
fn wav(samples: &[u8]) -> std::io::Result<Bytes> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = spec.into_header_for_infinite_file();
    let length = u32::try_from(samples.len()).map_err(std::io::Error::other)?;
    let header = u32::try_from(file.len()).map_err(std::io::Error::other)?;
    file[4..8].copy_from_slice(&(header - 8 + length).to_le_bytes());
    let data = file.len() - 4;
    file[data..].copy_from_slice(&length.to_le_bytes());
    file.extend_from_slice(samples);
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_utterance_is_a_readable_wav_file() {
        let file = wav(&[1, 0, 2, 0, 0xff, 0xff]).expect("a file");
        let mut reader = hound::WavReader::new(&file[..]).expect("readable");
        assert_eq!((reader.spec().sample_rate, reader.duration()), (16_000, 3));
        let samples: Vec<i16> = reader
            .samples()
            .map(|sample| sample.expect("a sample"))
            .collect();
        assert_eq!(samples, [1, 2, -1]);
    }
}
