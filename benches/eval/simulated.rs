//! Simulated candidates go through whole interviews.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use interview::generative::{GenerativeCoach, GenerativeInterviewer};
use interview::{Coach, Conversation, Draft, Interviewer, Line, director, scores};
use interview::{FeedbackStatus, Reply, ResponseType, Scores, SessionConfig, SessionStats, Turn};
use jiff::Timestamp;
use serde_json::{Map, json};

use crate::candidates::{CANDIDATES, Candidate, STRONG, WEAK};
use crate::statistics::{mean, percent, score, spread};
use crate::{counted, plot};

/// What one interview showed.
#[derive(Default)]
pub(crate) struct Shown {
    candidate: usize,
    overall: Option<f64>,
    questions: u32,
    follow_ups: u32,
    answers: u32,
    failed_feedback: u32,
    closed: bool,
    narrated: bool,
}

/// Has each candidate interviewed `repeats` times, `at_once` at a time.
pub(crate) async fn interviews(
    interviewer: &GenerativeInterviewer,
    coach: &GenerativeCoach,
    (repeats, questions, at_once): (usize, u32, usize),
) -> anyhow::Result<Vec<Shown>> {
    let interviews = (0..repeats).flat_map(|repeat| {
        CANDIDATES
            .iter()
            .enumerate()
            .map(move |(at, candidate)| async move {
                let seed = u64::try_from(repeat * 100 + at).unwrap_or_default();
                let mut shown = interview(interviewer, coach, candidate, questions, seed).await?;
                shown.candidate = at;
                eprintln!(
                    "  {} ({}): {}",
                    candidate.name,
                    repeat + 1,
                    score(shown.overall)
                );
                anyhow::Ok(shown)
            })
    });
    let mut done = stream::iter(interviews).buffer_unordered(at_once);
    let mut all = Vec::new();
    while let Some(shown) = done.next().await {
        all.push(shown?);
    }
    Ok(all)
}

async fn interview(
    interviewer: &GenerativeInterviewer,
    coach: &GenerativeCoach,
    candidate: &Candidate,
    questions: u32,
    seed: u64,
) -> anyhow::Result<Shown> {
    let mut talk = Conversation {
        config: Arc::new(SessionConfig {
            job_role: Some("Software engineer".to_owned()),
            job_description: Some(
                "You build and run the services behind our shop, decide with the product team what is worth building, and keep it fast."
                    .to_owned(),
            ),
            target_question_count: Some(questions),
            ..Default::default()
        }),
        turns: Arc::default(),
        stats: SessionStats::default(),
        started_at: Some(Timestamp::now()),
        seed,
    };
    let opening = interviewer.introduce(&talk, &Draft::default()).await?;
    record(&mut talk, None, opening);
    let mut shown = Shown::default();
    for answer in candidate.answers.iter().cycle() {
        let turn_no = u32::try_from(talk.turns.len())?;
        Arc::make_mut(&mut talk.turns).push(Arc::new(turn(turn_no, Some(answer), None)));
        let allowed = director::allowed(&talk, Timestamp::now());
        let draft = Draft::default();
        let (line, feedback) = futures_util::future::join(
            interviewer.reply(&talk, allowed, &draft),
            coach.assess(&talk, turn_no),
        )
        .await;
        Arc::make_mut(&mut talk.turns).pop();
        let line = line?;
        let closes = line.response_type == ResponseType::Closing;
        record(&mut talk, Some(answer), line);
        shown.answers += 1;
        match feedback {
            Ok(feedback) => {
                let turns = Arc::make_mut(&mut talk.turns);
                let turn = Arc::make_mut(turns.last_mut().expect("recorded"));
                debug_assert_eq!(feedback.status, FeedbackStatus::Ready);
                turn.feedback = Some(feedback);
            }
            Err(_) => shown.failed_feedback += 1,
        }
        if closes {
            shown.closed = true;
            break;
        }
        if shown.answers > questions * 3 {
            break;
        }
    }
    let scores: Scores = scores::of(&talk);
    shown.overall = scores.overall_score;
    shown.questions = talk.stats.questions;
    shown.follow_ups = talk.stats.follow_ups;
    shown.narrated = coach.narrate(&talk, &scores).await.is_ok();
    Ok(shown)
}

