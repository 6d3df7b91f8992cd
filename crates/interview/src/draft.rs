//! The interviewer's line while it is being made, for whoever reads along.
//!
//! A draft only grows; what turned out to be of no use is withdrawn as a whole and the next attempt is
//! another draft with another id. Readers keep their own position, so a slow one costs nothing and a new
//! one starts anywhere.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A line in the making.
pub struct Draft {
    written: Mutex<Written>,
    changed: watch::Sender<()>,
    stop: CancellationToken,
    asked_for: Instant,
}

struct Written {
    /// Random, so that positions in two attempts can't be mistaken for each other.
    id: String,
    text: String,
    /// There were words already, withdrawn ones included.
    begun: bool,
}

/// How far a reader is: so many bytes of the draft with that id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub draft: String,
    pub bytes: usize,
}

/// What a reader has not seen yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// What the reader saw before belongs to a withdrawn draft.
    pub restarted: bool,
    pub text: String,
    /// The reader's position after this piece.
    pub position: Position,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            written: Mutex::new(Written {
                id: new_id(),
                text: String::new(),
                begun: false,
            }),
            changed: watch::Sender::new(()),
            stop: CancellationToken::new(),
            asked_for: Instant::now(),
        }
    }
}

impl Draft {
    /// Appends to the line.
    pub fn push(&self, text: &str) {
        if !text.is_empty() {
            let mut written = self.lock();
            written.text.push_str(text);
            let is_first = !std::mem::replace(&mut written.begun, true);
            drop(written);
            self.changed.send_replace(());
            if is_first {
                metrics::histogram!("turn_first_delta_seconds")
                    .record(self.asked_for.elapsed().as_secs_f64());
            }
        }
    }

    /// Withdraws what was written, if anything was.
    pub fn restart(&self) {
        let mut written = self.lock();
        if !written.text.is_empty() {
            written.id = new_id();
            written.text.clear();
            drop(written);
            self.changed.send_replace(());
        }
    }

    /// The id of the draft as it is now, `None` while nothing is written.
    pub fn id(&self) -> Option<String> {
        let written = self.lock();
        (!written.text.is_empty()).then(|| written.id.clone())
    }

    pub fn text(&self) -> String {
        self.lock().text.clone()
    }

    /// Tells when there may be more to read.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// What a reader at `position` has not seen; `None` when that is nothing.
    pub fn after(&self, position: &Position) -> Option<Piece> {
        let written = self.lock();
        piece(&written.id, &written.text, position)
    }

    /// Asks for the line to end where it is.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Returns when the line is to end. Cancel-safe.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a reader at `position` lacks of `text`, which is the draft `id`.
pub fn piece(id: &str, text: &str, position: &Position) -> Option<Piece> {
    let same = position.draft == id;
    let seen = if same {
        text.get(position.bytes..)
    } else {
        None
    };
    let restarted = seen.is_none() && position.bytes > 0;
    let unseen = seen.unwrap_or(text);
    (restarted || !unseen.is_empty()).then(|| Piece {
        restarted,
        text: unseen.to_owned(),
        position: Position {
            draft: id.to_owned(),
            bytes: text.len(),
        },
    })
}

fn new_id() -> String {
    format!("{:08x}", rand::random::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_see_each_byte_once_wherever_they_begin() {
        let draft = Draft::default();
        let mut early = Position::default();
        let mut seen = String::new();
        for text in ["Tell ", "me", "", " more – please."] {
            draft.push(text);
            while let Some(piece) = draft.after(&early) {
                assert!(!piece.restarted);
                seen.push_str(&piece.text);
                early = piece.position;
            }
        }
        assert_eq!(seen, "Tell me more – please.");
        let late = draft.after(&Position::default()).expect("text");
        assert_eq!(late.text, seen);
        assert_eq!(late.position, early);
    }

    #[test]
    fn a_withdrawn_draft_is_told_to_those_who_saw_it() {
        let draft = Draft::default();
        draft.push("So lo");
        let seen = draft.after(&Position::default()).expect("text").position;
        draft.restart();
        let told = draft.after(&seen).expect("told");
        assert!(told.restarted && told.text.is_empty());
        assert_eq!(draft.after(&Position::default()), None);
        draft.push("Why?");
        let next = draft.after(&told.position).expect("text");
        assert_eq!((next.restarted, next.text.as_str()), (false, "Why?"));
    }

    #[test]
    fn a_position_inside_a_character_starts_over() {
        let draft = Draft::default();
        draft.push("“Why?”");
        let inside = Position {
            draft: draft.id().expect("written"),
            bytes: 1,
        };
        let piece = draft.after(&inside).expect("text");
        assert!(piece.restarted);
        assert_eq!(piece.text, "“Why?”");
    }
}
