import type { SessionConfig } from "@/api/types";

/** The set-up form as it is filled in. */
export interface SetupDraft {
  job_role: string;
  company_name: string;
  job_description: string;
  resume_content: string;
  style: NonNullable<SessionConfig["style"]>;
  difficulty: NonNullable<SessionConfig["difficulty"]>;
  length: "questions" | "time";
  questions: number;
  minutes: number;
  feedback_mode: NonNullable<SessionConfig["feedback_mode"]>;
}

export const emptyDraft: SetupDraft = {
  job_role: "",
  company_name: "",
  job_description: "",
  resume_content: "",
  style: "formal",
  difficulty: "medium",
  length: "questions",
  questions: 8,
  minutes: 20,
  feedback_mode: "coached",
};

/** Only what was filled in: the service has its own defaults. */
export function toSessionConfig(draft: SetupDraft): SessionConfig {
  const text = (value: string) => value.trim() || undefined;
  const config = {
    job_role: text(draft.job_role),
    company_name: text(draft.company_name),
    job_description: text(draft.job_description),
    resume_content: text(draft.resume_content),
    style: draft.style,
    difficulty: draft.difficulty,
    feedback_mode: draft.feedback_mode,
    ...(draft.length === "time"
      ? { use_time_based_interview: true, interview_duration_minutes: draft.minutes }
      : { target_question_count: draft.questions }),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as SessionConfig;
}
