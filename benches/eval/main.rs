//! How good are interviewer and coach? Answers whose order is not in doubt are judged by the offline checklist and by
//! the model; simulated candidates go through whole interviews; answers that people rated are compared.
//!
//! `make eval` runs it; `benches/README.md` explains the figures. No database is involved: the interview is
//! conducted through the same traits that the service uses.

mod candidates;
mod orderings;
mod plot;
#[path = "../../tests/real_providers/python.rs"]
#[expect(dead_code, reason = "shared with the tests; the bench needs no ears")]
mod python;
mod rated;
mod simulated;
mod statistics;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ai_interviewer::config::Environment;
use interview::generative::{GenerativeCoach, GenerativeInterviewer};
use interview::offline::OfflineCoach;
use llm::{Llm, LlmConfig, LlmProvider, ModelConfig};

/// Patience for a model on a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn local(model: &python::PythonServer) -> LlmConfig {
    LlmConfig {
        provider: LlmProvider::OpenAi,
        interviewer: ModelConfig {
            name: Some("smollm2-135m".to_owned()),
            effort: None,
        },
        coach: ModelConfig::default(),
        base_url: format!("{}/v1/", model.url).parse().expect("a URL"),
        api_key: None,
        context_tokens: Some(8_000),
        connect_timeout: Duration::from_secs(5),
        first_token_timeout: PATIENCE,
        token_timeout: PATIENCE,
        timeout: PATIENCE,
        max_retries: 1,
        max_concurrency: 2,
        breaker_failures: 1_000,
        breaker_pause: Duration::from_secs(1),
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let _env = dotenvy::dotenv();
    let metrics = ai_interviewer::telemetry::metrics();
    let runtime = tokio::runtime::Runtime::new()?;
    let rated = std::env::var_os("EVAL_RATED").map(PathBuf::from);
    println!("The offline checklist (share of ticks):");
    let offline = runtime.block_on(async {
        let agreement = orderings::judge(&OfflineCoach, 1, false).await?;
        agreement.tell();
        if let Some(folder) = &rated {
            rated::compare(&OfflineCoach, folder).await?;
        }
        anyhow::Ok(agreement.is_right())
    })?;
    let configured = Environment::process().language_model()?;
    let is_small = configured.is_none();
    let small = is_small.then(|| python::PythonServer::start(python::LANGUAGE_MODEL));
    let config = match (configured, &small) {
        (Some(config), _) => config,
        (None, Some(model)) => {
            println!(
                "\nNo model is configured: SmolLM2 with 135 million parameters is used. It converses and judges poorly;\n\
                 what this shows is that the machinery works. benches/README.md tells how to use another."
            );
            local(model)
        }
        (None, None) => unreachable!("one of them is there"),
    };
    let repeats = number("EVAL_REPEATS", if is_small { 1 } else { 5 });
    let questions = u32::try_from(number("EVAL_QUESTIONS", if is_small { 2 } else { 4 }))?;
    let at_once = number("EVAL_AT_ONCE", 2);
    let model = runtime.block_on(async {
        let (interviewer, coach) = Llm::connect(&config).await?;
        println!("\n{} (mean score, {repeats} repeats):", coach.name());
        let interviewer = GenerativeInterviewer::new(Arc::new(interviewer));
        let coach = GenerativeCoach::new(Arc::new(coach));
        let mut right = true;
        // So small a model would take an hour over judgements that mean nothing.
        if !is_small {
            let agreement = orderings::judge(&coach, repeats, true).await?;
            agreement.tell();
            right = agreement.is_right();
            if let Some(folder) = &rated {
                rated::compare(&coach, folder).await?;
            }
        }
        println!("\nSimulated candidates, {questions} questions each:");
        let shown =
            simulated::interviews(&interviewer, &coach, (repeats, questions, at_once)).await?;
        simulated::tell(&shown, &metrics.render());
        anyhow::Ok(right)
    })?;
    if offline && model {
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nAn order is wrong: see above.");
    Ok(ExitCode::FAILURE)
}

/// The sum of the counters whose name and labels begin so.
pub(crate) fn counted(metrics: &str, name: &str) -> f64 {
    metrics
        .lines()
        .filter(|line| line.starts_with(name) && !line.starts_with('#'))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}
