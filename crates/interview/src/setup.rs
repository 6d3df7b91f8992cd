//! How an interview is set up.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Extra, Practice};

/// Manner of the interviewer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    #[default]
    Formal,
    Casual,
    Aggressive,
    Technical,
}

/// How demanding the questions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    Easy,
    #[default]
    Medium,
    Hard,
}

/// How an interview is set up. Every field is optional; fields this version does not know are kept
/// in `extra` and stored with the rest: at most 64 kB, 32 levels deep, without NUL characters and without numbers
/// beyond 1e300.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionConfig {
    /// The position practised for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, pattern = r"^[^\u0000]*$")]
    pub job_role: Option<String>,
    /// The advertisement's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50_000, pattern = r"^[^\u0000]*$")]
    pub job_description: Option<String>,
    /// The candidate's résumé as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100_000, pattern = r"^[^\u0000]*$")]
    pub resume_content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// Number of questions after which the interview closes, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub target_question_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, pattern = r"^[^\u0000]*$")]
    pub company_name: Option<String>,
    /// Minutes, 1 to 240; counts only with `use_time_based_interview`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 240)]
    pub interview_duration_minutes: Option<u32>,
    /// Close by the clock instead of by the number of questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_time_based_interview: Option<bool>,
    /// The interview's language as a BCP 47 tag (`de`, `zh-Hans`); English when it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 35,
        pattern = r"^([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-x(-[A-Za-z0-9]{1,8})+)?$"
    )]
    pub language: Option<String>,
    /// One question to practise instead of a whole interview, which then ends with its answer.
    #[serde(
        default,
        deserialize_with = "readable",
        skip_serializing_if = "Option::is_none"
    )]
    pub practice: Option<Practice>,
    #[serde(flatten)]
    #[schema(additional_properties = true, value_type = Object)]
    pub extra: Extra,
}

/// What an earlier client kept under this name is no practice, and no reason to refuse the session.
fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Practice>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(Practice::deserialize(value).ok())
}

/// Questions asked when the configuration names no target.
pub const DEFAULT_QUESTION_COUNT: u32 = 8;
/// Minutes of a time-based interview whose configuration names none.
pub const DEFAULT_DURATION_MINUTES: u32 = 30;

impl SessionConfig {
    pub fn question_target(&self) -> u32 {
        if self.practice.is_some() {
            return 1;
        }
        self.target_question_count.unwrap_or(DEFAULT_QUESTION_COUNT)
    }

    /// The same set-up for the practice of one question.
    #[must_use]
    pub fn practising(&self, practice: Practice) -> Self {
        Self {
            target_question_count: Some(1),
            use_time_based_interview: None,
            interview_duration_minutes: None,
            practice: Some(practice),
            ..self.clone()
        }
    }

    /// Seconds the interview may last, when it is the clock that closes it.
    pub fn time_limit_seconds(&self) -> Option<i64> {
        let by_clock = self.use_time_based_interview.unwrap_or(false) && self.practice.is_none();
        by_clock.then(|| {
            i64::from(
                self.interview_duration_minutes
                    .unwrap_or(DEFAULT_DURATION_MINUTES),
            ) * 60
        })
    }
}
