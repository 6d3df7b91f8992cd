//! The offline interviewer: clarification, follow-up, next question or closing line.

use std::time::Duration;

use async_trait::async_trait;

use super::asked::Asked;
use super::checks::{self, Gap};
use super::data::{Manner, manner};
use super::intents::{self, Intent, Then};
use super::plan::{self, OWN_QUESTIONS, Plan, SHARED};
use super::roles::Role;
use super::text::{Text, clipped};
use super::{NAME, PROMPT_VERSION, mixed, pick};
use crate::director::{may_follow_up, seconds_remaining};
use crate::{Allowed, Conversation, Draft, InterviewError, Interviewer, Line, Usage};
use crate::{ResponseType, SessionConfig, Turn, practice};

/// Longest job title or company name that is spoken, in characters.
const NAME_CHARS: usize = 80;
/// Seconds before the end of an interview by the clock from which on the candidate may ask.
const CANDIDATES_TURN: i64 = 240;
/// Turns in which no wording is used twice.
const LOOK_BACK: usize = 240;

/// Asks prepared questions. The cost of a reply depends on the answer and the configuration, not on
/// the number of turns.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfflineInterviewer {
    /// How long the interviewer seems to think, so that interfaces can be rehearsed.
    pub reply_delay: Duration,
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
        let answered = conversation
            .turns
            .last()
            .ok_or_else(|| InterviewError::Invalid("there is no message to reply to".into()))?;
        Ok(reply(conversation, answered, allowed))
    }
}

impl OfflineInterviewer {
    async fn think(&self) {
        if !self.reply_delay.is_zero() {
            tokio::time::sleep(self.reply_delay).await;
        }
    }
}

fn line(content: String, response_type: ResponseType, topic: Option<&str>) -> Line {
    Line {
        content,
        response_type,
        topic: topic.filter(|topic| !topic.is_empty()).map(str::to_owned),
        question_kind: None,
        interviewer: NAME.into(),
        prompt_version: PROMPT_VERSION.into(),
        usage: Usage::default(),
        stopped: false,
        repairs: 0,
    }
}

fn manner_of(conversation: &Conversation) -> &'static Manner {
    manner(conversation.config.style.unwrap_or_default())
}

fn reply(conversation: &Conversation, answered: &Turn, allowed: Allowed) -> Line {
    let asked = Asked::of(conversation, answered);
    let message = spoken_message(conversation);
    let intent = intents::of(message).filter(|intent| applies(intent, &asked));
    let by_clock = conversation.config.time_limit_seconds().is_some();
    let must_close = allowed == Allowed::MustClose;
    if let Some(intent) = intent.filter(|intent| intent.then == Then::Clarify)
        && !(must_close && by_clock)
    {
        return clarification(intent, message, &asked);
    }
    if must_close {
        let closings = &manner_of(conversation).closings;
        let content = practice::closing(&conversation.config)
            .or_else(|| pick(closings, conversation.seed, 7_201));
        return line(
            content.unwrap_or_default().into(),
            ResponseType::Closing,
            None,
        );
    }
    let salt = u64::from(answered.turn_no);
    if may_follow_up(conversation)
        && let Some(content) = match intent {
            Some(intent) => eased(intent, &asked, salt),
            None => checks::gap(message, &asked).and_then(|gap| follow_up(gap, conversation, salt)),
        }
    {
        return line(content, ResponseType::FollowUp, Some(asked.topic));
    }
    let handed_over = asked.topic == OWN_QUESTIONS;
    let passing = match intent {
        _ if handed_over => &SHARED.time_left[..],
        Some(intent) => &intent.passing,
        None => &[],
    };
    next_question(conversation, answered, passing)
}

/// Messages that a later one superseded belong to the same answer: the longest speaks for it.
fn spoken_message(conversation: &Conversation) -> &str {
    let open = conversation
        .turns
        .iter()
        .rev()
        .take_while(|turn| turn.reply.is_none());
    open.filter_map(|turn| turn.message.as_deref())
        .max_by_key(|message| message.len())
        .unwrap_or_default()
}

