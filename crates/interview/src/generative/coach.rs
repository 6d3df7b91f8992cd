//! The coach on a language model. It proposes scores; only what its quotes prove is kept.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::guard;
use super::material::{shortened, tokens};
use super::prompts::{self, RUBRIC_VERSION};
use super::proof::{check_judgement, honest, proven, readable, sentences};
use super::screen::screened;
use super::structured::structured;
use crate::evidence::INSUFFICIENT;
use crate::scores::DIMENSIONS;
use crate::{Coach, Conversation, InterviewError, Usage};
use crate::{Feedback, FeedbackStatus, Narrative, Score, Scores, SessionConfig, Turn};
use llm::{Llm, Prompt, Role};

const FEEDBACK_TOKENS: u32 = 1_600;
const NARRATIVE_TOKENS: u32 = 1_200;
/// Judges by a language model.
pub struct GenerativeCoach {
    llm: Arc<Llm>,
}

impl GenerativeCoach {
    pub fn new(llm: Arc<Llm>) -> Self {
        Self { llm }
    }

    fn feedback(&self) -> Feedback {
        Feedback {
            coach: self.llm.name().to_owned(),
            rubric_version: RUBRIC_VERSION.clone(),
            ..Feedback::empty(FeedbackStatus::Ready)
        }
    }

    /// An answer that says nothing to the interviewer is not worth a model's time.
    fn nothing_said(&self) -> Feedback {
        let reason = format!("{INSUFFICIENT}: the answer says nothing that answers the question.");
        Feedback {
            feedback: Some(
                "There is nothing in this answer that the interviewer could judge. Answer the question itself, with an example of your own."
                    .to_owned(),
            ),
            to_change: vec!["Answer the question that was asked.".to_owned()],
            scores: DIMENSIONS
                .iter()
                .map(|dimension| Score {
                    dimension: (*dimension).to_owned(),
                    score: None,
                    reason: reason.clone(),
                    evidence: Vec::new(),
                })
                .collect(),
            ..self.feedback()
        }
    }
}

