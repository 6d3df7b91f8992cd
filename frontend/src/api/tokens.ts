/** The stored tokens and profile of the signed-in user, shared by all tabs. */
import * as storage from "@/lib/storage";

import type { Profile } from "./types";

const ACCESS = "ai_interviewer_access_token";
const REFRESH = "ai_interviewer_refresh_token";
const USER = "ai_interviewer_user";

export interface Tokens {
  access_token: string;
  refresh_token: string;
  user: Profile;
}

export const accessToken = (): string | null => storage.getItem(ACCESS);
export const refreshToken = (): string | null => storage.getItem(REFRESH);

export function storedUser(): Profile | null {
  try {
    const text = storage.getItem(USER);
    return text ? (JSON.parse(text) as Profile) : null;
  } catch {
    return null;
  }
}

export function store(tokens: Tokens): void {
  storage.setItem(ACCESS, tokens.access_token);
  storage.setItem(REFRESH, tokens.refresh_token);
  storage.setItem(USER, JSON.stringify(tokens.user));
  notify();
}

/** An answer that comes after a sign-out stores nothing. */
export function storeUser(user: Profile): void {
  if (!accessToken()) return;
  storage.setItem(USER, JSON.stringify(user));
  notify();
}

export function clear(): void {
  for (const key of [ACCESS, REFRESH, USER]) storage.removeItem(key);
  notify();
}

/** Forgets the tokens, but not whose they were: that user is asked to sign in again. */
export function expire(): void {
  for (const key of [ACCESS, REFRESH]) storage.removeItem(key);
  notify();
}

/** Seconds until the token expires, by its own claim; 0 when it can't be read. */
export function secondsLeft(token: string, now = Date.now()): number {
  try {
    const payload = token.split(".")[1] ?? "";
    const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))) as { exp?: number };
    return Math.max(0, (claims.exp ?? 0) - now / 1000);
  } catch {
    return 0;
  }
}

const listeners = new Set<() => void>();
const notify = () => listeners.forEach((listener) => listener());

/** Calls `listener` after each change, in this tab or another one. Returns what unsubscribes it. */
export function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === null || event.key === USER || event.key === ACCESS) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}
