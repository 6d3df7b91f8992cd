/** Ids of the sessions that this browser began without an account, newest first. Whoever knows such an id may use it. */
import { readJson, writeJson } from "./local-store";

const KEY = "guest_sessions";
/** Older sessions are dropped from the list. */
const MAX_SESSIONS = 20;

const listeners = new Set<() => void>();
/** The same array as long as its ids are the same, as `useSyncExternalStore` wants it. */
let snapshot: string[] = [];

export function guestSessionIds(): string[] {
  const stored = readJson<string[]>(KEY) ?? [];
  if (stored.join() !== snapshot.join()) snapshot = stored;
  return snapshot;
}

export function saveGuestSessionIds(ids: string[]): void {
  writeJson(KEY, ids.length > 0 ? ids : null);
  for (const listener of listeners) listener();
}

/** Calls `listener` after each change in this tab. Returns what unsubscribes it. */
export function subscribeToGuestSessions(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const addGuestSessionId = (id: string): void =>
  saveGuestSessionIds([id, ...guestSessionIds()].slice(0, MAX_SESSIONS));
export const removeGuestSessionId = (id: string): void =>
  saveGuestSessionIds(guestSessionIds().filter((known) => known !== id));
