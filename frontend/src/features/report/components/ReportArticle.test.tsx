import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import type { Report, ReportResults, Session } from "@/api/types";
import type { Turn } from "@/features/interview/conversation";

import { ReportArticle } from "./ReportArticle";

vi.mock("./ReportFooter", () => ({ ReportFooter: () => null }));
vi.mock("@/features/interview/practice/components/TryAgain", () => ({ TryAgain: () => null }));

const session = {
  session_id: "s",
  session_config: { job_role: "Nurse" },
  created_at: "2026-11-24T10:00:00Z",
} as Session;
const check = (name: string, met: boolean | null, detail: string, quote?: string) => ({
  check: name,
  met,
  detail,
  evidence: quote ? [{ turn_no: 1, quote }] : [],
});
const answer = (turnNo: number, message: string, feedback: object | null, response_type = "question") =>
  ({
    turnNo,
    turnId: `${turnNo}`,
    state: "completed",
    message,
    reply: { content: "Why?", response_type },
    feedback,
    partialReply: "",
  }) as unknown as Turn;
const introduction = answer(0, "", null, "introduction");
const ready = (given: object) => ({ status: "ready", scores: [], worked: [], to_change: [], ...given });

function show(results: Partial<ReportResults>, turns: Turn[]) {
  const report = { status: "completed", parts: { scores: "ready", narrative: "ready", resources: "ready" }, results };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ReportArticle
        session={session}
        report={report as Report}
        turns={[{ ...introduction, message: null }, ...turns]}
      />
    </QueryClientProvider>,
  );
}

describe("a report by checklist", () => {
  const turns = [
    answer(
      1,
      "I cut waiting by 40 %.",
      ready({ checklist: [check("numbers", true, "There is a figure.", "by 40 %")] }),
      "follow_up",
    ),
    answer(2, "Because it was right.", ready({ checklist: [check("numbers", false, "There is no figure.")] })),
  ];
  const results = {
    overall_score: null,
    dimension_scores: [],
    answers: 2,
    answers_judged: 2,
    checklist: [{ check: "numbers", met: 1, answers: 2 }],
  };

  it("shows each check, whether it was met, and the sentence it rests on; no scores and no empty chart", () => {
    show(results, turns);
    const checks = screen.getByRole("heading", { name: "Checklist" }).closest("section")!;
    expect(within(checks).getByText("1 of 2 answers")).toBeVisible();
    expect(checks).toHaveTextContent("Yes: Question 1. There is a figure.“by 40 %”");
    expect(checks).toHaveTextContent("Not yet: Question 1, follow-up. There is no figure.");
    expect(screen.queryByText(/not enough to score/i)).toBeNull();
    expect(screen.queryByText(/of 5/)).toBeNull();
    expect(document.querySelector("polygon")).toBeNull();
  });

  it("leads to each question, and names the best and the weakest answer", () => {
    show(results, turns);
    expect(screen.getByRole("button", { name: /^Question 1: *strong$/ })).toBeVisible();
    expect(screen.getByRole("button", { name: /^Question 1, follow-up: *needs work$/ })).toBeVisible();
    const named = screen.getByRole("region", { name: "Best and weakest answer" });
    expect(named).toHaveTextContent(
      /Your best answer · Question 1.*by 40 %.*The answer to work on · Question 1, follow-up/,
    );
  });
});

describe("a report with scores", () => {
  it("begins with the verdict and what to do next, and ends with the transcript", () => {
    const spoken = { seconds: 25, words_per_minute: 120, pauses: 1, longest_pause_seconds: 2.4 };
    const delivery = { words: 50, words_from: 60, words_to: 150, fillers: 2, repeated_starts: 0 };
    const pace = { words_per_minute_from: 110, words_per_minute_to: 170 };
    const feedback = ready({ delivery: { ...delivery, spoken: { ...spoken, ...pace } } });
    show(
      {
        verdict: "Clear, but short.",
        actions: ["Name the result."],
        overall_score: 3.2,
        dimension_scores: [
          { dimension: "depth", score: 3, reason: "So.", evidence: [{ turn_no: 1, quote: "we did" }] },
        ],
        answers: 1,
        answers_judged: 1,
        strengths: "You were clear.",
        requirements: [{ requirement: "Night shifts", met: true, evidence: { turn_no: 1, quote: "at night" } }],
      },
      [answer(1, "At night, we did.", feedback)],
    );
    const titles = screen.getAllByRole("heading", { level: 2 }).map(({ textContent }) => textContent);
    expect(titles).toEqual([
      "Verdict",
      "Question by question",
      "Scores",
      "Delivery",
      "Fit with the job description",
      "Coach’s summary",
      "What to read next",
      "Transcript",
    ]);
    for (const figure of ["2 (4 per 100 words)", "120", "1 (longest: 2 s)"]) {
      expect(screen.getByText(figure)).toBeVisible();
    }
    expect(document.body).not.toHaveTextContent(/turn \d/i);
  });

  it("says kindly that nothing could be judged, once and without an empty chart", () => {
    show({ overall_score: null, dimension_scores: [], answers: 0, answers_judged: 0 }, []);
    expect(screen.getAllByText(/Not enough to score yet/)).toHaveLength(1);
    expect(screen.queryByRole("heading", { name: "Scores" })).toBeNull();
    expect(document.querySelector("polygon")).toBeNull();
  });
});
