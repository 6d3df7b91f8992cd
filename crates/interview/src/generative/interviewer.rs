//! The interviewer on a language model.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::json;

use super::decision::{Action, Decision, DecisionReader, names, schema};
use super::history::Summaries;
use super::material::{self, tokens};
use super::prompts::{self, INTERVIEWER_VERSION, filled};
use super::speaker::{repair, speak};
use crate::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line, Usage, director};
use crate::{ResponseType, SessionConfig};
use llm::{Lane, Llm, Prompt, Role};

/// Tokens that a line may have, with what is around it.
const LINE_TOKENS: u32 = 500;
/// Topics that the model is reminded of.
const TOPICS_TOLD: usize = 30;

/// Asks a language model for each line. The question target, the clock and the end are the server's.
pub struct GenerativeInterviewer {
    llm: Arc<Llm>,
    summaries: Summaries,
}

impl GenerativeInterviewer {
    pub fn new(llm: Arc<Llm>) -> Self {
        Self {
            llm,
            summaries: Summaries::default(),
        }
    }

    fn system(config: &SessionConfig) -> String {
        let style = material::style(config.style.unwrap_or_default());
        let difficulty = material::difficulty(config.difficulty.unwrap_or_default());
        filled(
            prompts::INTERVIEWER,
            &[("style", style), ("difficulty", difficulty)],
        )
    }

    /// Instructions, material, the conversation, and what is to be done now, in this order: what stays
    /// the same comes first, so that providers can reuse what they have read.
    async fn prompt(
        &self,
        conversation: &Conversation,
        task: String,
        deadline: Instant,
    ) -> (Prompt, Usage) {
        let system = Self::system(&conversation.config);
        let room = self
            .llm
            .room(LINE_TOKENS)
            .saturating_sub(tokens(&system) + tokens(&task));
        let material = material::of(&conversation.config, room);
        let left = room.saturating_sub(tokens(&material));
        let told = self
            .summaries
            .tell(&self.llm, conversation, left, deadline)
            .await;
        let mut messages = told.messages;
        if let Some((_, first)) = messages.first_mut() {
            *first = format!("{material}\n{first}");
        }
        match messages.last_mut() {
            Some((Role::User, last)) => {
                last.push_str("\n\n");
                last.push_str(&task);
            }
            _ => messages.push((Role::User, task)),
        }
        let prompt = Prompt {
            system,
            messages,
            schema: None,
            max_tokens: LINE_TOKENS,
        };
        (prompt, told.usage)
    }

    /// The task with the role alone: neither candidate, résumé nor advertisement can be what keeps the
    /// model from it.
    fn bare(config: &SessionConfig, task: &str) -> Prompt {
        let role = SessionConfig {
            job_role: config.job_role.clone(),
            ..Default::default()
        };
        Prompt {
            system: Self::system(config),
            messages: vec![(
                Role::User,
                format!("{}\n{task}", material::of(&role, 1_000)),
            )],
            schema: None,
            max_tokens: LINE_TOKENS,
        }
    }

    /// The next line by structured decision: one attempt, one repair, then a plain question.
    async fn next(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        let deadline = self.llm.deadline();
        let allowed = if director::may_follow_up(conversation) {
            &[Action::FollowUp, Action::NewQuestion][..]
        } else {
            &[Action::NewQuestion][..]
        };
        let task = filled(
            prompts::NEXT,
            &[
                ("state", &state(conversation)),
                ("actions", &names(allowed)),
            ],
        );
        let (mut prompt, mut usage) = self.prompt(conversation, task, deadline).await;
        prompt.schema = Some(schema(allowed));
        let asked = prompt
            .messages
            .last()
            .map(|(_, text)| text.clone())
            .unwrap_or_default();
        for repairs in 0..2 {
            let mut reader = DecisionReader::new(allowed, draft);
            let error = match self
                .llm
                .ask(Lane::Interviewer, &prompt, &mut reader, deadline)
                .await
            {
                Ok(completion) => {
                    usage += completion.usage;
                    match reader.finish() {
                        Ok((Decision { action, topic }, content)) => {
                            return Ok(Line {
                                content,
                                response_type: action.response_type(),
                                topic: topic.or_else(|| last_topic(conversation, action)),
                                usage,
                                repairs,
                                ..self.line()
                            });
                        }
                        Err(reason) => llm::LlmError::Unwanted(reason),
                    }
                }
                Err(error) if error.is_about_the_answer() => error,
                Err(error) => return Err(error.into()),
            };
            tracing::info!(%error, repairs, "a decision could not be used");
            draft.restart();
            repair(&mut prompt, &asked, &error);
        }
        let task = filled(prompts::PLAIN, &[("state", &state(conversation))]);
        let plain = Self::bare(&conversation.config, &task);
        let (content, completion, repairs) =
            speak(&self.llm, plain, draft, false, deadline).await?;
        usage += completion.usage;
        Ok(Line {
            content,
            response_type: ResponseType::Question,
            usage,
            repairs: repairs + 2,
            ..self.line()
        })
    }

