//! One request to the provider, read to its end.

use futures_util::StreamExt as _;
use genai::chat::{ChatStreamEvent, StopReason, StreamEnd};

use super::{Completion, Llm, LlmError, Prompt, Read, Reader, Usage, options, request};

/// Longest answer that is read, in bytes: many times what any prompt asks for.
const LONGEST_ANSWER: usize = 200_000;

pub(super) async fn run(
    llm: &Llm,
    prompt: &Prompt,
    reader: &mut dyn Reader,
) -> Result<Completion, LlmError> {
    let (first, between) = (llm.config.first_token_timeout, llm.config.token_timeout);
    let options = options(prompt, &llm.config);
    let opening = llm
        .client
        .exec_chat_stream(llm.target.clone(), request(prompt), Some(&options));
    let started = tokio::time::Instant::now();
    let mut stream = tokio::time::timeout(first, opening)
        .await
        .map_err(|_| LlmError::TimedOut("the first token"))?
        .map_err(LlmError::from)?
        .stream;
    let mut text = String::new();
    loop {
        // Pings keep a connection, not an answer, alive: only text moves the clock on.
        let phase = if text.is_empty() {
            "the first token"
        } else {
            "the next token"
        };
        let timeout = if text.is_empty() {
            first.saturating_sub(started.elapsed())
        } else {
            between
        };
        let event = next_event(&mut stream, tokio::time::Instant::now() + timeout)
            .await
            .ok_or(LlmError::TimedOut(phase))?;
        match event {
            // A stream that ends without its last event was cut.
            None => return Err(LlmError::Cut),
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(ChatStreamEvent::Chunk(chunk))) => {
                if text.is_empty() && !chunk.content.is_empty() {
                    metrics::histogram!("llm_first_token_seconds")
                        .record(started.elapsed().as_secs_f64());
                }
                text.push_str(&chunk.content);
                if text.len() > LONGEST_ANSWER {
                    return Err(LlmError::Unwanted("the answer is far too long".into()));
                }
                if reader.read(&chunk.content).map_err(LlmError::Unwanted)? == Read::Enough {
                    return Ok(Completion {
                        text,
                        ..Completion::default()
                    });
                }
            }
            Some(Ok(ChatStreamEvent::End(end))) => return finished(text, end),
            Some(Ok(_)) => {}
        }
    }
}

/// The next event that is more than a sign of life; `None` when the deadline passes.
async fn next_event(
    stream: &mut genai::chat::ChatStream,
    deadline: tokio::time::Instant,
) -> Option<Option<Result<ChatStreamEvent, genai::Error>>> {
    loop {
        let event = tokio::time::timeout_at(deadline, stream.next())
            .await
            .ok()?;
        if !matches!(event, Some(Ok(ChatStreamEvent::Heartbeat))) {
            return Some(event);
        }
    }
}

fn finished(text: String, end: StreamEnd) -> Result<Completion, LlmError> {
    match end.captured_stop_reason {
        Some(StopReason::ContentFilter(_)) => return Err(LlmError::Refused),
        Some(StopReason::Other(reason)) if reason == "refusal" => return Err(LlmError::Refused),
        _ => {}
    }
    if text.trim().is_empty() {
        return Err(LlmError::Empty);
    }
    let usage = end.captured_usage.unwrap_or_default();
    let tokens = |count: Option<i32>| {
        count
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0)
    };
    Ok(Completion {
        text,
        usage: Usage {
            input_tokens: tokens(usage.prompt_tokens),
            output_tokens: tokens(usage.completion_tokens),
        },
    })
}
