//! Practice of one question: begun from a session of one's own, and compared with the answers before it.

use std::sync::Arc;

use interview::{Practice, Turn, practice};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::SessionError;
use super::lifecycle::Lifecycle;
use super::row::Origin;
use super::state::SessionState;
use super::views::{FeedbackItem, feedback_item};
use crate::auth::Caller;

/// All answers to one question: in the interview, then in practices of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempts {
    /// The session in which it was asked first.
    pub session_id: Uuid,
    /// Number of the main question there, from 1.
    pub question_number: u32,
    pub question: String,
    /// The oldest first; empty while nothing was answered. Of practices, the latest 50.
    pub attempts: Vec<Attempt>,
}

/// One answer to the question, before any follow-up, with its feedback.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempt {
    pub session_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub answered_at: Timestamp,
    #[serde(flatten)]
    pub feedback: FeedbackItem,
}

/// What was asked in a practice, and the turn with the first answer.
#[derive(Deserialize)]
struct AnsweredPractice {
    session_id: Uuid,
    question: Option<String>,
    answer: Value,
}

impl Lifecycle {
    /// Makes a session that practises the main question of that number of another session, set up alike.
    /// A practice of a practice is one of the same question. One round trip, and one for each session that is not in
    /// memory: the one that is named and, for a practice, its origin.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NoSuchQuestion`], upstream failures.
    pub async fn practise(
        &self,
        caller: &Caller,
        session_id: Uuid,
        number: u32,
    ) -> Result<Uuid, SessionError> {
        let session = self.store.get(caller, session_id).await?;
        let practice = question(&session, number)?;
        let itself = Origin {
            session_id,
            question: number,
        };
        let origin = self.origin(caller, &session).await?;
        let origin = origin.map_or(itself, |(origin, _)| origin);
        let config = session.row.config.practising(practice);
        match self.insert(caller, &config, Some(origin)).await {
            // The origin is gone, or another's since one of the two was claimed: the practice stands alone.
            Err(SessionError::NotFound) if origin != itself => {
                self.insert(caller, &config, Some(itself)).await
            }
            made => made,
        }
    }

    /// All answers to a question, whether it is named by the interview or by a practice of it, whose only
    /// question is the first. One round trip, and one for each session that is not in memory: the one that is named and,
    /// for a practice, its origin.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NoSuchQuestion`], upstream failures.
    pub async fn attempts(
        &self,
        caller: &Caller,
        session_id: Uuid,
        number: Option<u32>,
    ) -> Result<Attempts, SessionError> {
        let mut session = self.store.get(caller, session_id).await?;
        let is_practice = session.row.config.practice.is_some();
        let mut number = number.unwrap_or(u32::from(is_practice));
        let practised = question(&session, number)?;
        if let Some((origin, first)) = self.origin(caller, &session).await? {
            (session, number) = (first, origin.question);
        }
        let session_id = session.row.session_id;
        let practices = self.practices(caller, session_id, number).await?;
        let later = practices.into_iter().filter_map(|practice| {
            let asked = practice.question?;
            // What another client wrote as it liked must not hide the others.
            let answer = Turn::deserialize(practice.answer).ok()?;
            is_asked(&session, number, &asked)
                .then(|| attempt(practice.session_id, asked, &answer))?
        });
        let first = first_attempt(&session, number);
        let mut attempts: Vec<Attempt> = first.into_iter().chain(later).collect();
        attempts.sort_by_key(|attempt| attempt.answered_at);
        Ok(Attempts {
            session_id,
            question_number: number,
            question: practised.question,
            attempts,
        })
    }

    /// The origin of a practice, as long as it asks that question; `None` for an interview, and for a practice that
    /// stands alone.
    async fn origin(
        &self,
        caller: &Caller,
        session: &SessionState,
    ) -> Result<Option<(Origin, Arc<SessionState>)>, SessionError> {
        let Some(practice) = &session.row.config.practice else {
            return Ok(None);
        };
        let Some(origin) = session.row.origin else {
            return Ok(None);
        };
        match self.store.get(caller, origin.session_id).await {
            Ok(first) => {
                // A reset may have begun another interview in its place.
                let same = is_asked(&first, origin.question, &practice.question);
                Ok(same.then_some((origin, first)))
            }
            Err(SessionError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn practices(
        &self,
        caller: &Caller,
        session_id: Uuid,
        number: u32,
    ) -> Result<Vec<AnsweredPractice>, SessionError> {
        let identity = caller.identity(session_id);
        let arguments = json!({"p_session_id": session_id, "p_question": number});
        let rows = self.rest.rpc(&identity, "list_practices", &arguments);
        Ok(rows.await?)
    }
}

/// The main question of that number; a practice has one.
fn question(session: &SessionState, number: u32) -> Result<Practice, SessionError> {
    let asked = match &session.row.config.practice {
        Some(practice) => Some(practice.clone()).filter(|_| number == 1),
        None => Practice::of(&session.conversation(), number),
    };
    asked.ok_or(SessionError::NoSuchQuestion)
}

/// Whether that question of the session ends in these words: practices leave out what led up to it.
fn is_asked(session: &SessionState, number: u32, words: &str) -> bool {
    let asked = match &session.row.config.practice {
        Some(practice) => Some(&practice.question),
        None => practice::main_question(&session.turns, number)
            .and_then(|turn| turn.reply.as_ref())
            .map(|reply| &reply.content),
    };
    asked.is_some_and(|asked| asked.trim_end().ends_with(words.trim_end()))
}

fn first_attempt(session: &SessionState, number: u32) -> Option<Attempt> {
    let asked = practice::main_question(&session.turns, number)?;
    let answer = practice::first_answer(&session.turns, asked.turn_no)?;
    let question = asked.reply.as_ref()?.content.clone();
    attempt(session.row.session_id, question, answer)
}

fn attempt(session_id: Uuid, question: String, answer: &Turn) -> Option<Attempt> {
    Some(Attempt {
        session_id,
        answered_at: answer.accepted_at,
        feedback: feedback_item(Some(question), answer)?,
    })
}
