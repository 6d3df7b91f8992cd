/** Tokens and profile of the signed-in user, shared by all tabs. */
import type { Profile } from "@/api/service";

import * as storage from "@/lib/storage";

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
  changed();
}

export function storeUser(user: Profile): void {
  storage.setItem(USER, JSON.stringify(user));
  changed();
}

export function clear(): void {
  for (const key of [ACCESS, REFRESH, USER]) storage.removeItem(key);
  changed();
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
const changed = () => listeners.forEach((listener) => listener());

/** Tells of changes in this tab and in others. */
export function subscribe(listener: () => void): () => void {
  const other = (event: StorageEvent) => {
    if (event.key === null || event.key === USER || event.key === ACCESS) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", other);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", other);
  };
}
