import { plural, t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import type { SessionConfig } from "@/api/types";

import { defaultLanguage } from "./languages";

/** The set-up form as it is filled in. Numbers are texts: a field can be empty while it is typed into. */
export interface SetupDraft {
  job_role: string;
  company_name: string;
  job_description: string;
  resume_content: string;
  style: NonNullable<SessionConfig["style"]>;
  difficulty: NonNullable<SessionConfig["difficulty"]>;
  length: "questions" | "time";
  questions: string;
  minutes: string;
  feedback_mode: NonNullable<SessionConfig["feedback_mode"]>;
  language: string;
}

export const emptyDraft = (): SetupDraft => ({
  job_role: "",
  company_name: "",
  job_description: "",
  resume_content: "",
  style: "formal",
  difficulty: "medium",
  length: "questions",
  questions: "8",
  minutes: "20",
  feedback_mode: "coached",
  language: defaultLanguage(),
});

/** The service takes no more. */
export const MAX_QUESTIONS = 100;
export const MAX_MINUTES = 240;

/** Characters. */
const MAX_LENGTHS = { job_role: 200, company_name: 200, job_description: 50_000, resume_content: 100_000 } as const;

const isCount = (text: string, max: number) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= max;

/** The whole number from 1 to `max` that is nearest to what was typed. Empty stays empty. */
export const clampCount = (text: string, max: number): string =>
  text.trim() === "" || Number.isNaN(Number(text))
    ? text
    : String(Math.min(max, Math.max(1, Math.round(Number(text)))));

export function numberWanted(max: number): string {
  const first = formatNumber(1);
  const last = formatNumber(max);
  return t`Enter a number from ${first} to ${last}.`;
}

/** What must be changed before the interview can start, by the service's name of the field. */
export function draftErrors(draft: SetupDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!draft.job_role.trim()) errors["job_role"] = t`Enter the role you’re applying for.`;
  for (const [field, max] of Object.entries(MAX_LENGTHS)) {
    const length = [...draft[field as keyof typeof MAX_LENGTHS]].length;
    const over = length - max;
    if (over > 0) {
      const limit = formatNumber(max);
      errors[field] = plural(over, {
        one: `# character over the limit of ${limit}. Shorten it.`,
        other: `# characters over the limit of ${limit}. Shorten it.`,
      });
    }
  }
  if (draft.length === "questions" && !isCount(draft.questions, MAX_QUESTIONS)) {
    errors["target_question_count"] = numberWanted(MAX_QUESTIONS);
  }
  if (draft.length === "time" && !isCount(draft.minutes, MAX_MINUTES)) {
    errors["interview_duration_minutes"] = numberWanted(MAX_MINUTES);
  }
  return errors;
}

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
    language: draft.language,
    ...(draft.length === "time"
      ? { use_time_based_interview: true, interview_duration_minutes: Number(draft.minutes) }
      : { target_question_count: Number(draft.questions) }),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as SessionConfig;
}
