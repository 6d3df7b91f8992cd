//! The coach's feedback on one answer.

use llm::Usage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::SpokenDelivery;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackStatus {
    Pending,
    Ready,
    Failed,
    /// The message was no answer (the candidate asked for a clarification): there is nothing to judge.
    NotApplicable,
}

/// What a question asks for; it decides which rubric applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Something the candidate has done: "Tell me about a time when …".
    Behavioral,
    /// Something the candidate would do: "What would you do if …".
    Situational,
    /// Knowledge with a right answer.
    Technical,
    /// A system or solution to be designed.
    Design,
    /// Motivation, introduction, the candidate's own questions.
    Motivation,
}

/// The coach's view of one answer, as it is stored in `interview_turns.feedback`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Feedback {
    pub status: FeedbackStatus,
    /// The whole feedback as readable text; null while pending or failed.
    #[serde(default)]
    pub feedback: Option<String>,
    /// What worked, each a sentence.
    #[serde(default)]
    pub worked: Vec<String>,
    /// What to change, each a sentence.
    #[serde(default)]
    pub to_change: Vec<String>,
    #[serde(default)]
    pub scores: Vec<Score>,
    /// The answer in one sentence, to be read first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_kind: Option<QuestionKind>,
    /// What can be seen without understanding the answer; the offline coach's instead of scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<Check>,
    /// The answer rewritten from what the candidate said, with placeholders such as `[how many?]` where a
    /// fact is missing; for technical questions the right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stronger_answer: Option<String>,
    /// Measured, not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Sentences of the answer that address the grader or the software and were not judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// `offline`, or provider/model.
    #[serde(default)]
    pub coach: String,
    #[serde(default)]
    pub rubric_version: String,
    /// Tokens the coach's model used for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

impl Feedback {
    /// Feedback that says nothing yet.
    pub fn empty(status: FeedbackStatus) -> Self {
        Self {
            status,
            feedback: None,
            worked: Vec::new(),
            to_change: Vec::new(),
            scores: Vec::new(),
            headline: None,
            question_kind: None,
            checklist: Vec::new(),
            stronger_answer: None,
            delivery: None,
            set_aside: Vec::new(),
            coach: String::new(),
            rubric_version: String::new(),
            usage: None,
        }
    }
}

/// A score on one dimension of the rubric. Above 1 there is none without evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Score {
    /// `structure`, `specificity`, `relevance`, `depth`, `communication`.
    pub dimension: String,
    /// 1 (judged and absent) to 5 (excellent); null when it could not be judged.
    pub score: Option<u8>,
    /// Why, in a sentence.
    pub reason: String,
    pub evidence: Vec<Evidence>,
}

/// One line of the offline coach's checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// `length`, `numbers`, `own_actions`, `result`, `reason`, `fillers`, `repetition`, `own_words`, `readable`.
    pub check: String,
    /// Null where it can't be told.
    pub met: Option<bool>,
    /// What was seen, in a sentence.
    pub detail: String,
    /// The sentences it rests on.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// How an answer was given, measured by the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    pub words: u32,
    /// Words that answers to this kind of question usually have.
    pub words_from: u32,
    pub words_to: u32,
    /// Filler words ("um", "you know"), by the interview's language.
    pub fillers: u32,
    /// Sentences and phrases that were begun twice ("I I went").
    pub repeated_starts: u32,
    /// Only of an answer that was spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<SpokenDelivery>,
}

/// Words of an answer, verbatim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub turn_no: u32,
    pub quote: String,
}
