//! One request to the provider, read to its end.

mod messages;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use reqwest::Response;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::time::Instant;
use upstream::ClientSpan;
use url::Url;

use crate::capabilities::{Capabilities, Structured, V1};
use crate::config::Effort;
use crate::error::{FIRST_TOKEN, LlmError, NEXT_TOKEN};
use crate::queue::Lane;
use crate::refusal::Refusal;
use crate::thought::{Piece, ThoughtFilter};
use crate::trace;
use crate::wire::{Ask, Delta, Finish};
use crate::{Completion, Llm, Prompt, Read, Reader, Usage};

use messages::{messages, text};

/// Longest text that is read, in bytes: many times what any prompt asks for.
const LONGEST_TEXT: usize = 200_000;
/// How long an answer that has said that it is whole is waited for to close, for what it counts.
const AFTERMATH: Duration = Duration::from_secs(2);

/// Why a request gave no answer.
pub(crate) struct Failure {
    pub(crate) error: LlmError,
    /// Something was learnt from it: a request made now differs from this one.
    pub(crate) learned: bool,
    /// Tokens that are left for the answer to this prompt, when more were asked for.
    pub(crate) left: Option<u32>,
}

impl From<LlmError> for Failure {
    fn from(error: LlmError) -> Self {
        Self {
            error,
            learned: false,
            left: None,
        }
    }
}

/// `most`: tokens that the answer may have at most.
pub(crate) async fn run(
    llm: &Llm,
    lane: Lane,
    prompt: &Prompt,
    most: u32,
    reader: &mut dyn Reader,
    span: &ClientSpan,
) -> Result<Completion, Failure> {
    let known = llm.learned.get();
    let sent = Sent::new(llm, lane, prompt, most, &known);
    let clock = Clock::new(llm);
    let request = llm
        .http
        .post(sent.url.clone())
        .headers(llm.endpoint.headers())
        .json(&sent.body);
    let response = tokio::time::timeout(clock.first, span.send(request))
        .await
        .map_err(|_| LlmError::TimedOut(FIRST_TOKEN))?
        .map_err(|error| unsent(&error))?;
    if !response.status().is_success() {
        let refusal = refusal(llm, response).await;
        return Err(refused(llm, prompt, &known, &sent, &refusal));
    }
    let alive = Arc::clone(&clock.alive);
    let started = clock.started;
    let bytes = response.bytes_stream().map(move |chunk| {
        alive.store(elapsed_ms(started), Ordering::Relaxed);
        chunk
    });
    let mut answer = Answer::new(llm, &known, sent.effort, prompt, reader, span);
    let mut messages = messages(bytes.boxed(), &clock).await?;
    loop {
        let next = clock.next(&mut messages, answer.begun());
        let message = match answer.ended {
            None => next.await?,
            // Nothing that follows is worth waiting for, or failing for.
            Some(ended) => {
                let next = tokio::time::timeout_at(ended + AFTERMATH, next).await;
                next.ok()
                    .and_then(Result::ok)
                    .flatten()
                    .filter(Result::is_ok)
            }
        };
        let Some(message) = message else {
            return answer.finish(prompt).map_err(|mut failure| {
                failure.learned |= failure.error == LlmError::Empty && sent.differs(llm, prompt);
                failure
            });
        };
        let message = message?;
        if let Some(refusal) = Refusal::of_message(&message) {
            return Err(refused(llm, prompt, &known, &sent, &refusal));
        }
        match answer.take(llm.wire.read(&message)) {
            Ok(Read::On) => {}
            Ok(Read::Enough) => return Ok(answer.enough()),
            Err(error) => {
                return Err(Failure {
                    learned: answer.note_structure(),
                    ..error.into()
                });
            }
        }
    }
}

/// A request as it is sent.
#[derive(PartialEq)]
struct Sent {
    lane: Lane,
    most: u32,
    url: Url,
    body: Value,
    effort: Option<Effort>,
    limit: u32,
}

impl Sent {
    fn new(llm: &Llm, lane: Lane, prompt: &Prompt, most: u32, known: &Capabilities) -> Self {
        let effort = llm.effort(lane, known);
        let limit = known.limit(prompt.max_tokens, effort).min(most);
        let ask = Ask {
            model: &llm.model,
            prompt,
            known,
            effort,
            limit,
            local: llm.config.is_local(),
        };
        Self {
            lane,
            most,
            url: llm.endpoint.url(llm.wire.path(), known.takes(V1)),
            body: llm.wire.body(&ask),
            effort,
            limit,
        }
    }

