import { describe, expect, it } from "vitest";

import type { SessionSummary } from "@/api/types";

import { dimensionsOf, scoredAttempts, trendSegments, type Attempt } from "./trend";

const attempt = (coach: string, scores: Record<string, number>, rubric = "1"): Attempt =>
  ({ coach, rubric_version: rubric, overall_score: 3, scores_by_dimension: scores }) as unknown as Attempt;

describe("a trend", () => {
  it("breaks where coach or rubric changed, and skips what was not judged", () => {
    const attempts = [
      attempt("a", { depth: 2 }),
      attempt("a", { depth: 3, structure: 1 }),
      attempt("a", { structure: 4 }),
      attempt("b", { depth: 5 }),
      attempt("b", { depth: 4 }, "2"),
    ];
    expect(dimensionsOf(attempts)).toEqual(["depth", "structure"]);
    expect(trendSegments(attempts, "depth")).toEqual([
      [
        { index: 0, score: 2 },
        { index: 1, score: 3 },
      ],
      [{ index: 3, score: 5 }],
      [{ index: 4, score: 4 }],
    ]);
  });

  it("goes from the oldest to the newest and leaves out interviews without scores", () => {
    const one = (created_at: string, overall_score: number | null) => ({ created_at, overall_score }) as SessionSummary;
    const sessions = [one("2026-11-03", 4), one("2026-11-02", null), one("2026-11-01", 3)];
    expect(scoredAttempts(sessions).map(({ created_at }) => created_at)).toEqual(["2026-11-01", "2026-11-03"]);
  });
});
