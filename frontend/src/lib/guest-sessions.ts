/** Sessions that this browser began without an account, newest first: whoever knows such an id may use it. */
import { read, write } from "./local-store";

const NAME = "guest_sessions";
/** Older ones would not be missed. */
const MOST = 20;

export const guestSessions = (): string[] => read<string[]>(NAME) ?? [];
export const noteGuestSession = (id: string): void => write(NAME, [id, ...guestSessions()].slice(0, MOST));
export const forgetGuestSession = (id: string): void => keepGuestSessions(guestSessions().filter((one) => one !== id));
export const keepGuestSessions = (ids: string[]): void => write(NAME, ids.length > 0 ? ids : null);