    /// Whether a request made now would be another one.
    fn differs(&self, llm: &Llm, prompt: &Prompt) -> bool {
        *self != Self::new(llm, self.lane, prompt, self.most, &llm.learned.get())
    }
}

/// Why a request that was not answered at all failed.
fn unsent(error: &reqwest::Error) -> LlmError {
    if error.is_timeout() {
        LlmError::TimedOut("the connection")
    } else {
        LlmError::Unreachable
    }
}

async fn refusal(llm: &Llm, response: Response) -> Refusal {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let reading = text(response.bytes_stream().boxed());
    let body = tokio::time::timeout(llm.config.token_timeout, reading).await;
    Refusal::of_response(status, &headers, &body.unwrap_or_default())
}

/// What the server's refusal means, and whether a request made now would be another one.
fn refused(
    llm: &Llm,
    prompt: &Prompt,
    used: &Capabilities,
    sent: &Sent,
    refusal: &Refusal,
) -> Failure {
    if let Some(tokens) = refusal.context_tokens() {
        llm.learned
            .note(|known| known.context_tokens = Some(tokens));
    }
    llm.learned.learn(refusal, used, &sent.body);
    Failure {
        learned: sent.differs(llm, prompt),
        left: refusal.left(sent.limit).filter(|left| *left < sent.limit),
        error: llm.meaning(refusal, prompt),
    }
}

/// Watches for signs of life: any byte is one.
struct Clock {
    started: Instant,
    first: Duration,
    next: Duration,
    /// Milliseconds after the start of the last byte.
    alive: Arc<AtomicU64>,
}

impl Clock {
    fn new(llm: &Llm) -> Self {
        Self {
            started: Instant::now(),
            first: llm.config.first_token_timeout,
            next: llm.config.token_timeout,
            alive: Arc::default(),
        }
    }

    /// The next item, however long it takes while there are signs of life; `begun`: there is text already.
    async fn next<T>(
        &self,
        items: &mut (impl Stream<Item = T> + Unpin),
        begun: bool,
    ) -> Result<Option<T>, LlmError> {
        let (timeout, phase) = if begun {
            (self.next, NEXT_TOKEN)
        } else {
            (self.first, FIRST_TOKEN)
        };
        loop {
            let alive = Duration::from_millis(self.alive.load(Ordering::Relaxed));
            let deadline = self.started + alive + timeout;
            match tokio::time::timeout_at(deadline, items.next()).await {
                Ok(item) => return Ok(item),
                Err(_) if self.alive.load(Ordering::Relaxed) > alive.as_millis() as u64 => {}
                Err(_) => return Err(LlmError::TimedOut(phase)),
            }
        }
    }
}

fn elapsed_ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An answer in the making.
struct Answer<'a> {
    llm: &'a Llm,
    reader: &'a mut dyn Reader,
    span: &'a ClientSpan,
    /// Tokens beyond its own budget that the answer may have.
    extra: u32,
    /// How it was asked to be an object.
    structured: Option<Structured>,
    /// How much it was told to think.
    effort: Option<Effort>,
    /// It thought.
    thought: bool,
    started: Instant,
    thoughts: ThoughtFilter,
    text: String,
    finish: Option<Finish>,
    /// When it last said something after it said that it was whole.
    ended: Option<Instant>,
    usage: Usage,
}

impl<'a> Answer<'a> {
    fn new(
        llm: &'a Llm,
        known: &Capabilities,
        effort: Option<Effort>,
        prompt: &Prompt,
        reader: &'a mut dyn Reader,
        span: &'a ClientSpan,
    ) -> Self {
        Self {
            llm,
            reader,
            span,
            extra: known.extra(),
            structured: prompt.schema.as_ref().map(|_| known.structured),
            effort,
            thought: false,
            started: Instant::now(),
            thoughts: ThoughtFilter::new(known.opens_in_thought),
            text: String::new(),
            finish: None,
            ended: None,
            usage: Usage::default(),
        }
    }

    fn begun(&self) -> bool {
        !self.text.is_empty()
    }