/// What is no request is met once in a row. Where the candidate is to ask, questions are what is wanted.
fn applies(intent: &Intent, asked: &Asked<'_>) -> bool {
    match intent.then {
        Then::Clarify if asked.topic == OWN_QUESTIONS => intent.name == "repeat",
        Then::Clarify => intent.request || asked.clarifications() == 0,
        Then::Ease | Then::MoveOn => true,
    }
}

fn clarification(intent: &Intent, message: &str, asked: &Asked<'_>) -> Line {
    let question = open_question(asked);
    let term = term(message, &question);
    let company = spoken(asked.conversation.config.company_name.as_deref());
    let company = company.unwrap_or_else(|| "the company".into());
    let filled = |wording: &&str| {
        wording
            .replace("{hint}", SHARED.hints[&asked.kind])
            .replace("{term}", &term)
            .replace("{company}", &company)
            .replace("{question}", &question)
    };
    let first = usize::try_from(mixed(asked.conversation.seed, 7_401) % 64).unwrap_or_default();
    let first = (first + asked.clarifications()) % intent.lines.len();
    let (before, from) = intent.lines.split_at(first);
    // Who asks for the same more often than there are wordings gets the question alone, then in other words.
    let others = intents::named("rephrase").lines.iter();
    let wordings = from
        .iter()
        .chain(before)
        .chain(&["{question}"])
        .chain(others);
    let mut contents = wordings.map(filled);
    let fresh = contents
        .clone()
        .find(|content| !said_lately(asked.conversation, content));
    let content = fresh.or_else(|| contents.next()).unwrap_or_default();
    line(content, ResponseType::Clarification, Some(asked.topic))
}

/// An easier angle on the question; `None` where it is to be left.
fn eased(intent: &Intent, asked: &Asked<'_>, salt: u64) -> Option<String> {
    let wordings = (intent.then == Then::Ease).then_some(&intent.lines)?;
    let wordings = wordings
        .iter()
        .map(|wording| wording.replace("{question}", &open_question(asked)))
        .collect::<Vec<_>>();
    let wordings: Vec<&str> = wordings.iter().map(String::as_str).collect();
    fresh(&wordings, asked.conversation, salt)
}

fn follow_up(gap: Gap, conversation: &Conversation, salt: u64) -> Option<String> {
    let wordings = match gap {
        Gap::NoAnswer(wordings) => wordings,
        Gap::Open(check) => manner_of(conversation).follow_ups.get(check)?,
    };
    fresh(wordings, conversation, salt)
}

/// A wording that was not used lately; `None` when all were, since nobody says the same thing twice.
fn fresh(wordings: &[&str], conversation: &Conversation, salt: u64) -> Option<String> {
    let fresh: Vec<&str> = wordings
        .iter()
        .copied()
        .filter(|wording| !said_lately(conversation, wording))
        .collect();
    pick(&fresh, conversation.seed, salt).map(str::to_owned)
}

fn said_lately(conversation: &Conversation, words: &str) -> bool {
    let replies = conversation.turns.iter().rev().take(LOOK_BACK);
    replies
        .filter_map(|turn| turn.reply.as_ref())
        .any(|reply| reply.content.ends_with(words))
}

/// What was asked last, without what led up to it.
fn open_question(asked: &Asked<'_>) -> String {
    let Some(open) = asked.open_line() else {
        return String::new();
    };
    let conversation = asked.conversation;
    let planned = Plan::new(&conversation.config, conversation.seed)
        .question(conversation.stats.questions)
        .text;
    if open.content.ends_with(&planned) {
        return planned;
    }
    let text = Text::new(&open.content);
    let mut sentences = text.sentences();
    let asks = sentences.find(|sentence| sentence.contains('?'));
    let from = asks.and_then(|sentence| open.content.find(sentence));
    let is_follow_up = open.response_type == ResponseType::FollowUp;
    let from = from.filter(|_| is_follow_up).unwrap_or_default();
    open.content[from..].to_owned()
}

