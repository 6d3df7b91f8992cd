/** Ids of the sessions that this browser began without an account, newest first. Whoever knows such an id may use it. */
import { readJson, writeJson } from "./local-store";

const KEY = "guest_sessions";
/** Older sessions are dropped from the list. */
const MAX_SESSIONS = 20;

export const guestSessionIds = (): string[] => readJson<string[]>(KEY) ?? [];
export const saveGuestSessionIds = (ids: string[]): void => writeJson(KEY, ids.length > 0 ? ids : null);
export const addGuestSessionId = (id: string): void =>
  saveGuestSessionIds([id, ...guestSessionIds()].slice(0, MAX_SESSIONS));
export const removeGuestSessionId = (id: string): void =>
  saveGuestSessionIds(guestSessionIds().filter((known) => known !== id));
