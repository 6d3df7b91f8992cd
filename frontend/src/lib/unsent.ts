/** What the user has written and not sent yet. The keys stand here, because signing out removes all of them. */
import { removeKeys } from "./local-store";

export const draftKey = (sessionId: string): string => `draft:${sessionId}`;
export const outboxKey = (sessionId: string): string => `outbox:${sessionId}`;
/** The set-up form with its résumé. */
export const SETUP_KEY = "setup";

const UNSENT = [draftKey(""), outboxKey(""), SETUP_KEY];

/**
 * Removes unsent text, of one session or all of it: when the user signs out, or deletes the session. A token that
 * expires is no sign-out.
 */
export function removeUnsent(sessionId = ""): void {
  removeKeys((key) => UNSENT.some((prefix) => key.startsWith(prefix)) && key.endsWith(sessionId));
}
