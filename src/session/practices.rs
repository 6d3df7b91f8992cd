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
use super::state::SessionState;
use super::views::{FeedbackItem, feedback_item};
use crate::auth::Caller;

/// Practices that are compared, the latest.
const MOST_ATTEMPTS: usize = 50;

/// The question of an interview that a practice is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Origin {
    pub practice_of: Uuid,
    pub practice_question: u32,
}

/// The columns of a session; both null in an interview, the first where the origin was deleted.
#[derive(Deserialize)]
struct OriginColumns {
    practice_of: Option<Uuid>,
    practice_question: Option<u32>,
}

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

#[derive(Deserialize)]
struct PracticeRow {
    session_id: Uuid,
    interview_turns: Vec<Value>,
}

impl Lifecycle {
    /// Makes a session that practises the main question of that number of another session, set up alike.
    /// A practice of a practice is one of the same question. Two round trips at most, one more for a practice.
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
            practice_of: session_id,
            practice_question: number,
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
    /// question is the first. Two round trips at most, two more for a practice.
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
            (session, number) = (first, origin.practice_question);
        }
        let session_id = session.row.session_id;
        let practices = self.practices(caller, session_id, number).await?;
        let later = practices.into_iter().filter_map(|row| {
            // A row that another client wrote as it liked must not hide the others.
            let turns: Result<Vec<Turn>, _> = row
                .interview_turns
                .into_iter()
                .map(serde_json::from_value)
                .collect();
            let turns: Vec<Arc<Turn>> = turns.ok()?.into_iter().map(Arc::new).collect();
            let asked = turns.first()?.reply.as_ref()?;
            is_asked(&session, number, &asked.content)
                .then(|| attempt(row.session_id, &turns, 1))?
        });
        let first = attempt(session_id, &session.turns, number);
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
        let Some(origin) = self.origin_columns(caller, session.row.session_id).await? else {
            return Ok(None);
        };
        match self.store.get(caller, origin.practice_of).await {
            Ok(first) => {
                // A reset may have begun another interview in its place.
                let same = is_asked(&first, origin.practice_question, &practice.question);
                Ok(same.then_some((origin, first)))
            }
            Err(SessionError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn origin_columns(
        &self,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Option<Origin>, SessionError> {
        let mut query = vec![("select", "practice_of,practice_question".to_owned())];
        // A guest's id is named by its header, never in an address.
        if caller.user().is_some() {
            query.push(("session_id", format!("eq.{session_id}")));
        }
        let identity = caller.identity(session_id);
        let columns: OriginColumns = self
            .rest
            .select_one(&identity, "interview_sessions", &query)
            .await?;
        let origin = columns.practice_of.zip(columns.practice_question);
        Ok(origin.map(|(practice_of, practice_question)| Origin {
            practice_of,
            practice_question,
        }))
    }

    async fn practices(
        &self,
        caller: &Caller,
        session_id: Uuid,
        number: u32,
    ) -> Result<Vec<PracticeRow>, SessionError> {
        let identity = caller.identity(session_id);
        if caller.user().is_none() {
            let arguments = json!({"p_question": number});
            let rows = self.rest.rpc(&identity, "guest_practices", &arguments);
            return Ok(rows.await?);
        }
        let columns = "session_id,interview_turns(turn_no,turn_id,message,question_no,version,accepted_at,\
            reply,completed_at,unanswered_at,feedback,lease_until)";
        let query = [
            ("select", columns.to_owned()),
            ("practice_of", format!("eq.{session_id}")),
            ("practice_question", format!("eq.{number}")),
            ("order", "created_at.desc".to_owned()),
            ("limit", MOST_ATTEMPTS.to_string()),
            ("interview_turns.order", "turn_no".to_owned()),
        ];
        let rows = self.rest.select(&identity, "interview_sessions", &query);
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

fn attempt(session_id: Uuid, turns: &[Arc<Turn>], number: u32) -> Option<Attempt> {
    let asked = practice::main_question(turns, number)?;
    let answer = practice::first_answer(turns, asked.turn_no)?;
    Some(Attempt {
        session_id,
        answered_at: answer.accepted_at,
        feedback: feedback_item(turns, answer)?,
    })
}
