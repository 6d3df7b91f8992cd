/** The service's own types under the names that the app uses. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Profile = Schemas["Profile"];
export type Practice = Schemas["Practice"];
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
  /** BCP 47. */
  language?: string;
  /** The one question of a practice; nothing in an interview. */
  practice?: Practice | null;
  /** Known to the app only: whether feedback is shown after each answer or at the end. */
  feedback_mode?: "coached" | "realistic";
};
export type SessionStatus = Schemas["SessionStatus"];
/** A row of the list of sessions. */
export type SessionSummary = Schemas["SessionSummary"];
export type Session = Omit<Schemas["WholeSession"], "session_config" | "final_summary"> & {
  session_config: SessionConfig;
  final_summary: Report | null;
};

export type Reply = Schemas["AgentResponse"];
export type Check = Schemas["Check"];
export type Delivery = Schemas["Delivery"];
export type FeedbackItem = Schemas["FeedbackItem"];
export type Attempt = Schemas["Attempt"];
export type Score = Schemas["Score"];
export type CheckTotal = Schemas["CheckTotal"];
export type Requirement = Schemas["Requirement"];

export type ReportPart = Schemas["ReportPart"];
/** What the finished parts of a report say. */
export type ReportResults = Partial<Schemas["Scores"] & Schemas["Narrative"] & Schemas["Resources"]>;
/** A report and its progress. The service calls it `final_summary`, and `summary` in events. */
export interface Report {
  status: "generating" | "completed" | "error";
  parts: Partial<Record<ReportPart, Schemas["PartStatus"]>>;
  results: ReportResults;
}

export type ResumeText = Schemas["ResumeText"];

export type Capabilities = Schemas["Capabilities"];
