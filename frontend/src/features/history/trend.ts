/** How scores change from one interview to the next. */
import type { SessionSummary } from "@/api/types";

/** An interview whose report has scores. */
export interface Attempt extends SessionSummary {
  overall_score: number;
}

/** The interviews that can be compared, oldest first; one practised question is no interview. */
export const scoredAttempts = (sessions: SessionSummary[]): Attempt[] =>
  sessions
    .filter((session): session is Attempt => typeof session.overall_score === "number" && !session.practice)
    .toSorted((a, b) => a.created_at.localeCompare(b.created_at));

/** Who judged, and by which rubric. Scores with different keys can't be compared. */
export const rubricKey = ({ coach, rubric_version }: Attempt): string => `${coach ?? ""}, ${rubric_version ?? ""}`;

export const dimensionsOf = (attempts: Attempt[]): string[] => [
  ...new Set(attempts.flatMap((attempt) => Object.keys(attempt.scores_by_dimension))),
];

export interface Point {
  /** The attempt's place among all attempts. */
  index: number;
  score: number;
}

/** The line of one dimension, oldest first. A new segment begins where the coach or the rubric changed. */
export function trendSegments(attempts: Attempt[], dimension: string): Point[][] {
  const segments: Point[][] = [];
  let key: string | null = null;
  attempts.forEach((attempt, index) => {
    const score = attempt.scores_by_dimension[dimension];
    if (score === undefined) return;
    if (rubricKey(attempt) !== key) segments.push([]);
    key = rubricKey(attempt);
    segments.at(-1)?.push({ index, score });
  });
  return segments;
}