    fn take(&mut self, delta: Delta) -> Result<Read, LlmError> {
        if delta.thought {
            self.thought = true;
            self.llm.learned.note(|known| known.reasons = true);
        }
        self.finish = delta.finish.or(self.finish);
        if self.finish.is_some() && (delta.finish.is_some() || !delta.text.is_empty()) {
            self.ended = Some(Instant::now());
        }
        // Some servers count on in every message: the last count is the whole one.
        let most = |ours: &mut u64, theirs: u64| *ours = (*ours).max(theirs);
        most(&mut self.usage.input_tokens, delta.usage.input_tokens);
        most(&mut self.usage.output_tokens, delta.usage.output_tokens);
        most(
            &mut self.usage.cached_input_tokens,
            delta.usage.cached_input_tokens,
        );
        for piece in self.thoughts.push(&delta.text) {
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Withdraw => {
                    self.llm.learned.note(|known| known.opens_in_thought = true);
                    self.text.clear();
                    self.reader.restart();
                    continue;
                }
            };
            if self.hand_on(&text)? == Read::Enough {
                return Ok(Read::Enough);
            }
        }
        Ok(Read::On)
    }

    fn hand_on(&mut self, text: &str) -> Result<Read, LlmError> {
        // White space before the first word may end a thought that was left out.
        let text = if self.text.is_empty() {
            text.trim_start()
        } else {
            text
        };
        if text.is_empty() {
            return Ok(Read::On);
        }
        if self.text.is_empty() {
            let seconds = self.started.elapsed().as_secs_f64();
            metrics::histogram!("llm_first_token_seconds").record(seconds);
            self.span.record(trace::FIRST_TOKEN, seconds);
        }
        self.text.push_str(text);
        if self.text.len() > LONGEST_TEXT {
            return Err(LlmError::Unwanted("the answer is far too long".into()));
        }
        self.reader.read(text).map_err(LlmError::Unwanted)
    }

    /// Takes note whether an object came where one was asked for: a server that enforced it could not answer
    /// otherwise. Whether it is asked in another way from now on.
    fn note_structure(&self) -> bool {
        let came = self.text.contains('{');
        self.structured
            .is_some_and(|used| self.llm.learned.note_object(used, came))
    }

    /// It ended without a word: the server lost it on its way out of the thinking, or of the grammar.
    fn note_blank(&self) -> bool {
        if let Some(told) = self.effort.filter(|_| self.thought) {
            self.llm.learned.is_lost_in_thought(told);
        }
        self.note_structure()
    }

    /// The answer as far as it was wanted.
    fn enough(self) -> Completion {
        self.note_structure();
        Completion {
            text: self.text,
            usage: self.usage,
            cut: false,
        }
    }

    fn finish(mut self, prompt: &Prompt) -> Result<Completion, Failure> {
        if let Some(rest) = self.thoughts.end(self.finish == Some(Finish::Length)) {
            self.hand_on(&rest)?;
        }
        let blank = self.text.trim().is_empty();
        if self.finish == Some(Finish::Stop) && !blank && self.note_structure() {
            return Err(Failure {
                learned: true,
                ..LlmError::Unwanted("it is not the object that was asked for".into()).into()
            });
        }
        match self.finish {
            Some(Finish::Refused) => return Err(LlmError::Refused.into()),
            Some(Finish::Failed) => {
                return Err(LlmError::Failed {
                    status: 502,
                    retry_after: None,
                    detail: "the server gave up in the middle".to_owned(),
                }
                .into());
            }
            // Nothing, or half an object: the limit was too low.
            Some(Finish::Length) if blank || prompt.schema.is_some() => {
                let error = if blank {
                    LlmError::Empty
                } else {
                    LlmError::Unwanted("it ended at its limit of tokens".into())
                };
                // Thinking took the room; a model that only rambles would ramble on.
                let needs_room = blank || self.llm.learned.get().reasons;
                let learned = needs_room && self.llm.learned.grow(self.extra);
                return Err(Failure {
                    learned,
                    ..error.into()
                });
            }
            Some(Finish::Stop) if blank => {
                return Err(Failure {
                    learned: self.note_blank(),
                    ..LlmError::Empty.into()
                });
            }
            None if blank => return Err(LlmError::Cut.into()),
            _ => {}
        }
        Ok(Completion {
            text: self.text,
            usage: self.usage,
            cut: self.finish != Some(Finish::Stop),
        })
    }
}

impl Llm {
    /// What a refusal means, told without the key and without the prompt's words.
    fn meaning(&self, refusal: &Refusal, prompt: &Prompt) -> LlmError {
        let said = prompt.messages.iter().map(|(_, text)| text.as_str());
        let texts: Vec<&str> = said.chain([prompt.system.as_str()]).collect();
        let key = self.config.api_key.as_ref().map(|key| key.expose_secret());
        refusal.meaning(&texts, key)
    }
}
