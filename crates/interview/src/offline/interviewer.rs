//! The offline interviewer: follow-up, next question or closing line.

use std::time::Duration;

use async_trait::async_trait;

use super::bank::Plan;
use super::role::Role;
use super::wording::{self, shared};
use super::{NAME, PROMPT_VERSION, background, follow_up, mixed, pick};
use crate::director::follow_up_limit;
use crate::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line, Usage};
use crate::{Reply, ResponseType, SessionConfig, Style, Turn};

/// Every fifth question, from the second on, is about the résumé, as long as it has lines; every
/// fifth from the fourth on about the advertisement, as long as it has terms.
const SPECIAL_EVERY: usize = 5;
const RESUME_AT: usize = 1;
const DESCRIPTION_AT: usize = 3;
/// Turns that are looked back at: enough for a question, its follow-ups and superseded messages.
const LOOK_BACK: usize = 16;

/// Asks prepared questions. The cost of a reply depends on the answer and the configuration, not on
/// the number of turns.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfflineInterviewer {
    /// How long the interviewer seems to think, so that interfaces can be rehearsed.
    pub reply_delay: Duration,
}

struct Asked {
    text: String,
    topic: String,
}

#[async_trait]
impl Interviewer for OfflineInterviewer {
    async fn introduce(
        &self,
        conversation: &Conversation,
        _: &Draft,
    ) -> Result<Line, InterviewError> {
        self.think().await;
        Ok(introduction(conversation))
    }

    async fn reply(
        &self,
        conversation: &Conversation,
        allowed: Allowed,
        _: &Draft,
    ) -> Result<Line, InterviewError> {
        self.think().await;
        Ok(match allowed {
            Allowed::MustClose => closing(conversation),
            Allowed::Continue => {
                follow_up_line(conversation).unwrap_or_else(|| next_question(conversation))
            }
        })
    }
}

impl OfflineInterviewer {
    async fn think(&self) {
        if !self.reply_delay.is_zero() {
            tokio::time::sleep(self.reply_delay).await;
        }
    }
}

fn line(content: String, response_type: ResponseType, topic: Option<String>) -> Line {
    Line {
        content,
        response_type,
        topic,
        interviewer: NAME.into(),
        prompt_version: PROMPT_VERSION.into(),
        usage: Usage::default(),
        stopped: false,
        repairs: 0,
    }
}

fn style(config: &SessionConfig) -> Style {
    config.style.unwrap_or_default()
}

fn plan(config: &SessionConfig, role: Role, seed: u64) -> Plan {
    Plan::new(
        role,
        style(config),
        config.difficulty.unwrap_or_default(),
        seed,
    )
}

fn introduction(conversation: &Conversation) -> Line {
    let config = &conversation.config;
    let role = Role::of(config);
    let greeting = wording::greeting(
        config,
        style(config),
        role.profile().label,
        conversation.seed,
    );
    let first = plan(config, role, conversation.seed).opening(conversation.seed);
    line(
        format!("{greeting} {}", first.text),
        ResponseType::Introduction,
        Some(first.topic.into()),
    )
}

fn closing(conversation: &Conversation) -> Line {
    let content = wording::closing(style(&conversation.config), conversation.seed);
    line(content.into(), ResponseType::Closing, None)
}

fn follow_up_line(conversation: &Conversation) -> Option<Line> {
    let style = style(&conversation.config);
    let answered = conversation.turns.last()?;
    let asked: Vec<&Reply> = recent_replies(&conversation.turns).collect();
    let question_at = asked
        .iter()
        .position(|reply| reply.response_type != ResponseType::FollowUp)?;
    if question_at >= follow_up_limit(style) {
        return None;
    }
    let last = asked.first()?;
    let topic = topic_of(last).or_else(|| asked.get(question_at).and_then(|reply| topic_of(reply)));
    // Messages that a later one superseded belong to the same answer: the longest speaks for it.
    let message = conversation
        .turns
        .iter()
        .rev()
        .take(LOOK_BACK)
        .take_while(|turn| turn.reply.is_none())
        .filter_map(|turn| turn.message.as_deref())
        .max_by_key(|message| message.len())
        .unwrap_or_default();
    let seed = mixed(conversation.seed, u64::from(answered.turn_no));
    let content = follow_up::on(message, topic, style, seed, &last.content)?;
    Some(line(
        content,
        ResponseType::FollowUp,
        topic.map(str::to_owned),
    ))
}

fn next_question(conversation: &Conversation) -> Line {
    let config = &conversation.config;
    let style = style(config);
    let plan = plan(config, Role::of(config), conversation.seed);
    let resume = background::resume_lines(config);
    let terms = background::required_terms(config);
    // The introduction's question is the first one and not of this order.
    let index = usize::try_from(conversation.stats.questions.saturating_sub(1)).unwrap_or_default();
    let mut asked = question(&plan, &resume, &terms, index, conversation.seed);
    let mut recent = recent_replies(&conversation.turns).take(4);
    if recent.any(|reply| reply.content.ends_with(&asked.text)) {
        // Stats that did not count a question would otherwise ask it again.
        asked = question(&plan, &resume, &terms, index + 1, conversation.seed);
    }
    let salt = 8_000 + u64::from(conversation.stats.questions);
    let content = format!(
        "{} {}",
        wording::moving_on(style, conversation.seed, salt),
        asked.text
    );
    line(content, ResponseType::Question, Some(asked.topic))
}

/// The question at `index` of the order: of the bank, or about the résumé or the advertisement.
fn question(plan: &Plan, resume: &[&str], terms: &[String], index: usize, seed: u64) -> Asked {
    let round = index / SPECIAL_EVERY;
    match index % SPECIAL_EVERY {
        RESUME_AT => {
            if let Some(said) = resume.get(round) {
                return special(&shared().about_resume, said, "résumé", round, seed);
            }
        }
        DESCRIPTION_AT => {
            if let Some(term) = terms.get(round) {
                return special(&shared().about_skill, term, term, round, seed);
            }
        }
        _ => {}
    }
    let passed =
        |at: usize, count: usize| ((index + SPECIAL_EVERY - 1 - at) / SPECIAL_EVERY).min(count);
    let special = passed(RESUME_AT, resume.len()) + passed(DESCRIPTION_AT, terms.len());
    let (angle, question) = plan.at(index.saturating_sub(special));
    Asked {
        text: match angle {
            Some(angle) => format!("{angle} {}", question.text),
            None => question.text.into(),
        },
        topic: question.topic.into(),
    }
}

fn special(wordings: &[&str], piece: &str, topic: &str, round: usize, seed: u64) -> Asked {
    let salt = 9_000 + u64::try_from(round).unwrap_or_default();
    let wording = pick(wordings, seed, salt).unwrap_or("Tell me about {}.");
    Asked {
        text: wording.replace("{}", piece),
        topic: topic.into(),
    }
}

/// The interviewer's last lines, newest first.
fn recent_replies(turns: &[std::sync::Arc<Turn>]) -> impl Iterator<Item = &Reply> {
    turns
        .iter()
        .rev()
        .take(LOOK_BACK)
        .filter_map(|turn| turn.reply.as_ref())
}

fn topic_of(reply: &Reply) -> Option<&str> {
    reply.metadata.get("topic").and_then(|topic| topic.as_str())
}
