//! The interviewer on a language model.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;

use super::decision::{Action, Decision, DecisionReader, names, schema};
use super::history::Summaries;
use super::material::{self, tokens};
use super::prompts::{self, INTERVIEWER_VERSION, filled};
use super::speaker::{Fitted, Must, repair, speak};
use super::{language, plan};
use crate::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line, Usage};
use crate::{QuestionKind, ResponseType, SessionConfig, practice};
use llm::{Lane, Llm, LlmError, Prompt, Role};

/// Tokens that a line may have, with what is around it.
const LINE_TOKENS: u32 = 500;
/// How often a decision is asked for before a plain question is.
const ATTEMPTS: u32 = 2;

enum Decided {
    Line(Line),
    /// No attempt could be used; what they cost.
    Nothing(Usage),
}

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
        let language = language::name(config);
        filled(
            prompts::INTERVIEWER,
            &[
                ("style", style),
                ("difficulty", difficulty),
                ("language", &language),
            ],
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
            temperature: None,
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
            temperature: None,
        }
    }

    /// The next line: by decision, else a plain question.
    async fn next(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        let deadline = self.llm.deadline();
        let allowed = plan::actions(conversation);
        let task = filled(
            prompts::NEXT,
            &[
                ("state", &plan::state(conversation)),
                ("actions", &names(&allowed)),
            ],
        );
        let decided = self.decide(conversation, &task, &allowed, draft, deadline);
        let mut usage = match decided.await? {
            Decided::Line(line) => {
                let is_new = line.response_type == ResponseType::Question;
                return Ok(Line {
                    question_kind: plan::question_kind(conversation).filter(|_| is_new),
                    ..line
                });
            }
            Decided::Nothing(usage) => usage,
        };
        let task = filled(prompts::PLAIN, &[("state", &plan::state(conversation))]);
        let plain = Self::bare(&conversation.config, &task);
        let (content, spent, repairs) =
            speak(&self.llm, plain, draft, Must::AskIfItCan, deadline).await?;
        usage += spent;
        Ok(Line {
            content,
            response_type: ResponseType::Question,
            usage,
            repairs: repairs + ATTEMPTS,
            ..self.line()
        })
    }

    /// The closing line, unless the candidate asks back about the last question. A practice has its own, for which
    /// no model is asked.
    async fn close(
        &self,
        conversation: &Conversation,
        draft: &Draft,
    ) -> Result<Line, InterviewError> {
        let kind = ResponseType::Closing;
        let fixed = practice::closing(&conversation.config).map(|content| Line {
            content: content.to_owned(),
            response_type: kind,
            ..self.line()
        });
        if !plan::may_ask_back(conversation) {
            if let Some(fixed) = fixed {
                return Ok(fixed);
            }
            return self
                .set_piece(conversation, prompts::CLOSING, kind, draft)
                .await;
        }
        let allowed = [Action::Close, Action::Clarify];
        let task = filled(prompts::LAST, &[("actions", &names(&allowed))]);
        let deadline = self.llm.deadline();
        // A closing line that will not stand must not be heard.
        let unheard = Draft::default();
        let heard = if fixed.is_some() { &unheard } else { draft };
        let decided = self.decide(conversation, &task, &allowed, heard, deadline);
        match (decided.await?, fixed) {
            (Decided::Line(line), Some(fixed)) if line.response_type == kind => Ok(Line {
                usage: line.usage,
                repairs: line.repairs,
                ..fixed
            }),
            (Decided::Line(line), _) => Ok(line),
            (Decided::Nothing(usage), Some(fixed)) => Ok(Line { usage, ..fixed }),
            (Decided::Nothing(usage), None) => {
                let closing = self.set_piece(conversation, prompts::CLOSING, kind, draft);
                let mut line = closing.await?;
                line.usage += usage;
                Ok(line)
            }
        }
    }

    /// A line by structured decision: one attempt and one repair.
    async fn decide(
        &self,
        conversation: &Conversation,
        task: &str,
        allowed: &[Action],
        draft: &Draft,
        deadline: Instant,
    ) -> Result<Decided, InterviewError> {
        let (mut prompt, mut usage) = self.prompt(conversation, task.to_owned(), deadline).await;
        prompt.schema = Some(schema(allowed));
        let fitted = Fitted::of(&self.llm, &prompt);
        let asked = prompt
            .messages
            .last()
            .map(|(_, text)| text.clone())
            .unwrap_or_default();
        for repairs in 0..ATTEMPTS {
            let mut reader = DecisionReader::new(allowed, draft);
            let asking = self
                .llm
                .ask(Lane::Interviewer, &prompt, &mut reader, deadline);
            let error = match asking.await {
                Ok(completion) => {
                    usage += completion.usage;
                    match reader.finish() {
                        Ok((Decision { action, topic }, content)) => {
                            return Ok(Decided::Line(Line {
                                content,
                                response_type: action.response_type(),
                                topic: topic.or_else(|| last_topic(conversation, action)),
                                usage,
                                repairs,
                                ..self.line()
                            }));
                        }
                        Err(reason) => LlmError::Unwanted(reason),
                    }
                }
                Err(error) if error.is_about_the_answer() => error,
                Err(error) => {
                    let error = error.into();
                    if !fitted.outgrew(&self.llm, &error) {
                        return Err(error);
                    }
                    let again = self.decide(conversation, task, allowed, draft, deadline);
                    return Box::pin(again).await;
                }
            };
            tracing::info!(%error, repairs, "a decision could not be used");
            draft.restart();
            repair(&mut prompt, &asked, &error);
        }
        Ok(Decided::Nothing(usage))
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
        let (must, resort) = if may_close {
            (Must::Close, Must::Close)
        } else {
            (Must::Ask, Must::AskIfItCan)
        };
        let fitted = Fitted::of(&self.llm, &prompt);
        let spoken = match speak(&self.llm, prompt, draft, must, deadline).await {
            Err(error) if fitted.outgrew(&self.llm, &error) => {
                return Box::pin(self.set_piece(conversation, task, response_type, draft)).await;
            }
            Err(InterviewError::Invalid(reason)) => {
                tracing::info!(%reason, "a line could not be used");
                let bare = Self::bare(&conversation.config, task);
                speak(&self.llm, bare, draft, resort, deadline).await
            }
            spoken => spoken,
        };
        let (content, spent, repairs) = spoken?;
        usage += spent;
        Ok(Line {
            content,
            response_type,
            question_kind: (!may_close).then_some(QuestionKind::Motivation),
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
            question_kind: None,
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
        if let Some(practice) = &conversation.config.practice {
            return Ok(practice.opening(self.line()));
        }
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
                let line = self.close(conversation, draft);
                let mut line = self.unless_stopped(line, draft).await?;
                if line.response_type != ResponseType::Clarification {
                    line.response_type = ResponseType::Closing;
                }
                Ok(line)
            }
        }
    }
}

/// A follow-up that names no topic stays with the one before.
fn last_topic(conversation: &Conversation, action: Action) -> Option<String> {
    if matches!(action, Action::NewQuestion | Action::Close) {
        return None;
    }
    conversation.stats.topics.last().cloned()
}