fn record(talk: &mut Conversation, message: Option<&str>, line: Line) {
    talk.stats = director::stats_after(&talk.stats, &line, message, 0.0);
    let turn_no = u32::try_from(talk.turns.len()).unwrap_or(u32::MAX);
    Arc::make_mut(&mut talk.turns).push(Arc::new(turn(turn_no, message, Some(line))));
}

pub(crate) fn turn(turn_no: u32, message: Option<&str>, line: Option<Line>) -> Turn {
    Turn {
        turn_no,
        turn_id: format!("t{turn_no}"),
        message: message.map(str::to_owned),
        question_no: message.and(turn_no.checked_sub(1)),
        version: 0,
        accepted_at: Timestamp::now(),
        reply: line.map(|line| {
            let mut metadata = Map::new();
            metadata.insert("topic".to_owned(), json!(line.topic));
            Reply {
                role: "assistant".to_owned(),
                agent: "interviewer".to_owned(),
                content: line.content,
                response_type: line.response_type,
                timestamp: Timestamp::now(),
                processing_time: 0.0,
                metadata,
            }
        }),
        completed_at: None,
        unanswered_at: None,
        feedback: None,
        lease_until: None,
        speech_timing: None,
    }
}

pub(crate) fn tell(shown: &[Shown], metrics: &str) {
    println!("\ncandidate    mean  spread  lowest  highest  unscored  feedback failed");
    let mut bars = Vec::new();
    for (at, candidate) in CANDIDATES.iter().enumerate() {
        let of: Vec<&Shown> = shown.iter().filter(|one| one.candidate == at).collect();
        let scores: Vec<f64> = of.iter().filter_map(|one| one.overall).collect();
        let failed: u32 = of.iter().map(|one| one.failed_feedback).sum();
        let answers: u32 = of.iter().map(|one| one.answers).sum();
        println!(
            "{:<11} {:>5}  {:>6}  {:>6}  {:>7}  {:>5}/{:<2}  {failed} of {answers}",
            candidate.name,
            score(mean(&scores)),
            score(spread(&scores)),
            score(scores.iter().copied().reduce(f64::min)),
            score(scores.iter().copied().reduce(f64::max)),
            of.len() - scores.len(),
            of.len(),
        );
        bars.push((candidate.name, scores));
    }
    println!("\n{}", plot::scores(&bars));
    let separation = mean(&bars[STRONG].1)
        .zip(mean(&bars[WEAK].1))
        .map(|(strong, weak)| strong - weak);
    println!("separation of strong and weak     {}", score(separation));
    let spreads: Vec<f64> = bars
        .iter()
        .filter_map(|(_, scores)| spread(scores))
        .collect();
    println!(
        "spread over repeats, mean         {}",
        score(mean(&spreads))
    );
    let count = |name: &str| counted(metrics, name);
    let verbatim = count("coach_quotes_total{verbatim=\"yes\"}");
    let quotes = verbatim + count("coach_quotes_total{verbatim=\"no\"}");
    println!(
        "quotes that are verbatim          {} ({verbatim:.0} of {quotes:.0})",
        percent(verbatim, quotes)
    );
    let follow_ups: u32 = shown.iter().map(|one| one.follow_ups).sum();
    let asked: u32 = shown.iter().map(|one| one.questions + one.follow_ups).sum();
    println!(
        "follow-ups among questions        {}",
        percent(f64::from(follow_ups), f64::from(asked))
    );
    let answers = count("llm_requests_total{lane=\"interviewer\"")
        + count("llm_requests_total{lane=\"coach\"");
    let repairs = count("llm_repairs_total");
    println!(
        "answers that could not be used    {} ({repairs:.0} of {answers:.0})",
        percent(repairs, answers)
    );
    let closed = shown.iter().filter(|one| one.closed).count();
    let narrated = shown.iter().filter(|one| one.narrated).count();
    println!(
        "interviews closed by the server   {closed} of {}",
        shown.len()
    );
    println!(
        "reports written                   {narrated} of {}",
        shown.len()
    );
    println!(
        "passages left out as orders       {:.0}",
        count("screened_passages_total")
    );
    println!(
        "tokens read and written           {:.0} and {:.0}",
        count("llm_tokens_total{lane=\"interviewer\",direction=\"input\"")
            + count("llm_tokens_total{lane=\"coach\",direction=\"input\""),
        count("llm_tokens_total{lane=\"interviewer\",direction=\"output\"")
            + count("llm_tokens_total{lane=\"coach\",direction=\"output\""),
    );
}
