/** How scores went from one interview to the next. */
import type { SessionSummary } from "@/api/service";

/** An interview whose report has scores. */
export interface Attempt extends SessionSummary {
  overall_score: number;
}

/** Those that can be compared at all, oldest first. */
export const attemptsOf = (sessions: SessionSummary[]): Attempt[] =>
  sessions
    .filter((session): session is Attempt => typeof session.overall_score === "number")
    .toSorted((a, b) => a.created_at.localeCompare(b.created_at));

/** Who judged and by which rubric: scores of different ones can't be compared. */
export const measureOf = ({ coach, rubric_version }: Attempt): string => `${coach ?? ""}, ${rubric_version ?? ""}`;

export const dimensionsOf = (attempts: Attempt[]): string[] => [
  ...new Set(attempts.flatMap((attempt) => Object.keys(attempt.scores_by_dimension))),
];

export interface Point {
  at: number;
  score: number;
}

/** A dimension's line, oldest first, in pieces: it breaks where coach or rubric changed. */
export function lineOf(attempts: Attempt[], dimension: string): Point[][] {
  const pieces: Point[][] = [];
  let measure: string | null = null;
  attempts.forEach((attempt, at) => {
    const score = attempt.scores_by_dimension[dimension];
    if (score === undefined) return;
    if (measureOf(attempt) !== measure) pieces.push([]);
    measure = measureOf(attempt);
    pieces.at(-1)?.push({ at, score });
  });
  return pieces;
}
