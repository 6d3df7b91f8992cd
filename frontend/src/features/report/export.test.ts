import { describe, expect, it } from "vitest";

import type { ReportResults, Session } from "@/api/types";
import type { Turn } from "@/features/interview/conversation";

import { reportToJson, reportToMarkdown } from "./export";

const session = { session_config: { job_role: "Nurse" }, created_at: "2026-11-24T10:00:00Z" } as Session;
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
} as unknown as ReportResults;
const turns = [
  {
    turnNo: 1,
    turnId: "k",
    state: "completed",
    message: "I care.",
    reply: { content: "Why?" },
    partialReply: "",
    feedback: null,
  },
] as unknown as Turn[];

describe("a report", () => {
  it("is readable as Markdown, with quotes and without broken tables", () => {
    const text = reportToMarkdown(session, report, turns);
    expect(text).toContain("# Interview report: Nurse");
    expect(text).toContain("| Structure | 4 | Clear \\| short |");
    expect(text).toContain("| Depth | – | Nothing to judge |");
    expect(text).toContain("- Structure, answer 1: “first we measured”");
    expect(text).toContain("**You:** I care.");
  });

  it("holds everything as JSON", () => {
    const data = JSON.parse(reportToJson(session, report, turns)) as {
      report: ReportResults;
      transcript: { reply: string }[];
    };
    expect(data.report.overall_score).toBe(3.5);
    expect(data.transcript[0]?.reply).toBe("Why?");
  });
});
