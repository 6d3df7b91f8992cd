import { plural, t } from "@lingui/core/macro";

import { formatMinutes } from "@/lib/i18n/format";

/** From other interviews: a question with its answer, now and then with a follow-up. */
const MINUTES_PER_QUESTION = 2;

export function minutesFor(questions: number, unit: "short" | "long"): string {
  const time = formatMinutes(questions * MINUTES_PER_QUESTION, unit);
  return t`about ${time}`;
}

export function questionsFor(minutes: number): string {
  const count = Math.max(1, Math.round(minutes / MINUTES_PER_QUESTION));
  return plural(count, { one: "about # question", other: "about # questions" });
}
