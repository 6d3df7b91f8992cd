/** Small JSON values of one browser, under a prefix of the app's own. */
import * as storage from "./storage";

const PREFIX = "ai_interviewer_";

/** `null` for what is missing or unreadable. */
export function readJson<T>(key: string): T | null {
  try {
    const text = storage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** `null` and the empty string remove the key. */
export function writeJson(key: string, value: unknown): void {
  if (value === null || value === "") storage.removeItem(PREFIX + key);
  else storage.setItem(PREFIX + key, JSON.stringify(value));
}

export function removeKeys(matches: (key: string) => boolean): void {
  for (const name of storage.names()) {
    if (name.startsWith(PREFIX) && matches(name.slice(PREFIX.length))) storage.removeItem(name);
  }
}
