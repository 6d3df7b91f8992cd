//! The configuration fields of a request, checked one by one.

use serde_json::{Map, Value};

use crate::routes::body::{Fields, FromFields};
use interview::SessionConfig;

const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 50_000;
const LONGEST_RESUME: usize = 100_000;
/// Registered tags are far shorter (BCP 47, section 4.4.1 recommends 35).
const LONGEST_LANGUAGE: usize = 35;
/// Bytes of JSON that fields this version does not know may take together.
const LARGEST_EXTRA: usize = 64 * 1024;

/// A configuration, and the session it is for. Documented as `SessionConfig`.
pub(crate) struct Configuration {
    pub config: SessionConfig,
    session_id: Option<String>,
}

impl FromFields for Configuration {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            session_id: fields.session_id(),
            config: SessionConfig {
                job_role: fields.text("job_role", LONGEST_NAME),
                job_description: fields.text("job_description", LONGEST_DESCRIPTION),
                resume_content: fields.text("resume_content", LONGEST_RESUME),
                style: fields.deserialize(
                    "style",
                    "must be one of formal, casual, aggressive, technical",
                ),
                difficulty: fields.deserialize("difficulty", "must be one of easy, medium, hard"),
                target_question_count: count(fields, "target_question_count", 100),
                company_name: fields.text("company_name", LONGEST_NAME),
                interview_duration_minutes: count(fields, "interview_duration_minutes", 240),
                use_time_based_interview: fields
                    .deserialize("use_time_based_interview", "must be true or false"),
                language: language(fields),
                extra: unknown(fields),
            },
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

fn count(fields: &mut Fields, name: &str, most: u32) -> Option<u32> {
    let expected = format!("must be a whole number, 1 to {most}");
    let count = fields.deserialize(name, &expected)?;
    if !(1..=most).contains(&count) {
        fields.reject(name, &expected);
    }
    Some(count)
}

fn language(fields: &mut Fields) -> Option<String> {
    let tag = fields.text("language", LONGEST_LANGUAGE)?;
    match oxilangtag::LanguageTag::parse_and_normalize(&tag) {
        Ok(tag) => Some(tag.into_inner()),
        Err(_) => {
            fields.reject("language", "must be a language tag such as en, de or pt-BR");
            None
        }
    }
}

/// The fields this version does not know, which are kept.
fn unknown(fields: &mut Fields) -> Map<String, Value> {
    let extra = fields.rest();
    if extra
        .iter()
        .any(|(name, value)| name.contains('\0') || has_nul(value))
    {
        fields.reject("extra", "no field may contain the NUL character");
    }
    if serde_json::to_vec(&extra).is_ok_and(|json| json.len() > LARGEST_EXTRA) {
        fields.reject("extra", "additional fields may take at most 64 kB together");
    }
    extra
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}
