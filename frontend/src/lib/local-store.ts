/** Small things of one browser, as JSON under names of ours. */
import * as storage from "./storage";

const PREFIX = "ai_interviewer_";

/** `null` for what is not there or can't be read. */
export function read<T>(key: string): T | null {
  try {
    const text = storage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** Nothing is kept for `null` and the empty text. */
export function write(key: string, value: unknown): void {
  if (value === null || value === "") storage.removeItem(PREFIX + key);
  else storage.setItem(PREFIX + key, JSON.stringify(value));
}

/** What somebody writes here, by the beginning of its name: answers, messages on their way, the set-up with its résumé. */
const WRITING = ["draft:", "outbox:", "setup"];

/**
 * Forgets what was written and not sent, in one session or at all: for those who sign out, not for those whose token
 * was over.
 */
export function forgetWriting(sessionId = ""): void {
  for (const name of storage.names()) {
    const isWriting = WRITING.some((kind) => name.startsWith(PREFIX + kind));
    if (isWriting && name.endsWith(sessionId)) storage.removeItem(name);
  }
}
