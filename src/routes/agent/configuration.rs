//! The configuration fields of a request, checked one by one.

use serde_json::{Map, Value};

use super::practice::{PracticeRequest, practice};
use crate::routes::body::{Fields, FromFields};
use interview::SessionConfig;

const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 50_000;
const LONGEST_RESUME: usize = 100_000;
/// Registered tags are far shorter (BCP 47, section 4.4.1 recommends 35).
const LONGEST_LANGUAGE: usize = 35;
/// Bytes of JSON that fields this version does not know may take together.
const LARGEST_EXTRA: usize = 64 * 1024;
/// Far below what parsers give up at, with the levels of a response around it.
const DEEPEST_EXTRA: usize = 32;

/// A configuration, and the session it is for. Documented as `SessionConfig`.
pub(crate) struct Configuration {
    pub config: SessionConfig,
    /// The question to practise, when a session is made.
    pub practice: Option<PracticeRequest>,
    session_id: Option<String>,
}

impl FromFields for Configuration {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            session_id: fields.session_id(),
            practice: practice(fields),
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
                practice: None,
                extra: unknown(fields).into(),
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

/// The fields this version does not know, which are kept: as long as the database gives them back as they came.
fn unknown(fields: &mut Fields) -> Map<String, Value> {
    let extra = fields.rest();
    for (name, value) in &extra {
        if name.contains('\0') || any(value, &has_nul) {
            fields.reject("extra", "no field may contain the NUL character");
        }
        if any(value, &is_extreme) {
            fields.reject("extra", "no number may be beyond 1e300 or below 1e-300");
        }
        if depth(value) > DEEPEST_EXTRA {
            fields.reject("extra", "no field may be nested more than 32 levels deep");
        }
    }
    if serde_json::to_vec(&extra).is_ok_and(|json| json.len() > LARGEST_EXTRA) {
        fields.reject("extra", "additional fields may take at most 64 kB together");
    }
    extra
}

/// Whether `holds` is true of a value, or of one within it.
fn any(value: &Value, holds: &impl Fn(&Value) -> bool) -> bool {
    holds(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| any(item, holds)),
            Value::Object(members) => members.values().any(|member| any(member, holds)),
            _ => false,
        }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Object(members) => members.keys().any(|name| name.contains('\0')),
        _ => false,
    }
}

/// Numbers at the edge of what a double holds come back from the database as others, or not at all.
fn is_extreme(value: &Value) -> bool {
    let number = value.as_f64().map_or(0.0, f64::abs);
    number > 1e300 || (number > 0.0 && number < 1e-300)
}

fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}
