//! What candidates were told beside what the database holds.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::Value;
use uuid::Uuid;

use super::record::{Record, Sent, Told};

/// Sessions asked for at once.
const CHUNK: usize = 200;

/// How often the promise was broken, by what was broken.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Acknowledged turns that do not stand in the database with a reply.
    pub lost: usize,
    /// Messages that stand there more than once.
    pub doubled: usize,
    /// Messages that stand before one whose reply had been told before they were sent; gaps in the numbers.
    pub out_of_order: usize,
    /// Replies, events and histories that differ from what is stored; rows that nobody sent.
    pub told_otherwise: usize,
    /// Messages of which nobody could learn what became of them.
    pub without_end: usize,
    /// Turns that were left for a later message and told so.
    pub superseded: usize,
    /// Descriptions of the first few breaches.
    pub examples: Vec<String>,
}

const MOST_EXAMPLES: usize = 10;

/// A turn with a message, as it is stored.
struct Row {
    turn_no: i32,
    turn_id: String,
    message: String,
    /// As `identity` has it.
    reply: Option<Value>,
    unanswered: bool,
}

impl Verdict {
    pub(super) async fn on(records: &[Record], db: &tokio_postgres::Client) -> Self {
        let mut verdict = Self::default();
        for chunk in records.chunks(CHUNK) {
            let ids: Vec<Uuid> = chunk.iter().map(|record| record.session).collect();
            let mut rows = rows(db, &ids).await;
            for record in chunk {
                let stored = rows.remove(&record.session).unwrap_or_default();
                verdict.judge(record, &stored);
            }
        }
        verdict
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.out_of_order + self.told_otherwise + self.without_end == 0
    }

    fn judge(&mut self, record: &Record, rows: &[Row]) {
        let stored: HashMap<&str, &Row> =
            rows.iter().map(|row| (row.turn_id.as_str(), row)).collect();
        let messages: HashSet<&str> = rows.iter().map(|row| row.message.as_str()).collect();
        self.doubled += rows.len() - messages.len();
        for (place, row) in rows.iter().enumerate() {
            if usize::try_from(row.turn_no) != Ok(place + 1) {
                self.out_of_order += 1;
                self.example(|| format!("a gap before turn {} of {}", row.turn_no, record.session));
            }
            let known = record
                .sent
                .iter()
                .any(|sent| sent.key == row.turn_id && sent.message == row.message);
            self.expect_as_told(known, || format!("nobody sent {}", row.turn_id));
        }
        for sent in &record.sent {
            self.judge_message(sent, stored.get(sent.key.as_str()).copied());
        }
        self.judge_order(&record.sent, &stored);
        for (turn_id, reply) in &record.shown {
            let row = stored.get(turn_id.as_str());
            // The introduction has no message and is not among the rows.
            let as_stored = row.is_none_or(|row| row.reply.as_ref() == Some(reply));
            self.expect_as_told(as_stored, || {
                format!("the stream showed {turn_id} otherwise")
            });
        }
        self.judge_history(record, rows);
    }

    fn judge_message(&mut self, sent: &Sent, row: Option<&Row>) {
        let reply = row.and_then(|row| row.reply.as_ref());
        if sent.acknowledged().is_some() && reply.is_none() {
            self.lost += 1;
            self.example(|| format!("{} was acknowledged and has no reply", sent.key));
        }
        for told in &sent.told {
            match told {
                Told::Reply { reply: told, .. } => {
                    let as_stored = reply.is_none_or(|reply| reply == told);
                    self.expect_as_told(as_stored, || format!("{} was told otherwise", sent.key));
                }
                Told::Superseded => {
                    self.superseded += 1;
                    let is_so = row.is_some_and(|row| row.unanswered);
                    self.expect_as_told(is_so, || format!("{} was not superseded", sent.key));
                }
                Told::Unexpected(what) => {
                    self.without_end += 1;
                    self.example(|| format!("{}: {what}", sent.key));
                }
            }
        }
    }

    /// What was sent after a reply was known stands behind it.
    fn judge_order(&mut self, sent: &[Sent], stored: &HashMap<&str, &Row>) {
        for earlier in sent {
            let (Some(known), Some(row)) =
                (earlier.acknowledged(), stored.get(earlier.key.as_str()))
            else {
                continue;
            };
            let overtaken = sent.iter().filter(|later| {
                let place = stored.get(later.key.as_str());
                known < later.first_asked && place.is_some_and(|later| later.turn_no < row.turn_no)
            });
            let overtaken = overtaken.count();
            self.out_of_order += overtaken;
            if overtaken > 0 {
                self.example(|| format!("{} stands behind later messages", earlier.key));
            }
        }
    }

    fn judge_history(&mut self, record: &Record, rows: &[Row]) {
        let Some(history) = &record.history else {
            self.without_end += 1;
            self.example(|| format!("the history of {} could not be read", record.session));
            return;
        };
        let expected = rows.iter().flat_map(|row| {
            let message = Value::String(row.message.clone());
            std::iter::once(message).chain(row.reply.clone())
        });
        // The introduction comes first.
        let told = &history[1.min(history.len())..];
        let expected: Vec<Value> = expected.collect();
        self.expect_as_told(told == expected, || {
            let (told, stored) = (told.len(), expected.len());
            format!(
                "the history of {} has {told} entries where {stored} are stored, or others",
                record.session
            )
        });
    }

