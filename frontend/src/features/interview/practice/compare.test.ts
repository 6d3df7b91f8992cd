import { describe, expect, it } from "vitest";

import type { Attempt } from "@/api/types";

import { changes } from "./compare";

const attempt = (values: Record<string, number | boolean | null>): Attempt => {
  const entries = Object.entries(values);
  const isScored = entries.some(([, value]) => typeof value === "number");
  return {
    scores: isScored ? entries.map(([dimension, score]) => ({ dimension, score, reason: "", evidence: [] })) : [],
    checklist: isScored ? [] : entries.map(([check, met]) => ({ check, met, detail: "", evidence: [] })),
  } as unknown as Attempt;
};

describe("two attempts", () => {
  it("are compared by each score", () => {
    const compared = changes(
      attempt({ structure: 2, depth: 4, relevance: 3, communication: null }),
      attempt({ structure: 4, depth: 3, relevance: 3, communication: 5 }),
    );
    expect(compared.map(({ name, trend }) => [name, trend])).toEqual([
      ["structure", "up"],
      ["depth", "down"],
      ["relevance", "same"],
      ["communication", null],
    ]);
  });

  it("are compared by each check where nobody scored them", () => {
    const compared = changes(attempt({ result: false, numbers: true }), attempt({ result: true, numbers: null }));
    expect(compared).toEqual([
      { name: "result", before: false, after: true, trend: "up" },
      { name: "numbers", before: true, after: null, trend: null },
    ]);
  });

  it("are not compared when one has scores and the other a checklist", () => {
    expect(changes(attempt({ result: true }), attempt({ structure: 3 }))).toEqual([]);
  });
});
