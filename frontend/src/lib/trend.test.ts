import { describe, expect, it } from "vitest";

import type { WholeSession } from "@/services/api";

import { attemptOf, dimensionsOf, lineOf, type Attempt } from "./trend";

const attempt = (measure: string, scores: Record<string, number>): Attempt => ({
  id: "i",
  role: "Nurse",
  at: "",
  measure,
  overall: 3,
  scores,
});

describe("a trend", () => {
  it("breaks where coach or rubric changed, and skips what was not judged", () => {
    const attempts = [
      attempt("a", { depth: 2 }),
      attempt("a", { depth: 3, structure: 1 }),
      attempt("a", { structure: 4 }),
      attempt("b", { depth: 5 }),
    ];
    expect(dimensionsOf(attempts)).toEqual(["depth", "structure"]);
    expect(lineOf(attempts, "depth")).toEqual([
      [
        { at: 0, score: 2 },
        { at: 1, score: 3 },
      ],
      [{ at: 3, score: 5 }],
    ]);
  });

  it("leaves out interviews without scores", () => {
    const session = {
      session_id: "s",
      session_config: {},
      created_at: "x",
      final_summary: null,
    } as unknown as WholeSession;
    expect(attemptOf(session)).toBeNull();
    const results = {
      coach: "offline",
      rubric_version: "1",
      overall_score: 2,
      dimension_scores: [
        { dimension: "depth", score: 2 },
        { dimension: "structure", score: null },
      ],
    };
    const judged = { ...session, final_summary: { results } } as unknown as WholeSession;
    expect(attemptOf(judged)).toMatchObject({ measure: "offline, 1", overall: 2, scores: { depth: 2 } });
  });
});
