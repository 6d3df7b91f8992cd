//! Voice activity detection: segments audio into utterances, at silence.

use std::collections::VecDeque;

use earshot::Detector;

/// Samples a second.
pub(super) const SAMPLE_RATE: u32 = 16_000;
/// Samples the detector takes at once.
const FRAME: usize = 256;
const FRAME_SECONDS: f64 = 0.016;
/// Score from which a frame counts as voice.
const VOICE_THRESHOLD: f32 = 0.5;
/// Voiced frames that start an utterance: 80 ms, so that a click does not.
const START_FRAMES: usize = 5;
/// Frames before the beginning that belong to it: the first consonant is quiet.
const LEAD_FRAMES: usize = 20;
/// Silent frames that end an utterance: 700 ms.
const END_SILENCE_FRAMES: usize = 44;
/// Silent frames left at its end.
const TAIL_FRAMES: usize = 12;
/// Voiced frames below which an utterance is dropped as a click.
const MIN_VOICED_FRAMES: usize = 8;
/// A long utterance ends at a short pause, a very long one anywhere: in frames.
const LONG_FRAMES: usize = 1_250;
const SHORT_PAUSE_FRAMES: usize = 8;
const MAX_FRAMES: usize = 1_800;

/// What the segmenter detected.
#[derive(Debug, PartialEq)]
pub(super) enum Detected {
    /// Somebody began to speak; seconds from the first sample.
    SpeechStarted(f64),
    /// Times are seconds from the first sample.
    Utterance {
        start: f64,
        end: f64,
        samples: Vec<i16>,
    },
}

pub(super) struct Segmenter {
    detector: Box<Detector>,
    frame: Vec<i16>,
    /// Frames so far.
    frames: usize,
    lead: VecDeque<i16>,
    /// Voiced frames in a row, more or less.
    streak: usize,
    current: Option<Current>,
}

struct Current {
    first: usize,
    samples: Vec<i16>,
    silent: usize,
    voiced: usize,
}

impl Segmenter {
    pub(super) fn new() -> Self {
        Self {
            detector: Detector::default_boxed(),
            frame: Vec::with_capacity(FRAME),
            frames: 0,
            lead: VecDeque::with_capacity(LEAD_FRAMES * FRAME),
            streak: 0,
            current: None,
        }
    }

    /// Takes samples of 16 kHz mono; returns what began or ended with them.
    pub(super) fn push(&mut self, samples: &[i16]) -> Vec<Detected> {
        let mut detected = Vec::new();
        for &sample in samples {
            self.frame.push(sample);
            if self.frame.len() == FRAME {
                let frame = std::mem::replace(&mut self.frame, Vec::with_capacity(FRAME));
                let voiced = self.detector.predict_i16(&frame) >= VOICE_THRESHOLD;
                self.push_frame(&frame, voiced, &mut detected);
            }
        }
        detected
    }

    /// Ends the audio; what was being said is an utterance.
    pub(super) fn finish(&mut self) -> Option<Detected> {
        let current = self.current.take()?;
        finished(current, self.frames)
    }

    fn push_frame(&mut self, frame: &[i16], voiced: bool, detected: &mut Vec<Detected>) {
        self.frames += 1;
        let Some(current) = &mut self.current else {
            self.detect_start(frame, voiced, detected);
            return;
        };
        current.samples.extend_from_slice(frame);
        if voiced {
            current.silent = 0;
            current.voiced += 1;
        } else {
            current.silent += 1;
        }
        let length = self.frames - current.first;
        let is_long =
            length >= MAX_FRAMES || (length >= LONG_FRAMES && current.silent >= SHORT_PAUSE_FRAMES);
        if current.silent < END_SILENCE_FRAMES && !is_long {
            return;
        }
        let speaks_on = current.silent < SHORT_PAUSE_FRAMES;
        if let Some(current) = self.current.take() {
            detected.extend(finished(current, self.frames));
        }
        self.streak = 0;
        if speaks_on {
            self.current = Some(Current {
                first: self.frames,
                samples: Vec::new(),
                silent: 0,
                voiced: MIN_VOICED_FRAMES,
            });
        }
    }

