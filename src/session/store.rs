//! Sessions in memory, in front of PostgREST.
//!
//! A snapshot is kept per principal, so a hit never shows what row-level security would refuse. Writes
//! go to the database first; their answers are merged here. Merging only ever moves forward in version,
//! so a slow read can't undo a later write.

use std::sync::Arc;

use moka::ops::compute::Op;
use moka::sync::Cache;
use uuid::Uuid;

use super::error::SessionError;
use super::rpc::{self, LoadSession, RpcResponse, SessionFunction};
use super::state::SessionState;
use crate::auth::Caller;
use crate::auth::Principal;
use crate::config::CacheConfig;
use crate::events::{Events, Look};
use crate::supabase::postgrest::PostgRest;

/// Weight of an entry that is not left waiting for others before the cache is put in order.
const HEAVY: usize = 64 * 1024;

type Key = (Principal, Uuid);

pub struct SessionStore {
    cache: Cache<Key, Arc<SessionState>>,
    rest: Arc<PostgRest>,
    events: Arc<Events>,
    config: CacheConfig,
}

impl SessionStore {
    pub(crate) fn new(config: CacheConfig, rest: Arc<PostgRest>, events: Arc<Events>) -> Self {
        // One weigher bounds both: no entry weighs less than its share of the byte limit.
        let least = u32::try_from(config.max_bytes / config.max_entries.max(1)).unwrap_or(u32::MAX);
        let cache = Cache::builder()
            .max_capacity(config.max_bytes)
            .weigher(move |_: &Key, state: &Arc<SessionState>| {
                u32::try_from(state.weight()).unwrap_or(u32::MAX).max(least)
            })
            .time_to_idle(config.idle)
            .time_to_live(config.lifetime)
            .build();
        Self {
            cache,
            rest,
            events,
            config,
        }
    }

    /// The session, at most `CACHE_MAX_STALENESS` behind the database. No upstream call while fresh,
    /// one otherwise.
    ///
    /// # Errors
    /// [`SessionError::NotFound`] when RLS hides it; upstream failures.
    pub async fn get(
        &self,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Arc<SessionState>, SessionError> {
        if let Some(state) = self.cached(caller, session_id) {
            if state.is_fresh(self.config.max_staleness) {
                metrics::counter!("session_cache_reads_total", "result" => "hit").increment(1);
                return Ok(state);
            }
            let _confirming = state.confirming.lock().await;
            if let Some(latest) = self.cached(caller, session_id)
                && latest.is_fresh(self.config.max_staleness)
            {
                metrics::counter!("session_cache_reads_total", "result" => "hit").increment(1);
                return Ok(latest);
            }
            metrics::counter!("session_cache_reads_total", "result" => "confirm").increment(1);
            return self.refresh(caller, session_id).await;
        }
        metrics::counter!("session_cache_reads_total", "result" => "miss").increment(1);
        self.refresh(caller, session_id).await
    }

    /// The session as a listener was told to read it. No upstream call where memory has it.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn look(
        &self,
        caller: &Caller,
        session_id: Uuid,
        look: Look,
    ) -> Result<Arc<SessionState>, SessionError> {
        let version = match look {
            Look::Fresh => return self.get(caller, session_id).await,
            Look::AtLeast(version) => version,
            Look::Ask | Look::Check => return self.refresh(caller, session_id).await,
        };
        let Some(state) = self.cached(caller, session_id) else {
            return self.refresh(caller, session_id).await;
        };
        if state.version() >= version {
            return Ok(state);
        }
        // All its listeners are told at once: one reads.
        let _reading = state.confirming.lock().await;
        match self.cached(caller, session_id) {
            Some(latest) if latest.version() >= version => Ok(latest),
            _ => self.refresh(caller, session_id).await,
        }
    }

    /// Asks the database for what the snapshot lacks, whatever its age.
    pub(super) async fn refresh(
        &self,
        caller: &Caller,
        session_id: Uuid,
    ) -> Result<Arc<SessionState>, SessionError> {
        let known = self.known_version(caller, session_id);
        let arguments = LoadSession {
            p_session_id: session_id,
            p_known_version: known,
        };
        let (_, state) = self.call(caller, session_id, &arguments).await?;
        Ok(state)
    }

