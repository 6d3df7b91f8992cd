//! Reports shared by a link: a snapshot that whoever has the link's token may read, until it expires or is revoked.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use interview::{Difficulty, Feedback, FeedbackStatus, ResponseType, Style, Turn};
use jiff::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::SessionError;
use super::listing::readable;
use super::report::{ReportStatus, Reports};
use super::rpc::{self, RevokeOutcome, RevokeShare};
use super::state::SessionState;
use super::store::SessionStore;
use crate::auth::{Caller, User};
use crate::supabase::postgrest::{Identity, PostgRest};

/// Bytes of JSON; the database's bound is twice that, since it counts its own spaces.
const LARGEST_SNAPSHOT: usize = 1024 * 1024;
const TOKEN_BYTES: usize = 32;

static E_MAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\w.+-]+@[\w-]+(\.[\w-]+)+").expect("a constant pattern is well formed")
});

/// Makes, lists and revokes links.
pub struct Shares {
    pub(super) store: Arc<SessionStore>,
    pub(super) rest: Arc<PostgRest>,
    pub(super) reports: Arc<Reports>,
}

/// What the owner chose to share, and for how long.
pub struct ShareOptions {
    pub days: u32,
    pub include_answers: bool,
    pub candidate_name: Option<String>,
}

/// A link, without its token.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Share {
    pub share_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    #[serde(deserialize_with = "readable")]
    pub includes_answers: bool,
    #[serde(deserialize_with = "readable")]
    pub candidate_name: Option<String>,
}

/// What a link shows: never an id, a résumé, a job description or an e-mail address.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SharedReport {
    pub interview: SharedInterview,
    /// Null unless its owner chose to show it.
    pub candidate_name: Option<String>,
    /// The report as it was then (see `Report`), without the parts that had failed.
    #[schema(value_type = Object)]
    pub report: Value,
    pub includes_answers: bool,
    /// Empty unless its owner chose to show them.
    pub answers: Vec<SharedAnswer>,
}

/// What the interview was.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SharedInterview {
    pub job_role: Option<String>,
    pub company_name: Option<String>,
    pub style: Option<Style>,
    pub difficulty: Option<Difficulty>,
    /// BCP 47; English when it is null.
    pub language: Option<String>,
    /// One question was practised instead of a whole interview.
    pub is_practice: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A question, the answer to it and what the coach said.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SharedAnswer {
    pub turn_no: u32,
    /// Of the main question, from 1; its follow-ups have the same.
    pub question_number: Option<u32>,
    pub is_follow_up: bool,
    pub question: String,
    pub answer: String,
    pub feedback: Feedback,
}

/// A shared report as it is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadReport {
    #[serde(flatten)]
    pub shared: SharedReport,
    /// When it was shared.
    #[schema(value_type = String, format = DateTime)]
    pub shared_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A link that is about to be made.
struct Link {
    share_id: Uuid,
    token_hash: String,
}

#[derive(Serialize)]
struct ShareReport<'a> {
    p_session_id: Uuid,
    /// Of the session that the snapshot was made of.
    p_base_version: i64,
    p_share_id: Uuid,
    p_token_hash: &'a str,
    p_snapshot: &'a Value,
    p_days: u32,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum ShareOutcome {
    Shared {
        created_at: Timestamp,
        expires_at: Timestamp,
    },
    /// The session is no longer what the snapshot was made of.
    Changed,
    TooMany,
    NotFound,
}

#[derive(Deserialize)]
struct SharesRow {
    shares: Vec<Share>,
}

#[derive(Deserialize)]
struct SharedRow {
    snapshot: Value,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Shares {
    /// Shares the report of an interview that has ended. The token is told this once. One round trip, one for a session
    /// that is not in memory, and two more where the session has changed elsewhere.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NotEnded`], [`SessionError::ReportNotReady`],
    /// [`SessionError::TooManyShares`], [`SessionError::ShareTooLarge`], upstream failures.
    pub async fn share(
        &self,
        user: &User,
        session_id: Uuid,
        options: ShareOptions,
    ) -> Result<(Share, String), SessionError> {
        let caller = Caller::User(user.clone());
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>());
        let link = Link {
            share_id: Uuid::new_v4(),
            token_hash: format!(r"\x{}", hex(&Sha256::digest(&token))),
        };
        let session = self.store.get(&caller, session_id).await?;
        let mut outcome = self.insert(user, &session, &link, &options).await?;
        if matches!(outcome, ShareOutcome::Changed) {
            let session = self.store.refresh(&caller, session_id).await?;
            outcome = self.insert(user, &session, &link, &options).await?;
        }
        match outcome {
            ShareOutcome::NotFound => Err(SessionError::NotFound),
            ShareOutcome::TooMany => Err(SessionError::TooManyShares),
            // A part of the report is being written.
            ShareOutcome::Changed => Err(SessionError::ReportNotReady),
            ShareOutcome::Shared {
                created_at,
                expires_at,
            } => {
                let share = Share {
                    share_id: link.share_id,
                    created_at,
                    expires_at,
                    includes_answers: options.include_answers,
                    candidate_name: options.candidate_name,
                };
                Ok((share, token))
            }
        }
    }

