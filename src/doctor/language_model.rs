//! Does the language model hold up: is it listed, does it say a line, does it answer in JSON, and how fast?

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Check;
use crate::config::Config;
use llm::{
    Completion, Lane, Llm, LlmConfig, LlmError, LlmProvider, ModelInfo, Permanent, Prompt, Read,
    Reader, Role, Structured,
};

const MODEL: &str = "language model";
const LINE: &str = "a line of the model";
const STRUCTURED: &str = "structured answers";
const WINDOW: &str = "context length";

/// The list of models, one line and one structured answer: two short requests that are paid for.
pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let Some(config) = &config.llm else {
        return vec![Check::note(
            MODEL,
            "the built-in offline interviewer and coach",
            "set OPENAI_API_KEY or ANTHROPIC_API_KEY, or OPENAI_BASE_URL for a server of your own",
        )];
    };
    let listed = llm::list_models(config).await;
    let models = listed.as_deref().unwrap_or_default();
    let (interviewer, coach) = match Llm::pair(config, models) {
        Ok(pair) => pair,
        Err(error) => {
            let cure = format!("copy {} again, without line breaks", key_name(config));
            return vec![Check::failed(MODEL, format!("{error:#}"), cure)];
        }
    };
    let mut checks = vec![is_listed(config, &interviewer, &listed)];
    if coach.name() != interviewer.name() && !models.is_empty() {
        checks.push(is_listed(config, &coach, &listed));
    }
    checks.push(line(config, &interviewer).await);
    checks.push(structured(config, &coach).await);
    checks.push(window(&interviewer, models));
    checks
}

fn key_name(config: &LlmConfig) -> &'static str {
    match config.provider {
        LlmProvider::OpenAi => "OPENAI_API_KEY",
        LlmProvider::Anthropic => "ANTHROPIC_API_KEY",
    }
}

fn is_listed(config: &LlmConfig, llm: &Llm, listed: &Result<Vec<ModelInfo>, LlmError>) -> Check {
    let (name, base) = (llm.name(), &config.base_url);
    let model = name.split_once('/').map_or(name, |(_, model)| model);
    match listed {
        Ok(models) if models.iter().any(|listed| listed.id == model) => {
            Check::ok(MODEL, format!("{name} at {base}"))
        }
        Ok(models) if !models.is_empty() => {
            let some: Vec<&str> = models
                .iter()
                .take(12)
                .map(|model| model.id.as_str())
                .collect();
            let more = models.len().saturating_sub(some.len());
            let rest = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            Check::note(
                MODEL,
                format!(
                    "{base} does not list {model}; it has {}{rest}",
                    some.join(", ")
                ),
                "set LLM_MODEL (and LLM_COACH_MODEL) to one of these, unless the checks below pass",
            )
        }
        Ok(_) => Check::note(
            MODEL,
            format!("{base} lists no models; {name} is tried"),
            "nothing, if the checks below pass",
        ),
        Err(
            error @ LlmError::Permanent {
                kind: Permanent::KeyRejected,
                ..
            },
        ) => {
            let cure = format!("copy {} again", key_name(config));
            Check::failed(MODEL, format!("{base} rejects the API key: {error}"), cure)
        }
        Err(LlmError::Unreachable) => Check::failed(
            MODEL,
            format!("{base} can't be reached"),
            "check the base URL and the network",
        ),
        Err(error) => Check::note(
            MODEL,
            format!("{base} does not list its models ({error}); {name} is tried"),
            "nothing, if the checks below pass; else the base URL should end in /v1",
        ),
    }
}

/// Notes when the first words came.
struct Stopwatch {
    started: Instant,
    first: Option<Duration>,
}

impl Reader for Stopwatch {
    fn read(&mut self, _: &str) -> Result<Read, String> {
        self.first.get_or_insert_with(|| self.started.elapsed());
        Ok(Read::On)
    }

    fn restart(&mut self) {
        (self.started, self.first) = (Instant::now(), None);
    }
}

struct Timed {
    completion: Completion,
    first: Duration,
    all: Duration,
}

