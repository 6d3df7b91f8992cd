import { describe, expect, it } from "vitest";

import type { ReportResults, Session } from "@/api/types";
import type { Turn } from "@/features/interview/conversation";

import { reportToJson, reportToMarkdown } from "./export";

const session = {
  session_config: { job_role: "Nurse", company_name: "Mercy" },
  created_at: "2026-11-24T10:00:00Z",
} as Session;
const report = {
  coach: "openai/gpt",
  rubric_version: "4",
  verdict: "Warm and clear, short on results.",
  actions: ["Name the result."],
  requirements: [{ requirement: "Night shifts", met: false }],
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
  { turnNo: 0, turnId: "i", message: null, reply: { content: "Who are you?", response_type: "introduction" } },
  {
    turnNo: 1,
    turnId: "k",
    state: "completed",
    message: "I care.",
    reply: { content: "Why?" },
    partialReply: "",
    feedback: {
      status: "ready",
      scores: [],
      headline: "True, but short",
      feedback: "Say more.",
      stronger_answer: "I [what?].",
    },
  },
] as unknown as Turn[];

describe("a report", () => {
  it("links to the web alone", () => {
    const resource = (title: string, url: string) => ({ title, url, reasoning: "Why not" });
    const text = reportToMarkdown(
      session,
      {
        ...report,
        recommended_resources: [
          resource("A [good] book", "https://example.com/a_(b)"),
          resource("A trap", "javascript:alert(1)"),
        ],
      } as unknown as ReportResults,
      turns,
    );
    expect(text).toContain("- [A \\[good\\] book](<https://example.com/a_(b)>): Why not");
    expect(text).toContain("- A trap: Why not");
    expect(text).not.toContain("javascript:");
  });

  it("is readable as Markdown, with quotes and without broken tables", () => {
    const text = reportToMarkdown(session, report, turns);
    expect(text).toContain("# Interview report: Nurse");
    expect(text).toContain("| Structure | 4 | Clear \\| short |");
    expect(text).toContain("| Depth | – | Nothing to judge |");
    expect(text).toContain("- Structure, Question 1: “first we measured”");
    expect(text).toContain("**You (Question 1):** I care.");
    expect(text).toContain("> **True, but short**");
    expect(text).toContain("> I [what?].");
    expect(text).not.toMatch(/turn \d/i);
  });

  it("says for whom it is, who judged, and what to do next", () => {
    const text = reportToMarkdown(session, report, turns);
    for (const line of [
      "- Company: Mercy",
      "- Coach: openai/gpt",
      "- Rubric: 4",
      "1. Name the result.",
      "- ✗ Night shifts",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text.indexOf("short on results")).toBeLessThan(text.indexOf("## Scores"));
  });

  it("holds everything as JSON", () => {
    const data = JSON.parse(reportToJson(session, report, turns)) as {
      report: ReportResults;
      transcript: { reply: string }[];
    };
    expect(data.report.overall_score).toBe(3.5);
    expect(data.transcript[1]?.reply).toBe("Why?");
  });
});