/// The words of the question that the candidate asks about.
fn term(message: &str, question: &str) -> String {
    let lower = message.to_lowercase();
    let after = [
        "mean by ",
        "meant by ",
        "what does ",
        "define ",
        "meaning of ",
        "when you say ",
        "what is an ",
        "what is a ",
        "what's an ",
        "what's a ",
    ];
    let words = after
        .iter()
        .find_map(|lead_in| lower.split_once(lead_in))
        .map_or("", |(_, rest)| rest);
    let words = words.split(['?', ',', '.', '!']).next().unwrap_or_default();
    let words = words
        .trim()
        .trim_end_matches(" mean")
        .trim_matches(['"', '\'', '“', '”', '‘', '’']);
    if !words.is_empty() && question.to_lowercase().contains(words) {
        format!("“{words}”")
    } else {
        "that".into()
    }
}

/// Whether the clock leaves time for little more than what the candidate wants to ask.
fn is_nearly_over(conversation: &Conversation, answered: &Turn) -> bool {
    let config = &conversation.config;
    let left = seconds_remaining(config, conversation.started_at, answered.accepted_at);
    let turn = config
        .time_limit_seconds()
        .map(|limit| (limit / 4).min(CANDIDATES_TURN));
    left.zip(turn).is_some_and(|(left, turn)| left <= turn)
}

fn next_question(conversation: &Conversation, answered: &Turn, passing: &[&str]) -> Line {
    let salt = u64::from(answered.turn_no);
    let plan = Plan::new(&conversation.config, conversation.seed);
    let number = conversation.stats.questions + 1;
    let mut asking = plan.question(number);
    if said_lately(conversation, &asking.text) {
        // Stats that did not count a question would otherwise ask it again.
        asking = plan.question(number + 1);
    }
    let topics = &conversation.stats.topics;
    if is_nearly_over(conversation, answered) && !topics.iter().any(|topic| topic == OWN_QUESTIONS)
    {
        asking = plan::own_questions(conversation.seed);
    }
    let before = pick(passing, conversation.seed, salt).or_else(|| {
        pick(
            &manner_of(conversation).transitions,
            conversation.seed,
            salt,
        )
    });
    let content = format!("{} {}", before.unwrap_or_default(), asking.text);
    line(content, ResponseType::Question, Some(&asking.topic))
}

fn introduction(conversation: &Conversation) -> Line {
    let config = &conversation.config;
    if let Some(practice) = &config.practice {
        return practice.opening(line(String::new(), ResponseType::Introduction, None));
    }
    let manner = manner_of(conversation);
    let first = Plan::new(config, conversation.seed).question(1);
    let speaks_english = |tag: &str| tag.is_empty() || tag.to_lowercase().starts_with("en");
    let english = config.language.as_deref().is_none_or(speaks_english);
    let length = match config.time_limit_seconds() {
        Some(60) => "We have one minute.".into(),
        Some(seconds) => format!("We have {} minutes.", seconds / 60),
        None => match config.question_target() {
            1 => "I will ask you one question.".into(),
            count => format!("I will ask you {count} questions."),
        },
    };
    let said = [
        pick(&manner.greetings, conversation.seed, 7_101).unwrap_or_default(),
        manner.introduction,
        if english { "" } else { SHARED.english_only },
        &occasion(config),
        &length,
        manner.request,
        &first.text,
    ];
    let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
    line(
        said.join(" "),
        ResponseType::Introduction,
        Some(&first.topic),
    )
}

fn occasion(config: &SessionConfig) -> String {
    let role = spoken(config.job_role.as_deref());
    let company = spoken(config.company_name.as_deref());
    match (role, company) {
        (Some(role), Some(company)) => {
            format!("Today we practise for the position of {role} at {company}.")
        }
        (Some(role), None) => format!("Today we practise for the position of {role}."),
        (None, Some(company)) => format!("Today we practise for an interview at {company}."),
        (None, None) => format!("Today we practise a {} interview.", Role::of(config).label),
    }
}

/// A name from the configuration on one line and of bearable length; `None` when there is nothing
/// to read.
fn spoken(name: Option<&str>) -> Option<String> {
    let folded = name?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = clipped(&folded, NAME_CHARS);
    name.chars()
        .any(char::is_alphanumeric)
        .then(|| name.to_owned())
}