    pub(super) fn cached(&self, caller: &Caller, session_id: Uuid) -> Option<Arc<SessionState>> {
        self.cache.get(&(caller.principal(), session_id))
    }

    pub(super) fn known_version(&self, caller: &Caller, session_id: Uuid) -> Option<i64> {
        self.cached(caller, session_id).map(|state| state.version())
    }

    /// Calls a session function and merges what it answers.
    ///
    /// # Errors
    /// [`SessionError::NotFound`], upstream failures.
    pub(super) async fn call<F: SessionFunction>(
        &self,
        caller: &Caller,
        session_id: Uuid,
        arguments: &F,
    ) -> Result<(RpcResponse<F::Outcome>, Arc<SessionState>), SessionError> {
        let mut response = self.ask(caller, session_id, arguments).await?;
        let delta = response.delta.take();
        if let Some(delta) = delta
            && let Some(state) = self.merge(caller, session_id, delta)
        {
            return Ok((response, state));
        }
        // The snapshot the answer built on was evicted meanwhile: read the session whole.
        let whole = LoadSession {
            p_session_id: session_id,
            p_known_version: None,
        };
        self.ask(caller, session_id, &whole)
            .await?
            .delta
            .and_then(|delta| self.merge(caller, session_id, delta))
            .map(|state| (response, state))
            .ok_or(SessionError::Lost)
    }

    /// A session that is not there for the caller must not stay in their cache.
    async fn ask<F: SessionFunction>(
        &self,
        caller: &Caller,
        session_id: Uuid,
        arguments: &F,
    ) -> Result<RpcResponse<F::Outcome>, SessionError> {
        let identity = caller.identity(session_id);
        let response = rpc::call(&self.rest, &identity, arguments).await;
        if matches!(response, Err(SessionError::NotFound)) {
            self.forget(caller, session_id);
        }
        response
    }

    fn merge(
        &self,
        caller: &Caller,
        session_id: Uuid,
        delta: rpc::Delta,
    ) -> Option<Arc<SessionState>> {
        let key = (caller.principal(), session_id);
        let mut before = None;
        let mut gap = false;
        let result = self.cache.entry(key).and_compute_with(|held| {
            let next = match held {
                Some(entry) => {
                    let held = entry.into_value();
                    before = Some(held.version());
                    let next = held.advanced(delta);
                    if next.as_ref().is_some_and(|next| Arc::ptr_eq(next, &held)) {
                        return Op::Nop;
                    }
                    next
                }
                None => SessionState::from_full(delta).map(Arc::new),
            };
            gap = next.is_none();
            next.map_or(Op::Nop, Op::Put)
        });
        if gap {
            return None;
        }
        let state = result.into_entry().map(moka::Entry::into_value)?;
        self.make_room(state.weight());
        if before != Some(state.version()) {
            self.events.changed(session_id, state.version());
        }
        Some(state)
    }

    /// Evicts at once what the cache would evict some entries later: those may be heavy.
    fn make_room(&self, new: usize) {
        let is_nearly_full = self.cache.weighted_size() > self.config.max_bytes / 10 * 9;
        if is_nearly_full || new > HEAVY {
            self.cache.run_pending_tasks();
        }
    }

    /// Notifies those who follow the session, though its version is what it was.
    pub(super) fn notify(&self, session_id: Uuid) {
        self.events.notify(session_id);
    }

    /// Releases the session from memory; its rows stay.
    pub fn forget(&self, caller: &Caller, session_id: Uuid) {
        self.cache.invalidate(&(caller.principal(), session_id));
    }

    /// Number of snapshots held and their approximate bytes.
    pub fn size(&self) -> (u64, u64) {
        self.cache.run_pending_tasks();
        (self.cache.entry_count(), self.cache.weighted_size())
    }
}
