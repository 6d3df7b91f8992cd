//! How an answer was spoken: its time and its pauses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Delivery;

/// Words a minute that listeners follow with ease. Conversations in English are held at about 150.
const USUAL_PACE: (u32, u32) = (110, 170);
/// What is shorter says nothing about a pace.
const LEAST_WORDS: u32 = 10;
const LEAST_SECONDS: f32 = 5.0;
/// Nobody speaks faster in an interview: part of such a message was typed.
const FASTEST: f32 = 300.0;

/// How a message was spoken, as its client measured it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpeechTiming {
    /// From the first to the last word, 0 to 7200.
    #[schema(minimum = 0, maximum = 7200)]
    pub seconds: f32,
    /// Silences of 1.5 seconds or more between words, 0 to 1000.
    #[schema(minimum = 0, maximum = 1000)]
    pub pauses: u16,
    /// 0 without a pause; not more than `seconds`.
    #[schema(minimum = 0, maximum = 7200)]
    pub longest_pause_seconds: f32,
}

impl SpeechTiming {
    const MOST_SECONDS: f32 = 7_200.0;
    const MOST_PAUSES: u16 = 1_000;

    /// Whether every measure is within its bounds.
    pub fn is_valid(&self) -> bool {
        (0.0..=Self::MOST_SECONDS).contains(&self.seconds)
            && (0.0..=self.seconds).contains(&self.longest_pause_seconds)
            && self.pauses <= Self::MOST_PAUSES
    }
}

/// How an answer was spoken.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpokenDelivery {
    /// From the first to the last word.
    pub seconds: f32,
    /// Null where too little was said to tell.
    pub words_per_minute: Option<u32>,
    /// A pace that listeners follow with ease.
    pub words_per_minute_from: u32,
    pub words_per_minute_to: u32,
    /// Silences of 1.5 seconds or more between words.
    pub pauses: u32,
    pub longest_pause_seconds: f32,
}

impl Delivery {
    /// The same with how it was spoken, where it was.
    pub(crate) fn spoken(self, timing: Option<SpeechTiming>) -> Self {
        let spoken = timing.map(|timing| SpokenDelivery {
            seconds: timing.seconds,
            words_per_minute: words_per_minute(self.words, timing.seconds),
            words_per_minute_from: USUAL_PACE.0,
            words_per_minute_to: USUAL_PACE.1,
            pauses: timing.pauses.into(),
            longest_pause_seconds: timing.longest_pause_seconds,
        });
        Self { spoken, ..self }
    }
}

fn words_per_minute(words: u32, seconds: f32) -> Option<u32> {
    let pace = words as f32 * 60.0 / seconds;
    let tells = words >= LEAST_WORDS && seconds >= LEAST_SECONDS && pace <= FASTEST;
    // Positive and small.
    tells.then_some(pace.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(seconds: f32, pauses: u16, longest_pause_seconds: f32) -> SpeechTiming {
        SpeechTiming {
            seconds,
            pauses,
            longest_pause_seconds,
        }
    }

    #[test]
    fn a_pace_is_told_where_enough_was_said_and_all_of_it_was_spoken() {
        assert_eq!(words_per_minute(100, 45.0), Some(133));
        assert_eq!(words_per_minute(9, 45.0), None);
        assert_eq!(words_per_minute(20, 4.9), None);
        assert_eq!(words_per_minute(400, 60.0), None);
        let typed = Delivery::default().spoken(None);
        assert_eq!(typed.spoken, None);
        let said = Delivery {
            words: 100,
            ..Delivery::default()
        };
        let spoken = said.spoken(Some(timing(45.0, 2, 3.5))).spoken;
        let spoken = spoken.expect("it was spoken");
        assert_eq!((spoken.words_per_minute, spoken.pauses), (Some(133), 2));
    }

    #[test]
    fn measures_have_bounds() {
        assert!(timing(0.0, 0, 0.0).is_valid());
        assert!(timing(7_200.0, 1_000, 7_200.0).is_valid());
        for wrong in [
            timing(7_201.0, 0, 0.0),
            timing(-1.0, 0, 0.0),
            timing(9.0, 1_001, 0.0),
            timing(9.0, 1, 9.1),
            timing(f32::NAN, 0, 0.0),
            timing(f32::INFINITY, 0, 0.0),
        ] {
            assert!(!wrong.is_valid(), "{wrong:?}");
        }
    }
}
