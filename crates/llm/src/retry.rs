//! Asks until there is an answer, no attempt can give one, or the time is up: 429s, overloads, timeouts and broken
//! streams are waited out; what a refusal taught changes the next attempt at once; what is permanent ends it, and the
//! coach leaves the model alone for a while.

use std::time::{Duration, Instant};

use upstream::backoff;
use upstream::meter::{self, Resource};

use crate::attempt::{self, Failure};
use crate::trace;
use crate::{Completion, Lane, Llm, LlmError, Prompt, Reader};

/// So often in a row a request is changed by what was learnt from its refusal.
const MOST_LESSONS: u32 = 10;
/// How often a server that loads its model is asked again.
const LOADING_WAIT: Duration = Duration::from_secs(2);

impl Llm {
    /// Asks the model; `reader` gets the answer as it comes.
    ///
    /// # Errors
    /// The last attempt's, when no attempt gave a whole answer within the time there is.
    pub async fn ask(
        &self,
        lane: Lane,
        prompt: &Prompt,
        reader: &mut dyn Reader,
        deadline: Instant,
    ) -> Result<Completion, LlmError> {
        let mut deadline = deadline;
        let (mut failures, mut lessons, mut most) = (0, 0, u32::MAX);
        loop {
            let started = Instant::now();
            let attempt = self.attempt(lane, prompt, most, reader, &mut deadline);
            let result = attempt.await;
            self.note(lane, started.elapsed(), &result);
            let failure = match result {
                Ok(completion) => return Ok(completion),
                Err(Stopped::Yielded) => {
                    reader.restart();
                    continue;
                }
                Err(Stopped::Failed(failure)) => failure,
            };
            let Failure { error, learned, .. } = failure;
            reader.restart();
            let left = deadline.saturating_duration_since(Instant::now());
            if (learned || failure.left.is_some()) && lessons < MOST_LESSONS {
                most = failure.left.unwrap_or(most);
                lessons += 1;
                continue;
            }
            let wait = if matches!(error, LlmError::Loading { .. }) {
                LOADING_WAIT
            } else {
                failures += 1;
                backoff::wait(failures - 1, error.retry_after())
            };
            if !error.is_transient() || failures > self.config.max_retries || wait >= left {
                return Err(error);
            }
            tracing::info!(lane = lane.name(), %error, wait_ms = wait.as_millis(), "asking the model again");
            metrics::counter!("llm_retries_total").increment(1);
            tokio::time::sleep(wait).await;
        }
    }

    /// One attempt, queueing included. The coach's time begins when it has its permit.
    async fn attempt(
        &self,
        lane: Lane,
        prompt: &Prompt,
        most: u32,
        reader: &mut dyn Reader,
        deadline: &mut Instant,
    ) -> Result<Completion, Stopped> {
        let queued = Instant::now();
        let acquiring = self.shared.queue.acquire(lane);
        let _permit = match lane {
            Lane::Interviewer => tokio::time::timeout_at((*deadline).into(), acquiring)
                .await
                .map_err(|_| LlmError::TimedOut("a free place in the queue"))?,
            Lane::Coach => acquiring.await,
        };
        metrics::histogram!("llm_queue_seconds").record(queued.elapsed().as_secs_f64());
        if lane == Lane::Coach {
            *deadline = (*deadline).max(self.deadline());
        }
        if let Some(error) = self.standing.refuses(lane) {
            return Err(error.into());
        }
        let ticket = self
            .shared
            .breaker
            .admit()
            .map_err(|retry_after| LlmError::CircuitOpen { retry_after })?;
        meter::spend(Resource::ModelCalls, 1).map_err(LlmError::from)?;
        let span = trace::request(self, lane);
        let running = attempt::run(self, lane, prompt, most, reader, &span);
        let result = tokio::select! {
            biased;
            result = tokio::time::timeout_at((*deadline).into(), running) => {
                result.unwrap_or_else(|_| Err(LlmError::TimedOut("the whole answer").into()))
            }
            () = self.shared.queue.must_yield(lane) => {
                span.failed("yielded");
                return Err(Stopped::Yielded);
            }
        };
        let error = result.as_ref().err().map(|failure| &failure.error);
        match &result {
            Ok(completion) => trace::record_usage(&span, completion.usage),
            Err(failure) => span.failed(failure.error.name()),
        }
        if result.as_ref().err().is_none_or(|failure| !failure.learned) {
            self.standing.note(lane, error);
        }
        ticket.settle(error.is_none_or(|error| !error.is_outage()));
        Ok(result?)
    }

    fn note(&self, lane: Lane, took: Duration, result: &Result<Completion, Stopped>) {
        let outcome = match result {
            Ok(_) => "ok",
            Err(Stopped::Yielded) => "yielded",
            Err(Stopped::Failed(failure)) => failure.error.name(),
        };
        metrics::counter!("llm_requests_total", "lane" => lane.name(), "outcome" => outcome)
            .increment(1);
        metrics::histogram!("llm_seconds", "lane" => lane.name()).record(took.as_secs_f64());
        if let Ok(completion) = result {
            for (direction, tokens) in [
                ("input", completion.usage.input_tokens),
                ("output", completion.usage.output_tokens),
            ] {
                metrics::counter!("llm_tokens_total", "lane" => lane.name(), "direction" => direction)
                    .increment(tokens);
            }
        }
    }
}

/// Why an attempt gave no answer.
enum Stopped {
    Failed(Failure),
    /// It made room for a candidate who waits.
    Yielded,
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
