//! Live transcription without a live provider: a worker segments the stream, and each utterance is
//! transcribed as a recording.

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc;

use super::segmenter::SAMPLE_RATE;
use super::tally::Tally;
use super::worker::{self, WorkerMessage};
use super::{Encoding, TranscriptEvent};
use crate::error::LiveError;
use crate::provider::{AudioInput, Provider};
use sandbox::Sandbox;

/// Utterances queued for transcription; more hold back the audio.
const QUEUE_LENGTH: usize = 4;
/// An utterance that the worker says is longer is cut.
const MAX_UTTERANCE_SAMPLES: usize = 60 * SAMPLE_RATE as usize;

/// Transcribes `audio` until its sender is dropped.
///
/// # Errors
/// The audio can't be decoded; no worker can be started; a budget does not reach any more.
pub async fn run(
    provider: &Provider,
    sandbox: &Sandbox,
    encoding: Encoding,
    language: Option<&str>,
    audio: mpsc::Receiver<Bytes>,
    events: mpsc::Sender<TranscriptEvent>,
) -> Result<(), LiveError> {
    let rate = encoding.sample_rate().map(|rate| rate.to_string());
    let arguments: Vec<&str> = std::iter::once(worker::COMMAND)
        .chain(rate.as_deref())
        .collect();
    let mut child = sandbox.spawn(&arguments)?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("no pipes").into());
    };
    let (segments, queue) = mpsc::channel(QUEUE_LENGTH);
    let transcribing = transcribe(provider, language, queue, events);
    let reading = async {
        let read = read(stdout, segments);
        tokio::pin!(read);
        tokio::select! {
            // Also when it can't go on and audio still arrives.
            ended = &mut read => ended,
            () = feed(audio, stdin) => read.await,
        }
    };
    tokio::pin!(reading, transcribing);
    tokio::select! {
        biased;
        ended = &mut reading => {
            let transcribed = transcribing.await;
            ended.and(transcribed)
        }
        // The receiver of the events is gone, or a budget does not reach.
        ended = &mut transcribing => ended,
    }
}

async fn feed(mut audio: mpsc::Receiver<Bytes>, mut worker: ChildStdin) {
    while let Some(chunk) = audio.recv().await {
        if worker.write_all(&chunk).await.is_err() {
            // It has ended and wrote why; the rest of the audio is of no use.
            return;
        }
    }
}

/// What the worker found in the stream, times in seconds.
enum Segment {
    SpeechStarted(f64),
    Utterance { start: f64, end: f64, wav: Bytes },
}

async fn read(worker: ChildStdout, segments: mpsc::Sender<Segment>) -> Result<(), LiveError> {
    let mut worker = BufReader::new(worker);
    let mut line = String::new();
    loop {
        line.clear();
        if worker.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let message = serde_json::from_str(&line).map_err(std::io::Error::from)?;
        let segment = match message {
            WorkerMessage::SpeechStarted { at } => Segment::SpeechStarted(at),
            WorkerMessage::Failed(error) => return Err(error.into()),
            WorkerMessage::Utterance {
                start,
                end,
                samples,
            } => {
                let mut bytes = vec![0; samples.min(MAX_UTTERANCE_SAMPLES) * 2];
                worker.read_exact(&mut bytes).await?;
                Segment::Utterance {
                    start,
                    end,
                    wav: wav(&bytes)?,
                }
            }
        };
        if segments.send(segment).await.is_err() {
            return Ok(());
        }
    }
}

async fn transcribe(
    provider: &Provider,
    language: Option<&str>,
    mut queue: mpsc::Receiver<Segment>,
    events: mpsc::Sender<TranscriptEvent>,
) -> Result<(), LiveError> {
    let mut tally = Tally::new();
    while let Some(segment) = queue.recv().await {
        let mut paid = Ok(());
        let new = match segment {
            Segment::SpeechStarted(at) => vec![TranscriptEvent::SpeechStarted { at }],
            // Nobody wants to know any more.
            Segment::Utterance { .. } if events.is_closed() => return Ok(()),
            Segment::Utterance { start, end, wav } => {
                let seconds = end - start;
                paid = tally.spend(seconds)?;
                let mut new = vec![TranscriptEvent::Billed { seconds }];
                new.extend(words(provider, language, start, end, wav).await);
                new
            }
        };
        for event in new {
            if events.send(event).await.is_err() {
                return Ok(());
            }
        }
        // After what was heard.
        paid?;
    }
    Ok(())
}

/// What an utterance says.
async fn words(
    provider: &Provider,
    language: Option<&str>,
    start: f64,
    end: f64,
    wav: Bytes,
) -> Vec<TranscriptEvent> {
    let ended = TranscriptEvent::UtteranceEnded { at: end };
    match provider
        .transcribe(&AudioInput::Wav(wav), language, None)
        .await
    {
        Ok(heard) if heard.is_noise || heard.text.is_empty() => vec![ended],
        Ok(heard) => {
            let text = heard.text;
            vec![TranscriptEvent::Final { text, start, end }, ended]
        }
        Err(error) => vec![TranscriptEvent::UtteranceFailed(error)],
    }
}

/// Raw samples as a WAV file.
fn wav(samples: &[u8]) -> std::io::Result<Bytes> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
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
