//! How the practice of one question is asked for.

use serde::Deserialize;
use utoipa::openapi::schema::{AllOfBuilder, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::routes::body::Fields;
use interview::practice::{LONGEST_QUESTION, LONGEST_TOPIC};
use interview::{Practice, QuestionKind, SessionConfig};

/// What to make: an interview or the practice of a given question, or the practice of a question of another session.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(crate) enum CreateSession {
    Configured(Box<SessionConfig>),
    Practice(NewPractice),
}

/// The practice of a question of one's own session, from which it takes all of its set-up.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents a body that is read field by field")]
pub(crate) struct NewPractice {
    pub practice: PracticeOf,
}

/// The set-up of an interview that starts: what to practise was chosen when the session was made.
pub(crate) struct StartInterview;

impl PartialSchema for StartInterview {
    fn schema() -> RefOr<Schema> {
        let none = ObjectBuilder::new().schema_type(Type::Null);
        AllOfBuilder::new()
            .item(Ref::from_schema_name("SessionConfig"))
            .item(ObjectBuilder::new().property("practice", none))
            .into()
    }
}

impl ToSchema for StartInterview {}

/// A main question of another session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PracticeOf {
    /// The session: an interview, or a practice to be tried once more.
    pub of: Uuid,
    /// Number of the main question, from 1; follow-ups have none.
    #[schema(minimum = 1)]
    pub question: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenQuestion {
    question: String,
    question_kind: Option<QuestionKind>,
    topic: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Of(PracticeOf),
    Given(GivenQuestion),
}

/// The practice that a body asks for.
pub(crate) enum PracticeRequest {
    Of(PracticeOf),
    Given(Practice),
}

/// Reads the field `practice`.
pub(super) fn practice(fields: &mut Fields) -> Option<PracticeRequest> {
    let expected = "must be {\"question\": a text} or {\"of\": a session's id, \"question\": the number of a main question}";
    match fields.deserialize("practice", expected)? {
        Asked::Of(of) => Some(PracticeRequest::Of(of)),
        Asked::Given(given) => Some(PracticeRequest::Given(checked(fields, given)?)),
    }
}

fn checked(fields: &mut Fields, given: GivenQuestion) -> Option<Practice> {
    let GivenQuestion {
        question,
        question_kind,
        topic,
    } = given;
    let length = question.chars().count();
    if question.trim().is_empty() || length > LONGEST_QUESTION || question.contains('\0') {
        let expected = "must be a text of 1 to 2,000 characters, without the NUL character";
        fields.reject("practice.question", expected);
        return None;
    }
    let is_topic = |topic: &String| topic.chars().count() <= LONGEST_TOPIC && !topic.contains('\0');
    if !topic.as_ref().is_none_or(is_topic) {
        let expected = "must be a text of at most 200 characters, without the NUL character";
        fields.reject("practice.topic", expected);
    }
    Some(Practice {
        question,
        question_kind,
        topic,
    })
}
