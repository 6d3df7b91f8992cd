/** Requests about sessions as a whole. Failures are thrown as `Problem`s. */
import { client, unwrap } from "./client";
import type { Session, SessionConfig, SessionStatus } from "./types";

/** The header that says which session a request is about. */
export const sessionHeader = (sessionId: string) => ({ header: { "X-Session-ID": sessionId } });

export const createSession = async (config: SessionConfig): Promise<string> =>
  (await unwrap(client.POST("/agent/create_session", { body: config as never }))).session_id;

export const getSession = async (sessionId: string): Promise<Session> =>
  (await unwrap(client.GET("/agent/session", { params: sessionHeader(sessionId) }))) as Session;

export const deleteSession = (sessionId: string) =>
  unwrap(client.DELETE("/agent/session", { params: sessionHeader(sessionId) }));

export interface SessionFilter {
  status?: SessionStatus;
  /** Part of the role or the company. */
  search?: string;
}

/** A page of the user's sessions, newest first. */
export const listSessions = (filter: SessionFilter = {}, limit = 50, cursor: string | null = null) =>
  unwrap(client.GET("/agent/sessions", { params: { query: { ...filter, limit, ...(cursor ? { cursor } : {}) } } }));
