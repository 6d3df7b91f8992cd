/** Small things that survive a reload. Storage may be full or blocked: what can't be kept is not worth a failure. */
const PREFIX = "ai_interviewer_";

export function read<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function write(key: string, value: unknown): void {
  try {
    if (value === null || value === "") localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Kept in memory alone.
  }
}

/** What somebody writes here, by the beginning of its name: answers, messages on their way, the set-up with its résumé. */
const WRITING = ["draft:", "outbox:", "setup"];

/**
 * Forgets what was written and not sent, in one session or at all: for those who sign out, not for those whose token
 * was over.
 */
export function forgetWriting(sessionId = ""): void {
  try {
    for (const name of Object.keys(localStorage)) {
      const isWriting = WRITING.some((kind) => name.startsWith(PREFIX + kind));
      if (isWriting && name.endsWith(sessionId)) localStorage.removeItem(name);
    }
  } catch {
    // Where storage is blocked there is nothing.
  }
}
