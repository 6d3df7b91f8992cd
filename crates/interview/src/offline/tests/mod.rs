//! Whole interviews with the offline interviewer and coach.

mod any_text;
mod coaching;
mod data;
mod documents;
mod intents;
mod interviewing;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, json};

use super::{OfflineCoach, OfflineInterviewer};
use crate::director::{allowed, stats_after};
use crate::resources::Library;
use crate::{Allowed, Coach, Conversation, Draft, Interviewer, Line, scores};
use crate::{
    Feedback, Reply, Report, ResponseType, SessionConfig, SessionStats, SpeechTiming, Style, Turn,
};

const STRONG: &str = "Last year our team at Acme had a billing service that failed every night, and I was \
    responsible for fixing it before the audit deadline. First I traced 40 failed runs in Grafana, because the logs \
    alone did not show the cause. Then I compared two options: rewriting the importer, or adding an index \
    in PostgreSQL. I chose the index, although a rewrite was cleaner, since we had only 5 days. Finally I \
    rolled it out with tests. As a result failures fell from 30 percent to 1 percent and we saved 12 hours a \
    week. Looking back, I learned to measure before I change anything.";
const WEAK: &str =
    "We sometimes had different opinions in the team but it was never a big problem.";

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(future)
}

struct Session {
    talk: Conversation,
    /// When the next message comes.
    now: Timestamp,
}

impl Session {
    fn start(config: SessionConfig, seed: u64) -> Self {
        let mut session = Self::silent(config, seed);
        let line =
            block_on(OfflineInterviewer::default().introduce(&session.talk, &Draft::default()))
                .expect("an introduction");
        session.record(None, line);
        session
    }

    /// An interview in which another interviewer asked this.
    fn asked(config: SessionConfig, question: &str) -> Self {
        let mut session = Self::silent(config, 1);
        let line = Line {
            content: question.into(),
            response_type: ResponseType::Introduction,
            topic: None,
            question_kind: None,
            interviewer: "other".into(),
            prompt_version: "1".into(),
            usage: crate::Usage::default(),
            stopped: false,
            repairs: 0,
        };
        session.record(None, line);
        session
    }

    fn silent(config: SessionConfig, seed: u64) -> Self {
        let talk = Conversation {
            config: Arc::new(config),
            turns: Arc::default(),
            stats: SessionStats::default(),
            started_at: Some(Timestamp::UNIX_EPOCH),
            seed,
        };
        Self {
            talk,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn record(&mut self, message: Option<&str>, line: Line) {
        self.talk.stats = stats_after(&self.talk.stats, &line, message, 0.0);
        let turns = Arc::make_mut(&mut self.talk.turns);
        if message.is_some() {
            turns.pop();
        }
        turns.push(Arc::new(turn(turns.len(), message, Some(&line))));
    }

    /// The clock of the interview goes to that minute.
    fn at_minute(&mut self, minute: i64) {
        self.now = Timestamp::from_second(minute * 60).expect("a time of this era");
    }

    fn answer(&mut self, message: &str) -> Line {
        let verdict = allowed(&self.talk, self.now);
        self.answer_when(message, verdict)
    }

    fn answer_when(&mut self, message: &str, verdict: Allowed) -> Line {
        let turns = Arc::make_mut(&mut self.talk.turns);
        let accepted_at = self.now;
        turns.push(Arc::new(Turn {
            accepted_at,
            ..turn(turns.len(), Some(message), None)
        }));
        let line =
            block_on(OfflineInterviewer::default().reply(&self.talk, verdict, &Draft::default()))
                .expect("a line");
        self.record(Some(message), line.clone());
        line
    }

    fn spoken(&mut self, turn_no: usize, seconds: f32) {
        let turn = Arc::make_mut(&mut Arc::make_mut(&mut self.talk.turns)[turn_no]);
        turn.speech_timing = Some(SpeechTiming {
            seconds,
            pauses: 0,
            longest_pause_seconds: 0.0,
        });
    }

    fn feedback(&self, turn_no: u32) -> Feedback {
        block_on(OfflineCoach.assess(&self.talk, turn_no)).expect("feedback")
    }

    /// The report once every answer has its feedback.
    fn report(&mut self) -> Report {
        for turn_no in 0..self.talk.turns.len() {
            let turn = &self.talk.turns[turn_no];
            if turn.is_answer() && turn.feedback.is_none() {
                let feedback = self.feedback(turn.turn_no);
                let turns = Arc::make_mut(&mut self.talk.turns);
                Arc::make_mut(&mut turns[turn_no]).feedback = Some(feedback);
            }
        }
        let scores = scores::of(&self.talk);
        let (narrative, _) = block_on(OfflineCoach.narrate(&self.talk, &scores)).expect("texts");
        let resources = block_on(Library::default().find(&scores, &self.talk.config));
        Report {
            scores,
            narrative,
            resources,
        }
    }
}

fn turn(turn_no: usize, message: Option<&str>, line: Option<&Line>) -> Turn {
    let turn_no = u32::try_from(turn_no).expect("few turns");
    Turn {
        turn_no,
        turn_id: format!("t{turn_no}"),
        message: message.map(str::to_owned),
        question_no: message.and(turn_no.checked_sub(1)),
        version: 1,
        accepted_at: Timestamp::UNIX_EPOCH,
        reply: line.map(|line| Reply {
            role: "assistant".into(),
            agent: "interviewer".into(),
            content: line.content.clone(),
            response_type: line.response_type,
            timestamp: Timestamp::UNIX_EPOCH,
            processing_time: 0.0,
            metadata: match json!({ "topic": line.topic }) {
                serde_json::Value::Object(map) => map,
                _ => Map::new(),
            },
        }),
        completed_at: None,
        unanswered_at: None,
        feedback: None,
        lease_until: None,
        speech_timing: None,
    }
}

fn config(target: u32, style: Style) -> SessionConfig {
    SessionConfig {
        job_role: Some("Backend Engineer".into()),
        job_description: Some(
            "Backend Engineer\nYou will design services in Rust and PostgreSQL.\nYou will mentor two juniors. \
             We offer a bonus."
                .into(),
        ),
        resume_content: Some(
            "Rebuilt the billing service for 3 markets\nMentored two junior developers".into(),
        ),
        company_name: Some("Acme".into()),
        target_question_count: Some(target),
        style: Some(style),
        ..Default::default()
    }
}

const STYLES: [Style; 4] = [
    Style::Formal,
    Style::Casual,
    Style::Aggressive,
    Style::Technical,
];

/// Lines of the checklist that are met.
fn ticks(feedback: &Feedback) -> usize {
    let met = feedback
        .checklist
        .iter()
        .filter(|check| check.met == Some(true));
    met.count()
}