    /// The opening or the closing: no decision is to be made.
    async fn set_piece(
        &self,
        conversation: &Conversation,
        task: &str,
        response_type: ResponseType,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        let deadline = self.llm.deadline();
        let (prompt, mut usage) = self.prompt(conversation, task.to_owned(), deadline).await;
        let may_close = response_type == ResponseType::Closing;
        let spoken = match speak(&self.llm, prompt, draft, may_close, deadline).await {
            Err(InterviewError::Invalid(reason)) => {
                tracing::info!(%reason, "a line could not be used");
                let bare = Self::bare(&conversation.config, task);
                speak(&self.llm, bare, draft, may_close, deadline).await
            }
            spoken => spoken,
        };
        let (content, completion, repairs) = spoken?;
        usage += completion.usage;
        Ok(Line {
            content,
            response_type,
            topic: (!may_close).then(|| "introduction".to_owned()),
            usage,
            repairs,
            ..self.line()
        })
    }

    fn line(&self) -> Line {
        Line {
            content: String::new(),
            response_type: ResponseType::Question,
            topic: None,
            interviewer: self.llm.name().to_owned(),
            prompt_version: INTERVIEWER_VERSION.clone(),
            usage: Usage::default(),
            stopped: false,
            repairs: 0,
        }
    }

    /// The line, or what there is of it when the candidate stops it.
    async fn unless_stopped(
        &self,
        line: impl Future<Output = Result<Line, InterviewError>>,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        tokio::select! {
            line = line => line,
            () = draft.stopped() => {
                let content = draft.text();
                if content.is_empty() {
                    return Err(InterviewError::Stopped);
                }
                Ok(Line { content, stopped: true, ..self.line() })
            }
        }
    }
}

#[async_trait]
impl Interviewer for GenerativeInterviewer {
    async fn introduce(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        let kind = ResponseType::Introduction;
        let line = self.set_piece(conversation, prompts::INTRODUCTION, kind, draft);
        let mut line = self.unless_stopped(line, draft).await?;
        line.response_type = kind;
        Ok(line)
    }

    async fn reply(
        &self,
        conversation: &Conversation,
        allowed: Allowed,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        match allowed {
            Allowed::Continue => {
                let line = self.next(conversation, draft);
                self.unless_stopped(line, draft).await
            }
            Allowed::MustClose => {
                let kind = ResponseType::Closing;
                let line = self.set_piece(conversation, prompts::CLOSING, kind, draft);
                let mut line = self.unless_stopped(line, draft).await?;
                line.response_type = kind;
                Ok(line)
            }
        }
    }
}

/// What the server knows of the interview's course.
fn state(conversation: &Conversation) -> String {
    let topics = &conversation.stats.topics;
    let recent = &topics[topics.len().saturating_sub(TOPICS_TOLD)..];
    let config = &conversation.config;
    let seconds = director::seconds_remaining(config, conversation.started_at, Timestamp::now());
    json!({
        "questions_asked": conversation.stats.questions,
        "question_target": seconds.is_none().then(|| config.question_target()),
        "minutes_left": seconds.map(|seconds| (seconds + 30) / 60),
        "topics_covered": recent,
    })
    .to_string()
}

/// A follow-up that names no topic stays with the one before.
fn last_topic(conversation: &Conversation, action: Action) -> Option<String> {
    if action == Action::NewQuestion {
        return None;
    }
    conversation.stats.topics.last().cloned()
}
