//! Transcriptions under way in this process, so that who takes one up again waits for its last words.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// By task; at most as many as there are places.
#[derive(Clone, Debug, Default)]
pub(super) struct Ongoing(Arc<Mutex<HashMap<Uuid, CancellationToken>>>);

/// Lasts as long as one connection's transcription.
pub(super) struct UnderWay {
    ongoing: Ongoing,
    ended: CancellationToken,
}

impl Ongoing {
    pub(super) fn begin(&self, task_id: Uuid) -> UnderWay {
        let ended = CancellationToken::new();
        self.lock().insert(task_id, ended.clone());
        UnderWay {
            ongoing: self.clone(),
            ended,
        }
    }

    /// Waits for a task's earlier connection to end, for no longer than `patience`; whether there was one.
    pub(super) async fn settle(&self, task_id: Uuid, patience: Duration) -> bool {
        let Some(ended) = self.lock().get(&task_id).cloned() else {
            return false;
        };
        // Who is not done by then goes on beside the new connection: no word of either is lost in the row.
        let _ = tokio::time::timeout(patience, ended.cancelled()).await;
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.ended.cancel();
        self.ongoing.lock().retain(|_, ended| !ended.is_cancelled());
    }
}
