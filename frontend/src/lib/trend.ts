/** How scores went from one interview to the next. */
import type { WholeSession } from "@/services/api";

export interface Attempt {
  id: string;
  role: string;
  at: string;
  /** Who judged and by which rubric: scores of different ones can't be compared. */
  measure: string;
  overall: number | null;
  scores: Record<string, number>;
}

/** `null` for an interview whose report has no scores. */
export function attemptOf(session: WholeSession): Attempt | null {
  const results = session.final_summary?.results;
  if (!results?.dimension_scores) return null;
  const judged = results.dimension_scores.flatMap(({ dimension, score }) =>
    typeof score === "number" ? [[dimension, score] as const] : [],
  );
  return {
    id: session.session_id,
    role: session.session_config.job_role ?? "Interview",
    at: session.created_at,
    measure: `${results.coach ?? ""}, ${results.rubric_version ?? ""}`,
    overall: results.overall_score ?? null,
    scores: Object.fromEntries(judged),
  };
}

export const dimensionsOf = (attempts: Attempt[]): string[] => [
  ...new Set(attempts.flatMap((attempt) => Object.keys(attempt.scores))),
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
    const score = attempt.scores[dimension];
    if (score === undefined) return;
    if (attempt.measure !== measure) pieces.push([]);
    measure = attempt.measure;
    pieces.at(-1)?.push({ at, score });
  });
  return pieces;
}
