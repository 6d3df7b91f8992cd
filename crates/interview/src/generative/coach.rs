//! The coach on a language model. It proposes scores; only what its quotes prove is kept.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::grounded::grounded;
use super::material::tokens;
use super::non_answer::{NonAnswer, lowest};
use super::prompts::{self, RUBRIC_VERSION, filled};
use super::proof::{Judgement, check_judgement, honest, proven, with_gaps_told};
use super::proof::{readable, sentence, sentences};
use super::structured::structured;
use super::unit::Unit;
use super::{language, narrative, rubric};
use crate::phrases::{self, Phrases};
use crate::scores::DIMENSIONS;
use crate::{Coach, Conversation, InterviewError, Usage};
use crate::{Feedback, FeedbackStatus, Narrative, QuestionKind, Score, Scores};
use llm::{Llm, Prompt, Role};

const FEEDBACK_TOKENS: u32 = 2_000;
/// Low, so that the same answer gets the same scores as far as a model can.
const TEMPERATURE: f32 = 0.2;
/// Share of the room, in percent.
const RUBRIC_SHARE: usize = 50;

/// Judges by a language model.
pub struct GenerativeCoach {
    llm: Arc<Llm>,
}

impl GenerativeCoach {
    pub fn new(llm: Arc<Llm>) -> Self {
        Self { llm }
    }

    fn prompt(&self, unit: &Unit<'_>) -> Prompt {
        let room = self
            .llm
            .room(FEEDBACK_TOKENS)
            .saturating_sub(tokens(prompts::COACH));
        let rubric = rubric::told(unit.kind, room * RUBRIC_SHARE / 100);
        let told = unit.told(room.saturating_sub(tokens(&rubric)));
        let language = language::name(unit.config);
        Prompt {
            system: filled(
                prompts::COACH,
                &[("language", &language), ("rubric", &rubric)],
            ),
            messages: vec![(Role::User, told)],
            schema: Some(("feedback", judgement_schema())),
            max_tokens: FEEDBACK_TOKENS,
            temperature: Some(TEMPERATURE),
        }
    }
}

impl Unit<'_> {
    /// Feedback with what needs no model.
    fn feedback(&self, kind: Option<QuestionKind>) -> Feedback {
        Feedback {
            rubric_version: RUBRIC_VERSION.clone(),
            question_kind: kind,
            delivery: Some(self.delivery(kind)),
            set_aside: self.answer().set_aside(),
            ..Feedback::empty(FeedbackStatus::Ready)
        }
    }

    /// The feedback on what answers nothing, where the form shows that and the service can say so: it is not worth
    /// a model's time.
    ///
    /// # Errors
    /// A model has to judge it, and what its form shows.
    fn settled(&self, conversation: &Conversation) -> Result<Feedback, Option<NonAnswer>> {
        let newest = self.exchanges.last();
        let found = newest.and_then(|newest| NonAnswer::of(conversation, newest, self.answer()));
        let brief = found == Some(NonAnswer::Brief) && self.is_followed_up();
        match (found, phrases::of(self.config)) {
            (Some(found), Some(phrases)) if !brief => Ok(self.nothing_said(found, phrases)),
            _ => Err(found),
        }
    }

    fn nothing_said(&self, found: NonAnswer, phrases: &Phrases) -> Feedback {
        let reason = found.told(phrases);
        let scores = DIMENSIONS.iter().map(|dimension| Score {
            dimension: (*dimension).to_owned(),
            score: None,
            reason: reason.to_owned(),
            evidence: Vec::new(),
        });
        let to_change = vec![phrases.advice.to_owned()];
        Feedback {
            feedback: Some(readable(reason, &[], &to_change, Some(phrases))),
            headline: Some(reason.to_owned()),
            to_change,
            scores: lowest(scores.collect(), self.turn_no, self.answer()),
            ..self.feedback(self.kind)
        }
    }

    fn judged(&self, found: Option<NonAnswer>, judgement: Judgement) -> Feedback {
        let phrases = phrases::of(self.config);
        // A word or two on a follow-up may be all that was asked for; the model has to say so.
        let brief = found == Some(NonAnswer::Brief) && self.is_followed_up();
        let answered = !judgement.found_nothing()
            && match judgement.answers_the_question {
                Some(answered) => answered && (found.is_none() || brief),
                None => found.is_none(),
            };
        let proven = proven(&judgement, &self.answers, brief);
        let scores = if answered {
            with_gaps_told(proven, phrases)
        } else {
            lowest(proven, self.turn_no, self.answer())
        };
        let sources = self.sources();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let kind = judgement.question_kind.or(self.kind);
        let honest = |text: &String| honest(text, &sources);
        let summary = honest(&judgement.summary);
        let headline = sentence(&honest(&judgement.headline));
        let stronger = judgement.stronger_answer.trim();
        let stronger = grounded(stronger, &sources, kind, self.config);
        let worked = sentences(judgement.worked.iter().map(honest).collect());
        let to_change = sentences(judgement.to_change);
        Feedback {
            feedback: Some(readable(&summary, &worked, &to_change, phrases)),
            headline: Some(headline).filter(|text| !text.is_empty()),
            worked,
            to_change,
            scores,
            stronger_answer: Some(stronger).filter(|text| !text.is_empty()),
            ..self.feedback(kind)
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
        let unit = Unit::of(conversation, turn_no).ok_or_else(|| {
            InterviewError::Invalid(format!("there is no answer in turn {turn_no}"))
        })?;
        let found = match unit.settled(conversation) {
            Ok(settled) => {
                return Ok(Feedback {
                    coach: self.llm.name().to_owned(),
                    ..settled
                });
            }
            Err(found) => found,
        };
        let make = || self.prompt(&unit);
        let (judgement, usage) = structured(&self.llm, make, check_judgement).await?;
        Ok(Feedback {
            coach: self.llm.name().to_owned(),
            usage: Some(usage),
            ..unit.judged(found, judgement)
        })
    }

    async fn narrate(
        &self,
        conversation: &Conversation,
        scores: &Scores,
    ) -> Result<(Narrative, Usage), InterviewError> {
        narrative::narrate(&self.llm, conversation, scores).await
    }

    fn try_again(&self) {
        self.llm.try_again();
    }
}

fn judgement_schema() -> Value {
    let text = |longest: usize| json!({"type": "string", "maxLength": longest});
    let object = |properties: Value| {
        let names: Vec<String> = properties
            .as_object()
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    };
    let judged = object(json!({
        "quotes": {"type": "array", "items": text(160), "maxItems": 2},
        "reason": text(240),
        "score": {"type": "integer", "enum": [0, 1, 2, 3, 4, 5]},
    }));
    let dimensions: serde_json::Map<String, Value> = DIMENSIONS
        .iter()
        .map(|dimension| ((*dimension).to_owned(), judged.clone()))
        .collect();
    let sentences = json!({"type": "array", "items": text(300), "maxItems": 3});
    object(json!({
        "question_kind": {"type": "string", "enum": rubric::names()},
        "answers_the_question": {"type": "boolean"},
        "scores": object(Value::Object(dimensions)),
        "headline": text(160),
        "summary": text(400),
        "worked": sentences,
        "to_change": sentences,
        "stronger_answer": text(1_500),
    }))
}

#[cfg(test)]
mod tests;