async fn ask(llm: &Llm, lane: Lane, text: &str, schema: Option<Value>) -> Result<Timed, LlmError> {
    let prompt = Prompt {
        system: "You hold practice job interviews.".to_owned(),
        messages: vec![(Role::User, text.to_owned())],
        schema: schema.map(|schema| ("answer", schema)),
        max_tokens: 200,
        temperature: None,
    };
    let mut watch = Stopwatch {
        started: Instant::now(),
        first: None,
    };
    let completion = llm.ask(lane, &prompt, &mut watch, llm.deadline()).await?;
    let all = watch.started.elapsed();
    Ok(Timed {
        completion,
        first: watch.first.unwrap_or(all),
        all,
    })
}

async fn line(config: &LlmConfig, llm: &Llm) -> Check {
    let asked = ask(
        llm,
        Lane::Interviewer,
        "Greet me in one sentence and ask me one question about my work.",
        None,
    );
    match asked.await {
        Ok(timed) => {
            let tokens = timed.completion.usage.output_tokens as f64;
            let writing = (timed.all - timed.first).as_secs_f64();
            let speed = if tokens > 1.0 && writing > 0.0 {
                format!(", {:.0} tokens a second", tokens / writing)
            } else {
                String::new()
            };
            let thinks = if llm.capabilities().reasons {
                "; it thinks before it answers (LLM_REASONING_EFFORT)"
            } else {
                ""
            };
            let first = timed.first.as_secs_f64();
            Check::ok(
                LINE,
                format!("first word after {first:.1} s{speed}{thinks}"),
            )
        }
        Err(error) => failed(LINE, config, &error),
    }
}

async fn structured(config: &LlmConfig, llm: &Llm) -> Check {
    let schema = json!({"type": "object", "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"], "additionalProperties": false});
    let text = "Answer with one JSON object and nothing else: {\"ready\": true}";
    let asked = ask(llm, Lane::Coach, text, Some(schema)).await;
    let mode = llm.capabilities().structured;
    match asked {
        Ok(timed) if !timed.completion.text.contains("ready") => Check::note(
            STRUCTURED,
            format!(
                "asked for by {}, and answered with something else",
                mode.name()
            ),
            "choose a larger model: interviews will need repairs, or fail",
        ),
        Ok(_) if mode == Structured::Schema => Check::ok(STRUCTURED, "by json_schema"),
        Ok(_) => Check::note(
            STRUCTURED,
            format!("by {}: the server does not take json_schema", mode.name()),
            "nothing, if interviews go well; a newer server or model may know it",
        ),
        Err(error) => failed(STRUCTURED, config, &error),
    }
}

fn failed(name: &'static str, config: &LlmConfig, error: &LlmError) -> Check {
    let cure = match error.permanent() {
        Some(Permanent::KeyRejected) => format!("copy {} again", key_name(config)),
        Some(Permanent::ModelNotFound) => {
            "set LLM_MODEL to a model that the provider has".to_owned()
        }
        Some(Permanent::CreditExhausted) => "top up the provider's account".to_owned(),
        Some(Permanent::ContextExceeded) => {
            "set LLM_CONTEXT_TOKENS to the model's window".to_owned()
        }
        Some(Permanent::RequestRefused) => {
            "check the base URL (it should end in /v1) and the model's name".to_owned()
        }
        None => {
            "try again; if it stays, look into the provider's status or the server's log".to_owned()
        }
    };
    Check::failed(name, error.to_string(), cure)
}

fn window(llm: &Llm, models: &[ModelInfo]) -> Check {
    let told = llm.capabilities().context_tokens;
    let used = llm.room(0);
    let is_ollama = models
        .iter()
        .any(|model| model.owner.as_deref() == Some("library"));
    match told {
        Some(tokens) => Check::ok(
            WINDOW,
            format!("the server tells {tokens} tokens; {used} are used"),
        ),
        None if is_ollama => Check::note(
            WINDOW,
            format!("{used} tokens are assumed; Ollama cuts longer prompts without a word"),
            "start Ollama with OLLAMA_CONTEXT_LENGTH (or num_ctx in a Modelfile) of at least LLM_CONTEXT_TOKENS",
        ),
        None => Check::note(
            WINDOW,
            format!("not told by the server; {used} tokens are assumed"),
            "set LLM_CONTEXT_TOKENS if the model's window is smaller",
        ),
    }
}
