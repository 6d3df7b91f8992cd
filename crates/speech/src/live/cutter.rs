//! Sound cut into utterances, at silence.

use std::collections::VecDeque;

use earshot::Detector;

/// Samples a second.
pub(super) const RATE: u32 = 16_000;
/// Samples the detector takes at once.
const FRAME: usize = 256;
const FRAME_SECONDS: f64 = 0.016;
/// Score from which a frame counts as voice.
const VOICE: f32 = 0.5;
/// Voiced frames that begin an utterance: 80 ms, so that a click does not.
const BEGINS: usize = 5;
/// Frames before the beginning that belong to it: the first consonant is quiet.
const LEAD: usize = 20;
/// Silent frames that end an utterance: 700 ms.
const ENDS: usize = 44;
/// Silent frames that are kept at its end.
const TAIL: usize = 12;
/// Voiced frames that make an utterance worth hearing.
const WORTH: usize = 8;
/// A long utterance ends at a short pause, a very long one anywhere: in frames.
const LONG: usize = 1_250;
const SHORT_PAUSE: usize = 8;
const LONGEST: usize = 1_800;

/// What was found.
#[derive(Debug, PartialEq)]
pub(super) enum Cut {
    /// Somebody began to speak; seconds from the first sample.
    Started(f64),
    Utterance {
        start: f64,
        end: f64,
        samples: Vec<i16>,
    },
}

pub(super) struct Cutter {
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

impl Cutter {
    pub(super) fn new() -> Self {
        Self {
            detector: Detector::default_boxed(),
            frame: Vec::with_capacity(FRAME),
            frames: 0,
            lead: VecDeque::with_capacity(LEAD * FRAME),
            streak: 0,
            current: None,
        }
    }

    /// Takes samples of 16 kHz mono and says what they bring to an end or to a beginning.
    pub(super) fn push(&mut self, samples: &[i16]) -> Vec<Cut> {
        let mut cuts = Vec::new();
        for &sample in samples {
            self.frame.push(sample);
            if self.frame.len() == FRAME {
                let frame = std::mem::replace(&mut self.frame, Vec::with_capacity(FRAME));
                let voiced = self.detector.predict_i16(&frame) >= VOICE;
                self.take(&frame, voiced, &mut cuts);
            }
        }
        cuts
    }

    /// The sound is over: what was being said is an utterance.
    pub(super) fn end(&mut self) -> Option<Cut> {
        let current = self.current.take()?;
        finished(current, self.frames)
    }

    fn take(&mut self, frame: &[i16], voiced: bool, cuts: &mut Vec<Cut>) {
        self.frames += 1;
        let Some(current) = &mut self.current else {
            self.wait(frame, voiced, cuts);
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
        let is_long = length >= LONGEST || (length >= LONG && current.silent >= SHORT_PAUSE);
        if current.silent < ENDS && !is_long {
            return;
        }
        let speaks_on = current.silent < SHORT_PAUSE;
        if let Some(current) = self.current.take() {
            cuts.extend(finished(current, self.frames));
        }
        self.streak = 0;
        if speaks_on {
            self.current = Some(Current {
                first: self.frames,
                samples: Vec::new(),
                silent: 0,
                voiced: WORTH,
            });
        }
    }

    fn wait(&mut self, frame: &[i16], voiced: bool, cuts: &mut Vec<Cut>) {
        self.lead.extend(frame);
        let surplus = self.lead.len().saturating_sub(LEAD * FRAME);
        self.lead.drain(..surplus);
        self.streak = if voiced {
            self.streak + 1
        } else {
            self.streak.saturating_sub(1)
        };
        if self.streak >= BEGINS {
            let samples: Vec<i16> = self.lead.drain(..).collect();
            let first = self.frames - samples.len() / FRAME;
            cuts.push(Cut::Started(seconds(first)));
            self.current = Some(Current {
                first,
                samples,
                silent: 0,
                voiced: self.streak,
            });
        }
    }
}

fn finished(mut current: Current, frames: usize) -> Option<Cut> {
    let surplus = current.silent.saturating_sub(TAIL);
    let keep = current.samples.len().saturating_sub(surplus * FRAME);
    current.samples.truncate(keep);
    (current.voiced >= WORTH).then(|| Cut::Utterance {
        start: seconds(current.first),
        end: seconds(frames - surplus),
        samples: current.samples,
    })
}

#[expect(clippy::cast_precision_loss, reason = "no sound has that many frames")]
fn seconds(frames: usize) -> f64 {
    frames as f64 * FRAME_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames as the detector would judge them, without sound: 'v' is voice, '.' is silence.
    fn cut(script: &str) -> Vec<Cut> {
        let mut cutter = Cutter::new();
        let mut cuts = Vec::new();
        for (at, mark) in script.chars().enumerate() {
            let sample = i16::try_from(at % 1_000).expect("small");
            cutter.take(&[sample; FRAME], mark == 'v', &mut cuts);
        }
        cuts.extend(cutter.end());
        cuts
    }

    fn lengths(cuts: &[Cut]) -> Vec<usize> {
        let length = |cut: &Cut| match cut {
            Cut::Started(_) => None,
            Cut::Utterance { samples, .. } => Some(samples.len() / FRAME),
        };
        cuts.iter().filter_map(length).collect()
    }

    #[test]
    fn an_utterance_has_its_beginning_and_little_of_the_silence_after() {
        let script = format!("{}{}{}", ".".repeat(100), "v".repeat(50), ".".repeat(60));
        let cuts = cut(&script);
        assert_eq!(cuts[0], Cut::Started(85.0 * FRAME_SECONDS));
        assert_eq!(lengths(&cuts), [15 + 50 + TAIL]);
        let Cut::Utterance {
            start,
            end,
            samples,
        } = &cuts[1]
        else {
            panic!("{cuts:?}");
        };
        assert!((end - start - 77.0 * FRAME_SECONDS).abs() < 1e-9);
        assert_eq!(samples[0], 85, "nothing before it is missing");
    }

    #[test]
    fn clicks_are_no_speech_and_short_pauses_end_nothing() {
        assert!(cut(&format!("{}vvv{}", ".".repeat(30), ".".repeat(60))).is_empty());
        let script = format!(
            "{}{}{}{}",
            "v".repeat(30),
            ".".repeat(40),
            "v".repeat(30),
            ".".repeat(60)
        );
        assert_eq!(lengths(&cut(&script)), [100 + TAIL]);
    }

    #[test]
    fn who_never_pauses_is_cut_without_a_loss() {
        let cuts = cut(&"v".repeat(4_000));
        assert_eq!(lengths(&cuts).iter().sum::<usize>(), 4_000);
        assert!(lengths(&cuts).iter().all(|length| *length <= LONGEST));
        let started = cuts
            .iter()
            .filter(|cut| matches!(cut, Cut::Started(_)))
            .count();
        assert_eq!(started, 1);
    }
}
