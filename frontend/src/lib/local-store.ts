/** Small JSON values of one browser or one tab, under a prefix of the app's own. */
import * as storage from "./storage";
import { tabStorage, type SafeStorage } from "./storage";

const PREFIX = "ai_interviewer_";

/** `null` for what is missing or unreadable. */
export function readJson<T>(key: string, area: SafeStorage = storage): T | null {
  try {
    const text = area.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** `null` and the empty string remove the key. */
export function writeJson(key: string, value: unknown, area: SafeStorage = storage): void {
  if (value === null || value === "") area.removeItem(PREFIX + key);
  else area.setItem(PREFIX + key, JSON.stringify(value));
}

/** In this tab and in what all tabs share. */
export function removeKeys(matches: (key: string) => boolean): void {
  for (const area of [storage, tabStorage]) {
    for (const name of area.names()) {
      if (name.startsWith(PREFIX) && matches(name.slice(PREFIX.length))) area.removeItem(name);
    }
  }
}
