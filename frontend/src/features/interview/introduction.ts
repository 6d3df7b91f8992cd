/** The interviewer's first line, asked for once however many parts of the app want it. */
import { startInterview } from "./api";

const inFlight = new Map<string, Promise<unknown>>();

/** Sessions that this page created and whose introduction has not been read aloud yet. */
const newSessions = new Set<string>();

/** Single-flight per session. The line itself comes with the events. */
export function requestIntroduction(sessionId: string, { isNewSession = false } = {}): Promise<unknown> {
  if (isNewSession) newSessions.add(sessionId);
  const known = inFlight.get(sessionId);
  if (known) return known;
  const request = startInterview(sessionId).finally(() => inFlight.delete(sessionId));
  inFlight.set(sessionId, request);
  return request;
}

/** Whether this page created the session; true once. */
export const takeNewSession = (sessionId: string): boolean => newSessions.delete(sessionId);
