//! The configuration fields of a request, checked one by one.

use serde_json::Value;

use crate::error::ApiError;
use crate::routes::body::JsonObject;
use interview::SessionConfig;

const LONGEST_NAME: usize = 200;
const LONGEST_DESCRIPTION: usize = 50_000;
const LONGEST_RESUME: usize = 100_000;
/// Bytes of JSON that fields this version does not know may take together.
const LARGEST_EXTRA: usize = 64 * 1024;

/// Takes the configuration out of a body, together with `session_id` when the body names one. Unknown
/// fields are kept.
pub(super) fn configuration(
    mut body: JsonObject,
) -> Result<(SessionConfig, Option<String>), ApiError> {
    let session_id = body.take("session_id", "must be a string");
    let whole = |range: &str| format!("must be a whole number, {range}");
    let mut config = SessionConfig {
        job_role: body.take_text("job_role", LONGEST_NAME),
        job_description: body.take_text("job_description", LONGEST_DESCRIPTION),
        resume_content: body.take_text("resume_content", LONGEST_RESUME),
        style: body.take(
            "style",
            "must be one of formal, casual, aggressive, technical",
        ),
        difficulty: body.take("difficulty", "must be one of easy, medium, hard"),
        target_question_count: body.take("target_question_count", &whole("1 to 100")),
        company_name: body.take_text("company_name", LONGEST_NAME),
        interview_duration_minutes: body.take("interview_duration_minutes", &whole("1 to 240")),
        use_time_based_interview: body.take("use_time_based_interview", "must be true or false"),
        extra: serde_json::Map::new(),
    };
    if config
        .target_question_count
        .is_some_and(|n| !(1..=100).contains(&n))
    {
        body.refuse("target_question_count", &whole("1 to 100"));
    }
    if config
        .interview_duration_minutes
        .is_some_and(|n| !(1..=240).contains(&n))
    {
        body.refuse("interview_duration_minutes", &whole("1 to 240"));
    }
    config.extra = body.rest();
    if config
        .extra
        .iter()
        .any(|(name, value)| name.contains('\0') || has_nul(value))
    {
        body.refuse("extra", "no field may contain the NUL character");
    }
    if serde_json::to_vec(&config.extra).is_ok_and(|json| json.len() > LARGEST_EXTRA) {
        body.refuse("extra", "additional fields may take at most 64 kB together");
    }
    body.finish((config, session_id))
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