    fn expect_as_told(&mut self, as_told: bool, what: impl FnOnce() -> String) {
        if !as_told {
            self.told_otherwise += 1;
            self.example(what);
        }
    }

    fn example(&mut self, what: impl FnOnce() -> String) {
        if self.examples.len() < MOST_EXAMPLES {
            self.examples.push(what());
        }
    }
}

/// Turns with a message, by session, in order.
async fn rows(db: &tokio_postgres::Client, sessions: &[Uuid]) -> HashMap<Uuid, Vec<Row>> {
    let sql = "select session_id, turn_no, turn_id, message, unanswered_at is not null, \
               case when reply is not null then jsonb_build_array(reply -> 'content', reply -> 'timestamp') end \
               from interview_turns where session_id = any($1) and turn_no > 0 order by session_id, turn_no";
    let mut rows: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in db.query(sql, &[&sessions]).await.expect("rows") {
        rows.entry(row.get(0)).or_default().push(Row {
            turn_no: row.get(1),
            turn_id: row.get(2),
            message: row.get(3),
            unanswered: row.get(4),
            reply: row.get(5),
        });
    }
    rows
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} lost, {} doubled, {} out of order, {} told otherwise than stored, {} without an end",
            self.lost, self.doubled, self.out_of_order, self.told_otherwise, self.without_end
        )?;
        for example in &self.examples {
            write!(f, "\n  {example}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;

    /// A session of messages that were answered one after the other, and its rows.
    fn interview(messages: usize) -> (Record, Vec<Row>) {
        let (mut sent, mut rows) = (Vec::new(), Vec::new());
        let mut history = vec![json!(["Welcome.", "9:00"])];
        for number in 0..messages {
            let mut message = Sent::new(number);
            let reply = json!([format!("Question {number}?"), "9:01"]);
            history.extend([json!(message.message), reply.clone()]);
            rows.push(Row {
                turn_no: i32::try_from(number + 1).expect("few"),
                turn_id: message.key.clone(),
                message: message.message.clone(),
                reply: Some(reply.clone()),
                unanswered: false,
            });
            let at = Instant::now();
            message.told.push(Told::Reply { reply, at });
            sent.push(message);
        }
        let record = Record {
            session: Uuid::new_v4(),
            sent,
            shown: Vec::new(),
            history: Some(history),
        };
        (record, rows)
    }

    fn verdict(change: impl FnOnce(&mut Record, &mut Vec<Row>)) -> Verdict {
        let (mut record, mut rows) = interview(4);
        change(&mut record, &mut rows);
        let mut verdict = Verdict::default();
        verdict.judge(&record, &rows);
        verdict
    }

    #[test]
    fn what_was_told_and_stored_alike_is_clean() {
        let verdict = verdict(|_, _| {});
        assert!(verdict.is_clean(), "{verdict}");
    }

    #[test]
    fn each_breach_is_counted_as_what_it_is() {
        let lost = verdict(|_, rows| rows[3].reply = None);
        assert_eq!(lost.lost, 1, "{lost}");
        let gone = verdict(|_, rows| drop(rows.pop()));
        assert_eq!(gone.lost, 1, "{gone}");
        let doubled = verdict(|_, rows| rows[1].message = rows[0].message.clone());
        assert_eq!(doubled.doubled, 1, "{doubled}");
        let swapped = verdict(|_, rows| {
            rows.swap(0, 1);
            rows[0].turn_no = 1;
            rows[1].turn_no = 2;
        });
        assert_eq!(swapped.out_of_order, 1, "{swapped}");
        let gap = verdict(|_, rows| rows[3].turn_no = 5);
        assert_eq!(gap.out_of_order, 1, "{gap}");
        let unsettled =
            verdict(|record, _| record.sent[0].told.push(Told::Unexpected("500".to_owned())));
        assert_eq!(unsettled.without_end, 1, "{unsettled}");
    }

    #[test]
    fn a_reply_an_event_a_history_and_a_refusal_must_be_as_stored() {
        let otherwise: [fn(&mut Record, &mut Vec<Row>); 5] = [
            |record, _| {
                let (reply, at) = (json!(["Question 2?", "9:02"]), Instant::now());
                record.sent[2].told.push(Told::Reply { reply, at });
            },
            |record, _| {
                let key = record.sent[2].key.clone();
                record.shown.push((key, json!(["Question 2?", "9:02"])));
            },
            |record, _| drop(record.history.as_mut().expect("one").pop()),
            |record, _| record.sent[2].told.push(Told::Superseded),
            |record, _| {
                let nobodys = record.sent.remove(2);
                assert!(nobodys.acknowledged().is_some());
            },
        ];
        for (number, change) in otherwise.into_iter().enumerate() {
            let verdict = verdict(change);
            assert_eq!(verdict.told_otherwise, 1, "{number}: {verdict}");
        }
    }
}
