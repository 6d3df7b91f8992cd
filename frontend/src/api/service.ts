/** What the service can do, a function each. Failures are thrown as `Problem`s. */
import { API_URL, client, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Profile = Schemas["Profile"];
export type SessionConfig = {
  job_role?: string;
  company_name?: string;
  job_description?: string;
  resume_content?: string;
  style?: Schemas["Style"];
  difficulty?: Schemas["Difficulty"];
  target_question_count?: number;
  interview_duration_minutes?: number;
  use_time_based_interview?: boolean;
  /** Ours: whether feedback is shown after each answer or at the end. */
  feedback_mode?: "coached" | "realistic";
};
export type Reply = Schemas["AgentResponse"];
export type FeedbackItem = Schemas["FeedbackItem"];
export type Score = Schemas["Score"];
export type SessionSummary = Schemas["SessionSummary"];
export type ReportPart = Schemas["ReportPart"];
export type Report = Partial<Schemas["Scores"] & Schemas["Narrative"] & Schemas["Resources"]>;
/** How far the report is, and what there is of it. */
export interface Summary {
  status: "generating" | "completed" | "error";
  parts: Partial<Record<ReportPart, Schemas["PartStatus"]>>;
  results: Report;
}
export type WholeSession = Omit<Schemas["WholeSession"], "session_config" | "final_summary"> & {
  session_config: SessionConfig;
  final_summary: Summary | null;
};
export type UsageStats = Schemas["UsageStats"];

const about = (sessionId: string) => ({ header: { "X-Session-ID": sessionId } });

export const register = (email: string, password: string, name: string) =>
  unwrap(client.POST("/auth/register", { body: { email, password, name } }));
export const login = (email: string, password: string) =>
  unwrap(client.POST("/auth/login", { body: { email, password } }));
export const logout = () => unwrap(client.POST("/auth/logout"));
/** The profile that a token belongs to; the stored one's without it. */
export const me = (token: string | null) =>
  unwrap(client.GET("/auth/me", token ? { headers: { authorization: `Bearer ${token}` } } : {}));
export const rename = (name: string) => unwrap(client.PATCH("/auth/me", { body: { name } }));
export const deleteAccount = () => unwrap(client.DELETE("/auth/me"));
export const forgotPassword = (email: string) => unwrap(client.POST("/auth/forgot_password", { body: { email } }));
export const updatePassword = (password: string) =>
  unwrap(client.POST("/auth/update_password", { body: { password } }));

export const createSession = async (config: SessionConfig): Promise<string> =>
  (await unwrap(client.POST("/agent/create_session", { body: config as never }))).session_id;
export const startInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/start_interview", { params: about(sessionId), body: {} as never }));
export const sendMessage = (sessionId: string, message: string, key: string) =>
  unwrap(
    client.POST("/agent/send_message", {
      params: { header: { "X-Session-ID": sessionId, "Idempotency-Key": key } },
      body: { message },
    }),
  );
export const stopTurn = (sessionId: string) => unwrap(client.POST("/agent/stop_turn", { params: about(sessionId) }));
export const endInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/end_interview", { params: about(sessionId) }));
/** Everything that was said is forgotten, the configuration is kept. */
export const resetInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/reset_interview", { params: about(sessionId) }));
/** With a token of its own: the page must not turn to the new user before the session is theirs. */
export async function claimSession(sessionId: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "x-session-id": sessionId };
  const response = await fetch(`${API_URL}/agent/claim_session`, { method: "POST", headers }).catch(() => {
    throw Problem.offline();
  });
  if (!response.ok) throw await Problem.of(response);
}
export const deleteSession = (sessionId: string) =>
  unwrap(client.DELETE("/agent/session", { params: about(sessionId) }));
export const session = async (sessionId: string): Promise<WholeSession> =>
  (await unwrap(client.GET("/agent/session", { params: about(sessionId) }))) as WholeSession;
export interface SessionFilter {
  status?: Schemas["SessionStatus"];
  /** Stands in role or company. */
  search?: string;
}
/** A page of the user's sessions, newest first. */
export const sessions = (filter: SessionFilter = {}, limit = 50, cursor: string | null = null) =>
  unwrap(client.GET("/agent/sessions", { params: { query: { ...filter, limit, ...(cursor ? { cursor } : {}) } } }));
export const summaryStatus = async (sessionId: string): Promise<Summary> =>
  (await unwrap(client.GET("/agent/final_summary_status", { params: about(sessionId) }))) as Summary;
export const timeRemaining = (sessionId: string) =>
  unwrap(client.GET("/agent/time_remaining", { params: about(sessionId) }));
export const retryFeedback = (sessionId: string, turn_no: number) =>
  unwrap(client.POST("/agent/retry_feedback", { params: about(sessionId), body: { turn_no } }));
export const retryReport = (sessionId: string, part: ReportPart) =>
  unwrap(client.POST("/agent/retry_report", { params: about(sessionId), body: { part } }));
export const usageStats = (sessionId: string | null) =>
  unwrap(client.GET("/speech/usage_stats", { params: sessionId ? about(sessionId) : {} }));

/** The text of a résumé; nothing of the file is kept. */
export async function uploadResume(file: File): Promise<Schemas["ResumeText"]> {
  const body = new FormData();
  body.append("file", file);
  const response = await fetch(`${API_URL}/files/upload_resume`, { method: "POST", body }).catch(() => {
    throw Problem.offline();
  });
  if (!response.ok) throw await Problem.of(response);
  return (await response.json()) as Schemas["ResumeText"];
}
