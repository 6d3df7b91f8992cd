import { describe, expect, it } from "vitest";

import type { Report, WholeSession } from "@/api/service";

import type { Turn } from "@/features/interview/conversation";
import { asJson, asMarkdown, dimensionName } from "./export";

const session = { session_config: { job_role: "Nurse" }, created_at: "2026-11-24T10:00:00Z" } as WholeSession;
const report = {
  overall_score: 3.5,
  dimension_scores: [
    {
      dimension: "structure",
      score: 4,
      reason: "Clear | short",
      evidence: [{ turn_no: 1, quote: "first we\nmeasured" }],
    },
    { dimension: "depth", score: null, reason: "Nothing to judge", evidence: [] },
  ],
  strengths: "You were clear.",
} as unknown as Report;
const turns = [
  {
    turnNo: 1,
    turnId: "k",
    state: "completed",
    message: "I care.",
    reply: { content: "Why?" },
    spoken: "",
    feedback: null,
  },
] as unknown as Turn[];

describe("a report", () => {
  it("is readable as Markdown, with quotes and without broken tables", () => {
    const text = asMarkdown(session, report, turns);
    expect(text).toContain("# Interview report: Nurse");
    expect(text).toContain("| Structure | 4 | Clear \\| short |");
    expect(text).toContain("| Depth | – | Nothing to judge |");
    expect(text).toContain("- Structure, answer 1: “first we measured”");
    expect(text).toContain("**You:** I care.");
  });

  it("holds everything as JSON", () => {
    const data = JSON.parse(asJson(session, report, turns)) as { report: Report; transcript: { reply: string }[] };
    expect(data.report.overall_score).toBe(3.5);
    expect(data.transcript[0]?.reply).toBe("Why?");
  });

  it("names dimensions for people", () => {
    expect(dimensionName("relevance_to_job")).toBe("Relevance to job");
  });
});