    fn detect_start(&mut self, frame: &[i16], voiced: bool, detected: &mut Vec<Detected>) {
        self.lead.extend(frame);
        let surplus = self.lead.len().saturating_sub(LEAD_FRAMES * FRAME);
        self.lead.drain(..surplus);
        self.streak = if voiced {
            self.streak + 1
        } else {
            self.streak.saturating_sub(1)
        };
        if self.streak >= START_FRAMES {
            let samples: Vec<i16> = self.lead.drain(..).collect();
            let first = self.frames - samples.len() / FRAME;
            detected.push(Detected::SpeechStarted(seconds(first)));
            self.current = Some(Current {
                first,
                samples,
                silent: 0,
                voiced: self.streak,
            });
        }
    }
}

fn finished(mut current: Current, frames: usize) -> Option<Detected> {
    let surplus = current.silent.saturating_sub(TAIL_FRAMES);
    let keep = current.samples.len().saturating_sub(surplus * FRAME);
    current.samples.truncate(keep);
    (current.voiced >= MIN_VOICED_FRAMES).then(|| Detected::Utterance {
        start: seconds(current.first),
        end: seconds(frames - surplus),
        samples: current.samples,
    })
}

#[expect(clippy::cast_precision_loss, reason = "no audio has that many frames")]
fn seconds(frames: usize) -> f64 {
    frames as f64 * FRAME_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames as the detector would judge them, without audio: 'v' is voice, '.' is silence.
    fn segment(script: &str) -> Vec<Detected> {
        let mut segmenter = Segmenter::new();
        let mut detected = Vec::new();
        for (at, mark) in script.chars().enumerate() {
            let sample = i16::try_from(at % 1_000).expect("small");
            segmenter.push_frame(&[sample; FRAME], mark == 'v', &mut detected);
        }
        detected.extend(segmenter.finish());
        detected
    }

    fn lengths(detected: &[Detected]) -> Vec<usize> {
        let length = |item: &Detected| match item {
            Detected::SpeechStarted(_) => None,
            Detected::Utterance { samples, .. } => Some(samples.len() / FRAME),
        };
        detected.iter().filter_map(length).collect()
    }

    #[test]
    fn an_utterance_has_its_beginning_and_little_of_the_silence_after() {
        let script = format!("{}{}{}", ".".repeat(100), "v".repeat(50), ".".repeat(60));
        let detected = segment(&script);
        assert_eq!(detected[0], Detected::SpeechStarted(85.0 * FRAME_SECONDS));
        assert_eq!(lengths(&detected), [15 + 50 + TAIL_FRAMES]);
        let Detected::Utterance {
            start,
            end,
            samples,
        } = &detected[1]
        else {
            panic!("{detected:?}");
        };
        assert!((end - start - 77.0 * FRAME_SECONDS).abs() < 1e-9);
        assert_eq!(samples[0], 85, "nothing before it is missing");
    }

    #[test]
    fn clicks_are_no_speech_and_short_pauses_end_nothing() {
        assert!(segment(&format!("{}vvv{}", ".".repeat(30), ".".repeat(60))).is_empty());
        let script = format!(
            "{}{}{}{}",
            "v".repeat(30),
            ".".repeat(40),
            "v".repeat(30),
            ".".repeat(60)
        );
        assert_eq!(lengths(&segment(&script)), [100 + TAIL_FRAMES]);
    }

    #[test]
    fn who_never_pauses_is_cut_without_a_loss() {
        let detected = segment(&"v".repeat(4_000));
        assert_eq!(lengths(&detected).iter().sum::<usize>(), 4_000);
        assert!(
            lengths(&detected)
                .iter()
                .all(|length| *length <= MAX_FRAMES)
        );
        let started = detected
            .iter()
            .filter(|item| matches!(item, Detected::SpeechStarted(_)))
            .count();
        assert_eq!(started, 1);
    }
}