#[async_trait]
impl Coach for GenerativeCoach {
    async fn assess(
        &self,
        conversation: &Conversation,
        turn_no: u32,
    ) -> Result<Feedback, InterviewError> {
        let missing = || InterviewError::Invalid(format!("there is no answer in turn {turn_no}"));
        let turn = conversation.turn(turn_no).ok_or_else(missing)?;
        let answer = turn.message.as_deref().ok_or_else(missing)?;
        let screened = screened(answer);
        if screened.is_bare() {
            return Ok(self.nothing_said());
        }
        let room = self
            .llm
            .room(FEEDBACK_TOKENS)
            .saturating_sub(tokens(prompts::COACH));
        let asked = json!({
            "role": role(&conversation.config),
            "difficulty": conversation.config.difficulty.unwrap_or_default(),
            "question": question(conversation, turn),
            "answer": shortened(&screened.text, room * 3 / 4),
        });
        let prompt = Prompt {
            system: prompts::COACH.to_owned(),
            messages: vec![(Role::User, asked.to_string())],
            schema: Some(("feedback", judgement_schema())),
            max_tokens: FEEDBACK_TOKENS,
            temperature: None,
        };
        let (judgement, usage) = structured(&self.llm, prompt, check_judgement).await?;
        let scores = proven(&judgement, answer, &screened, turn_no);
        let worked = sentences(judgement.worked);
        let to_change = sentences(judgement.to_change);
        Ok(Feedback {
            feedback: Some(readable(judgement.summary.trim(), &worked, &to_change)),
            worked,
            to_change,
            scores,
            usage: Some(usage),
            ..self.feedback()
        })
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError> {
        let answered: Vec<&Turn> = conversation
            .turns
            .iter()
            .map(AsRef::as_ref)
            .filter(|turn| turn.is_answer())
            .collect();
        let room = self
            .llm
            .room(NARRATIVE_TOKENS)
            .saturating_sub(tokens(prompts::NARRATIVE));
        // Every answer has its share, so that a long interview loses detail and no answer.
        let each = (room * 3 / 4) / answered.len().max(1);
        let answers: Vec<Value> = answered
            .iter()
            .map(|turn| {
                let said = turn.message.as_deref().unwrap_or_default();
                let feedback = turn.feedback.as_ref();
                let told = |sentences: fn(&Feedback) -> &Vec<String>| {
                    let sentences = feedback
                        .map(sentences)
                        .map_or(String::new(), |all| all.join(" "));
                    shortened(&sentences, each / 6)
                };
                json!({
                    "question": shortened(&question(conversation, turn), each / 6),
                    "answer": shortened(&screened(said).text, each / 2),
                    "to_change": told(|feedback| &feedback.to_change),
                    "worked": told(|feedback| &feedback.worked),
                })
            })
            .collect();
        let dimensions: Vec<Value> = scores
            .dimension_scores
            .iter()
            .map(|score| json!({"dimension": score.dimension, "score": score.score}))
            .collect();
        let asked = json!({
            "role": role(&conversation.config),
            "scores": dimensions,
            "answers": answers,
        });
        let prompt = Prompt {
            system: prompts::NARRATIVE.to_owned(),
            messages: vec![(Role::User, asked.to_string())],
            schema: Some(("report", narrative_schema())),
            max_tokens: NARRATIVE_TOKENS,
            temperature: None,
        };
        let (narrative, usage) = structured(&self.llm, prompt, |narrative: &Narrative| {
            for text in texts(narrative) {
                if text.trim().is_empty() {
                    return Err("one of its texts is empty".into());
                }
                if let Some(objection) = guard::objection(text) {
                    return Err(objection);
                }
            }
            Ok(())
        })
        .await?;
        let said: Vec<&str> = answered
            .iter()
            .filter_map(|turn| turn.message.as_deref())
            .collect();
        Ok((
            Narrative {
                patterns_tendencies: honest(&narrative.patterns_tendencies, &said),
                strengths: honest(&narrative.strengths, &said),
                weaknesses: honest(&narrative.weaknesses, &said),
                improvement_focus_areas: honest(&narrative.improvement_focus_areas, &said),
                ..Narrative::default()
            },
            usage,
        ))
    }
}

fn role(config: &SessionConfig) -> Value {
    let role = config
        .job_role
        .as_deref()
        .map(|role| screened(role).text.clone());
    role.map_or(Value::Null, |role| Value::String(shortened(&role, 100)))
}

fn question(conversation: &Conversation, answered: &Turn) -> String {
    answered
        .question_no
        .or(answered.turn_no.checked_sub(1))
        .and_then(|turn_no| conversation.turn(turn_no)?.reply.as_ref())
        .map(|reply| reply.content.clone())
        .unwrap_or_default()
}

fn judgement_schema() -> Value {
    let judged = json!({
        "type": "object",
        "properties": {
            "quotes": {"type": "array", "items": {"type": "string", "maxLength": 160}, "maxItems": 2},
            "reason": {"type": "string", "maxLength": 200},
            "score": {"type": "integer", "enum": [0, 1, 2, 3, 4, 5]},
        },
        "required": ["quotes", "reason", "score"],
        "additionalProperties": false,
    });
    let dimensions: serde_json::Map<String, Value> = DIMENSIONS
        .iter()
        .map(|dimension| ((*dimension).to_owned(), judged.clone()))
        .collect();
    let sentences =
        json!({"type": "array", "items": {"type": "string", "maxLength": 240}, "maxItems": 3});
    json!({
        "type": "object",
        "properties": {
            "scores": {
                "type": "object",
                "properties": dimensions,
                "required": DIMENSIONS,
                "additionalProperties": false,
            },
            "summary": {"type": "string", "maxLength": 400},
            "to_change": sentences,
            "worked": sentences,
        },
        "required": ["scores", "summary", "to_change", "worked"],
        "additionalProperties": false,
    })
}

fn narrative_schema() -> Value {
    let text = json!({"type": "string", "maxLength": 900});
    json!({
        "type": "object",
        "properties": {
            "patterns_tendencies": text,
            "strengths": text,
            "weaknesses": text,
            "improvement_focus_areas": text,
        },
        "required": ["patterns_tendencies", "strengths", "weaknesses", "improvement_focus_areas"],
        "additionalProperties": false,
    })
}

fn texts(narrative: &Narrative) -> [&str; 4] {
    [
        &narrative.patterns_tendencies,
        &narrative.strengths,
        &narrative.weaknesses,
        &narrative.improvement_focus_areas,
    ]
}
