//! A candidate who holds one interview after the other, at a person's pace: reads or hears the question, thinks, types,
//! follows the event stream, and reads the report at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::support::Answer;
use crate::support::candidates::{Failure, Person, follow};

/// Answers in an interview.
const QUESTIONS: u32 = 8;
/// An interviewer that never closes is none.
const MOST_ANSWERS: usize = 20;
const ANSWERS: [&str; 4] = [
    "At Acme I led a team of four in 2024. Deployments took two days, so I first measured where the time went, then moved \
     the slowest tests out of the way and wrote a rollback that anybody could use. After three months we deployed eleven \
     times a day, and incidents fell by 40 percent.",
    "Our biggest customer reported wrong invoices on a Friday. I reproduced the case with their data, found a rounding \
     error in the currency conversion, and fixed it with a test for every currency. I called them myself on Monday; they \
     stayed and renewed for two years.",
    "I disagreed with our architect about splitting the service. Instead of arguing I built both variants in a week and \
     compared them under the load of last December. Mine was simpler and a third cheaper, but his recovered faster, so \
     we took his and kept my monitoring.",
    "I would start with the users: who waits for what, and how long. Then I would set a budget for the page, measure it \
     in every build and remove the largest thing first. That is what I did at Globex, where the first view went from six \
     seconds to one and a half.",
];
/// Longest wait for a report.
const REPORT_WITHIN: Duration = Duration::from_secs(60);

/// What visitors saw since it was looked at last.
#[derive(Default)]
pub(crate) struct Seen {
    /// From sending a message to its acknowledgement.
    pub acknowledged: Vec<Duration>,
    /// From sending a message to the reply on the event stream.
    pub shown: Vec<Duration>,
    pub reports: usize,
    pub spoken: usize,
    /// By what was answered.
    pub failures: BTreeMap<String, usize>,
}

#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Seen>>);

impl Tally {
    pub(crate) fn take(&self) -> Seen {
        self.change(std::mem::take)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        change(&mut self.0.lock().expect("no panic in a holder"))
    }
}

/// The message whose reply the stream has not shown yet.
type Awaited = Arc<Mutex<Option<(String, Instant)>>>;

#[derive(Clone)]
pub(crate) struct Visitor {
    pub person: Person,
    /// From a question to the answer, on average.
    pub think: Duration,
    /// Has every question spoken.
    pub listens: bool,
    pub tally: Tally,
}

impl Visitor {
    /// Interviews without end. The first one has any length, so that many visitors who begin together do not end so.
    pub(crate) async fn run(self) {
        tokio::time::sleep(self.think.mul_f64(rand::random())).await;
        let mut questions = rand::rng().random_range(1..=QUESTIONS);
        loop {
            if let Err(failure) = self.interview(questions).await {
                let what = failure.to_string();
                self.tally
                    .change(|seen| *seen.failures.entry(what).or_default() += 1);
            }
            questions = QUESTIONS;
            self.pause().await;
        }
    }

    async fn interview(&self, questions: u32) -> Result<(), Failure> {
        let config = json!({"job_role": "Software engineer", "target_question_count": questions});
        let (session, introduction) = self.person.begin(&config).await?;
        let awaited = Awaited::default();
        let _stream = AbortOnDropHandle::new(tokio::spawn(
            self.clone().watch(session, Arc::clone(&awaited)),
        ));
        let mut reply = introduction;
        for _ in 0..MOST_ANSWERS {
            if self.listens {
                self.listen(session, &reply["content"]).await?;
            }
            self.pause().await;
            reply = self.answer(session, &awaited).await?;
            if reply["response_type"] == "closing" {
                break;
            }
        }
        self.read_report(session).await
    }

    async fn watch(self, session: Uuid, awaited: Awaited) {
        follow(self.person, session, |turn| {
            let mut awaited = awaited.lock().expect("no panic in a holder");
            if let Some((_, sent)) = awaited.take_if(|(key, _)| *key == turn.turn_id) {
                self.tally.change(|seen| seen.shown.push(sent.elapsed()));
            }
        })
        .await;
    }

    /// Thinks and types.
    async fn pause(&self) {
        let share = rand::rng().random_range(0.5..1.5);
        tokio::time::sleep(self.think.mul_f64(share)).await;
    }

    async fn listen(&self, session: Uuid, line: &Value) -> Result<(), Failure> {
        let spoken = self
            .person
            .ask(|| {
                let body = json!({"text": line, "format": "wav"});
                self.person
                    .request(Method::POST, "/speech/text_to_speech", Some(session))
                    .json(&body)
            })
            .await?;
        succeeded(spoken)?;
        self.tally.change(|seen| seen.spoken += 1);
        Ok(())
    }

    async fn answer(&self, session: Uuid, awaited: &Awaited) -> Result<Value, Failure> {
        let key = Uuid::new_v4().to_string();
        let text = ANSWERS[rand::rng().random_range(0..ANSWERS.len())];
        let sent = Instant::now();
        *awaited.lock().expect("no panic in a holder") = Some((key.clone(), sent));
        let answer = self
            .person
            .ask(|| self.person.message(session, &key, text))
            .await?;
        let answer = succeeded(answer)?;
        self.tally
            .change(|seen| seen.acknowledged.push(sent.elapsed()));
        Ok(answer.body)
    }

    async fn read_report(&self, session: Uuid) -> Result<(), Failure> {
        succeeded(self.person.act("/agent/end_interview", session).await?)?;
        let asked = Instant::now();
        while asked.elapsed() < REPORT_WITHIN {
            let status = self
                .person
                .read("/agent/final_summary_status", session)
                .await?;
            let status = succeeded(status)?;
            if status.body["status"] == "completed" {
                self.tally.change(|seen| seen.reports += 1);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(Failure::of(None))
    }
}

fn succeeded(answer: Answer) -> Result<Answer, Failure> {
    if answer.status.is_success() {
        Ok(answer)
    } else {
        Err(Failure::of(Some(&answer)))
    }
}
