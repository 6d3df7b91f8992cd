//! The conversation as messages for a model: whole while it fits, the older part summarised when not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use moka::sync::Cache;
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation as _;

use super::material::{shortened, tokens};
use super::prompts;
use super::screen::screened;
use crate::Turn;
use crate::{Conversation, Usage};
use llm::{Lane, Llm, Prompt, Role, Unread};

/// Tokens of a summary.
const SUMMARY_TOKENS: u32 = 400;

/// Summaries of interviews' older parts. Lost with the process, and made again from the turns.
pub(super) struct Summaries {
    /// By session and start: a session that is reset is another interview.
    made: Cache<(u64, Option<Timestamp>), Arc<Summary>>,
}

struct Summary {
    /// Turns before this one are summarised.
    before: usize,
    text: String,
}

impl Default for Summaries {
    fn default() -> Self {
        Self {
            made: Cache::builder()
                .max_capacity(1_000)
                .time_to_idle(Duration::from_secs(3_600))
                .build(),
        }
    }
}

/// A conversation as far as a model needs it.
pub(super) struct Told {
    pub(super) messages: Vec<(Role, String)>,
    /// What summarising cost.
    pub(super) usage: Usage,
}

impl Summaries {
    /// The conversation in at most about `room` tokens. The last question and its answer are always told whole,
    /// unless they alone are larger than the room. Older turns are summarised by the model; when it can't, by their
    /// first sentences.
    pub(super) async fn tell(
        &self,
        llm: &Llm,
        conversation: &Conversation,
        room: usize,
        deadline: Instant,
    ) -> Told {
        let turns = &conversation.turns;
        let cost: Vec<usize> = turns.iter().map(|turn| cost(turn)).collect();
        let from_start: usize = cost.iter().sum();
        let mut usage = Usage::default();
        if from_start <= room {
            return Told {
                messages: messages(turns, None, room),
                usage,
            };
        }
        let key = (conversation.seed, conversation.started_at);
        let held = self.made.get(&key);
        let summary_room = usize::try_from(SUMMARY_TOKENS).unwrap_or(400);
        let fits = |before: usize| cost[before..].iter().sum::<usize>() + summary_room <= room;
        let summary = match held {
            Some(held) if held.before <= turns.len() && fits(held.before) => held,
            held => {
                // Half of the room, so that it is not summarised again at the next turn.
                let mut before = turns.len().saturating_sub(2);
                let mut told: usize = cost[before..].iter().sum();
                while before > 0 && told + cost[before - 1] <= room / 2 {
                    before -= 1;
                    told += cost[before];
                }
                let earlier = held.filter(|held| held.before <= before);
                let text = self
                    .summarised(
                        llm,
                        turns,
                        earlier.as_deref(),
                        before,
                        room,
                        deadline,
                        &mut usage,
                    )
                    .await;
                let summary = Arc::new(Summary { before, text });
                self.made.insert(key, Arc::clone(&summary));
                summary
            }
        };
        let room = room.saturating_sub(summary_room);
        Told {
            messages: messages(&turns[summary.before..], Some(&summary.text), room),
            usage,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one step of tell, named for its length"
    )]
    async fn summarised(
        &self,
        llm: &Llm,
        turns: &[Arc<Turn>],
        earlier: Option<&Summary>,
        before: usize,
        room: usize,
        deadline: Instant,
        usage: &mut Usage,
    ) -> String {
        let mut text = earlier
            .map(|earlier| earlier.text.clone())
            .unwrap_or_default();
        let mut from = earlier.map_or(0, |earlier| earlier.before);
        while from < before {
            let mut to = from;
            let mut size = tokens(&text);
            while to < before && (to == from || size + cost(&turns[to]) <= room) {
                size += cost(&turns[to]);
                to += 1;
            }
            let part = &turns[from..to];
            let asked = json!({
                "summary_so_far": text,
                "exchanges": part.iter().flat_map(|turn| exchange(turn, room / 2)).collect::<Vec<_>>(),
            });
            let prompt = Prompt {
                system: prompts::SUMMARY.to_owned(),
                messages: vec![(Role::User, asked.to_string())],
                schema: None,
                max_tokens: SUMMARY_TOKENS,
                temperature: None,
            };
            match llm
                .ask(Lane::Interviewer, &prompt, &mut Unread, deadline)
                .await
            {
                Ok(completion) => {
                    *usage += completion.usage;
                    text = screened(completion.text.trim()).text.clone();
                }
                Err(error) => {
                    tracing::warn!(%error, "the older part of an interview was not summarised");
                    text = digest(&text, part);
                }
            }
            text = shortened(&text, usize::try_from(SUMMARY_TOKENS).unwrap_or(400));
            from = to;
        }
        text
    }
}

/// First sentences, for when no model summarises.
fn digest(so_far: &str, turns: &[Arc<Turn>]) -> String {
    let mut digest = so_far.to_owned();
    for turn in turns {
        for text in [
            turn.message
                .as_deref()
                .map(|said| screened(said).text.clone()),
            line(turn),
        ] {
            let first = text
                .as_deref()
                .and_then(|text| text.unicode_sentences().next());
            if let Some(first) = first {
                digest.push(' ');
                digest.push_str(first.trim());
            }
        }
    }
    digest
}

fn line(turn: &Turn) -> Option<String> {
    turn.reply.as_ref().map(|reply| reply.content.clone())
}

fn cost(turn: &Turn) -> usize {
    let said = turn.message.as_deref().map_or(0, |said| tokens(said) + 8);
    let line = turn
        .reply
        .as_ref()
        .map_or(0, |reply| tokens(&reply.content));
    said + line
}

fn exchange(turn: &Turn, most: usize) -> Vec<serde_json::Value> {
    let said = turn
        .message
        .as_deref()
        .map(|said| json!({"candidate": shortened(&screened(said).text, most)}));
    let line = line(turn).map(|line| json!({"interviewer": line}));
    said.into_iter().chain(line).collect()
}

/// The turns as an alternation that begins and ends with the user, as providers want it.
fn messages(turns: &[Arc<Turn>], summary: Option<&str>, room: usize) -> Vec<(Role, String)> {
    let opening = match summary {
        Some(summary) => json!({"earlier_in_this_interview": summary}),
        None => json!({"interview": "begins"}),
    };
    let mut messages = vec![(Role::User, opening.to_string())];
    let mut say = |role: Role, text: String| match messages.last_mut() {
        // A message that was superseded has no reply between it and the next.
        Some((last, held)) if *last == role => {
            held.push('\n');
            held.push_str(&text);
        }
        _ => messages.push((role, text)),
    };
    for turn in turns {
        if let Some(said) = &turn.message {
            let said = shortened(&screened(said).text, room);
            say(Role::User, json!({"candidate_said": said}).to_string());
        }
        if let Some(line) = line(turn) {
            say(Role::Assistant, line);
        }
    }
    messages
}