    async fn insert(
        &self,
        user: &User,
        session: &SessionState,
        link: &Link,
        options: &ShareOptions,
    ) -> Result<ShareOutcome, SessionError> {
        let caller = Caller::User(user.clone());
        let report = match self.reports.status_of(&caller, session) {
            ReportStatus::NotEnded => return Err(SessionError::NotEnded),
            status => status.results(),
        };
        if report.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(SessionError::ReportNotReady);
        }
        let snapshot = snapshot(session, report, options).ok_or(SessionError::ShareTooLarge)?;
        let arguments = ShareReport {
            p_session_id: session.row.session_id,
            p_base_version: session.row.base_version,
            p_share_id: link.share_id,
            p_token_hash: &link.token_hash,
            p_snapshot: &snapshot,
            p_days: options.days,
        };
        let identity = user.identity(None);
        Ok(self.rest.rpc(&identity, "share_report", &arguments).await?)
    }

    /// The session's links that still work, the oldest first. One round trip.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub async fn list(&self, user: &User, session_id: Uuid) -> Result<Vec<Share>, SessionError> {
        let columns = "shares:shared_reports(share_id,created_at,expires_at,\
            includes_answers:snapshot->includes_answers,candidate_name:snapshot->candidate_name)";
        let query = [
            ("select", columns.to_owned()),
            ("session_id", format!("eq.{session_id}")),
            ("shares.expires_at", "gt.now".to_owned()),
            ("shares.order", "created_at,share_id".to_owned()),
        ];
        let identity = user.identity(None);
        let row = self
            .rest
            .select_one(&identity, "interview_sessions", &query);
        let SharesRow { shares } = row.await?;
        Ok(shares)
    }

    /// Revokes a link: whoever has it sees nothing from then on. One round trip.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], [`SessionError::NoSuchShare`], upstream failures.
    pub async fn revoke(
        &self,
        user: &User,
        session_id: Uuid,
        share_id: Uuid,
    ) -> Result<(), SessionError> {
        let arguments = RevokeShare {
            p_session_id: session_id,
            p_share_id: share_id,
        };
        let answer = rpc::call(&self.rest, &user.identity(None), &arguments).await?;
        match answer.outcome {
            RevokeOutcome::Revoked => Ok(()),
            RevokeOutcome::NotShared => Err(SessionError::NoSuchShare),
        }
    }

    /// What the link with this token shows; the database decides by its hash. One round trip, none for what is
    /// no token.
    ///
    /// # Errors
    /// [`SessionError::NoSuchShare`] for a token that is unknown, expired or revoked; upstream failures.
    pub async fn read(&self, token: &str) -> Result<ReadReport, SessionError> {
        if URL_SAFE_NO_PAD
            .decode(token)
            .map_or(true, |bytes| bytes.len() != TOKEN_BYTES)
        {
            return Err(SessionError::NoSuchShare);
        }
        let identity = Identity::Reader {
            share_token: token.into(),
        };
        let query = [("select", "snapshot,created_at,expires_at".to_owned())];
        let rows: Vec<SharedRow> = self
            .rest
            .select(&identity, "shared_reports", &query)
            .await?;
        let row = rows.into_iter().next();
        let read = row.and_then(|row| {
            Some(ReadReport {
                // A row that its owner wrote in another way is shown to nobody.
                shared: SharedReport::deserialize(row.snapshot).ok()?,
                shared_at: row.created_at,
                expires_at: row.expires_at,
            })
        });
        read.ok_or(SessionError::NoSuchShare)
    }
}

/// `None` when it is too large.
fn snapshot(session: &SessionState, report: Value, options: &ShareOptions) -> Option<Value> {
    let config = &session.row.config;
    let answers = options.include_answers.then(|| answers(&session.turns));
    let shared = SharedReport {
        interview: SharedInterview {
            job_role: config.job_role.clone(),
            company_name: config.company_name.clone(),
            style: config.style,
            difficulty: config.difficulty,
            language: config.language.clone(),
            is_practice: config.practice.is_some(),
            created_at: session.row.created_at,
        },
        candidate_name: options.candidate_name.clone(),
        report,
        includes_answers: options.include_answers,
        answers: answers.unwrap_or_default(),
    };
    let mut shared = serde_json::to_value(shared).ok()?;
    hide_e_mails(&mut shared);
    let size = serde_json::to_vec(&shared).ok()?.len();
    (size <= LARGEST_SNAPSHOT).then_some(shared)
}

fn answers(turns: &[Arc<Turn>]) -> Vec<SharedAnswer> {
    let answered = turns
        .iter()
        .filter(|turn| turn.is_answer() && turn.unanswered_at.is_none());
    answered.filter_map(|turn| answer(turns, turn)).collect()
}

fn answer(turns: &[Arc<Turn>], turn: &Turn) -> Option<SharedAnswer> {
    let asked = turns.get(turn.question_no? as usize)?.reply.as_ref()?;
    let number = asked.metadata.get("question_number");
    let feedback = turn.feedback.clone();
    Some(SharedAnswer {
        turn_no: turn.turn_no,
        question_number: number.and_then(|number| u32::try_from(number.as_u64()?).ok()),
        is_follow_up: asked.response_type == ResponseType::FollowUp,
        question: asked.content.clone(),
        answer: turn.message.clone()?,
        feedback: Feedback {
            usage: None,
            ..feedback.unwrap_or_else(|| Feedback::empty(FeedbackStatus::Pending))
        },
    })
}

/// An address that was said in an answer is not meant for whoever gets the link.
fn hide_e_mails(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('@') => {
            *text = E_MAIL.replace_all(text, "[e-mail]").into_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(hide_e_mails),
        Value::Object(members) => members.values_mut().for_each(hide_e_mails),
        _ => {}
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn e_mail_addresses_are_hidden_wherever_they_stand() {
        let mut value = json!({"a": ["Mail jane.doe+x@mail.example.org, please."], "b": "我的邮箱是a@b.cn。", "c": "4 @ 5"});
        hide_e_mails(&mut value);
        let text = value.to_string();
        assert!(
            !text.contains("example") && !text.contains("b.cn"),
            "{text}"
        );
        assert_eq!(value["a"][0], "Mail [e-mail], please.");
        assert_eq!(value["c"], "4 @ 5");
    }
}
