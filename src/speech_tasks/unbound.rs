//! Recordings' tasks of guests who name no session, as an older client does: kept in memory for a while and found by
//! their random id alone. No row is written, so there is none that somebody else could see; another instance does not
//! know them. Spoken texts and live transcriptions have told all before anybody could ask, and are not kept.

use std::time::Duration;

use jiff::Timestamp;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde_json::Value;
use uuid::Uuid;

use super::tasks::{FinishTask, NewTask, Task, TaskStatus, TaskType};

/// After the last step.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// What a task weighs at least, which bounds their number at 1,024.
const LEAST_BYTES: usize = 16 * 1024;

pub(super) struct Unbound {
    tasks: Cache<Uuid, Task>,
}

impl Default for Unbound {
    fn default() -> Self {
        Self {
            tasks: Cache::builder()
                .eviction_policy(EvictionPolicy::lru())
                .weigher(|_, task: &Task| weight(task))
                .max_capacity(MAX_BYTES)
                .time_to_live(LIFETIME)
                .build(),
        }
    }
}

impl Unbound {
    pub(super) fn begin(&self, task: &NewTask) {
        if task.task_type != TaskType::SttBatch {
            return;
        }
        let now = Timestamp::now();
        let begun = Task {
            task_id: task.task_id,
            session_id: None,
            task_type: task.task_type,
            status: TaskStatus::Processing,
            progress_data: task.progress.clone(),
            result_data: None,
            error_message: None,
            created_at: now,
            updated_at: now,
        };
        self.tasks.insert(task.task_id, begun);
    }

    pub(super) fn advance(&self, task_id: Uuid, step: &Value) {
        self.change(task_id, |task| merge(&mut task.progress_data, step));
    }

    pub(super) fn finish(&self, finished: &FinishTask) {
        self.change(finished.p_task_id, |task| {
            task.status = finished.p_status;
            merge(&mut task.progress_data, &finished.p_progress);
            task.result_data.clone_from(&finished.p_result);
            task.error_message = finished.p_error.map(str::to_owned);
        });
    }

    pub(super) fn read(&self, task_id: Uuid) -> Option<Task> {
        self.tasks.get(&task_id)
    }

    fn change(&self, task_id: Uuid, change: impl FnOnce(&mut Task)) {
        if let Some(mut task) = self.tasks.get(&task_id) {
            change(&mut task);
            task.updated_at = Timestamp::now();
            self.tasks.insert(task_id, task);
        }
    }
}

fn merge(progress: &mut Value, step: &Value) {
    if let (Some(progress), Some(step)) = (progress.as_object_mut(), step.as_object()) {
        progress.extend(step.clone());
    }
}

fn weight(task: &Task) -> u32 {
    let text = |value: &Value| serde_json::to_vec(value).map_or(0, |bytes| bytes.len());
    let bytes = text(&task.progress_data) + task.result_data.as_ref().map_or(0, text);
    u32::try_from(bytes.max(LEAST_BYTES)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(task_id: Uuid) -> NewTask {
        NewTask {
            task_id,
            session_id: None,
            task_type: TaskType::SttBatch,
            characters: 0,
            seconds: 1.0,
            progress: json!({"step": "queued", "bytes": 7}),
            result: None,
        }
    }

    #[test]
    fn a_task_is_found_by_its_id_with_what_became_of_it() {
        let unbound = Unbound::default();
        let id = Uuid::new_v4();
        unbound.begin(&task(id));
        unbound.advance(id, &json!({"step": "transcribing"}));
        let result = json!({"transcription": "Hello."});
        unbound.finish(&FinishTask::completed(
            id,
            json!({"step": "completed"}),
            result.clone(),
        ));
        let found = unbound.read(id).expect("kept");
        assert_eq!(
            found.progress_data,
            json!({"step": "completed", "bytes": 7})
        );
        assert_eq!(found.result_data, Some(result));
        assert!(unbound.read(Uuid::new_v4()).is_none());
    }

    #[test]
    fn only_recordings_are_kept() {
        let unbound = Unbound::default();
        for task_type in [TaskType::SttStream, TaskType::Tts] {
            let id = Uuid::new_v4();
            unbound.begin(&NewTask {
                task_type,
                ..task(id)
            });
            assert!(unbound.read(id).is_none(), "{task_type:?}");
        }
    }

    #[test]
    fn however_many_come_a_bounded_number_is_kept_the_latest_among_them() {
        let unbound = Unbound::default();
        let ids: Vec<Uuid> = (0..5_000).map(|_| Uuid::new_v4()).collect();
        for id in &ids {
            unbound.begin(&task(*id));
        }
        unbound.tasks.run_pending_tasks();
        assert!(unbound.tasks.entry_count() <= 1_024);
        assert!(unbound.read(ids[4_999]).is_some());
    }
}
