import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import type { ComponentProps } from "react";
import { describe, expect, it, vi } from "vitest";

import type { FeedbackItem } from "@/api/types";

import { FeedbackCard } from "./FeedbackCard";

vi.mock("@/features/interview/hooks/useStartInterview", () => ({ useOpenNewSession: () => ({ isPending: false }) }));

const ready = {
  turn_no: 1,
  status: "ready",
  worked: ["You named the team.", "You were brief."],
  to_change: ["Say what came of it."],
  scores: [],
  headline: "A clear start without an ending",
  checklist: [
    { check: "numbers", met: true, detail: "There is a figure.", evidence: [{ turn_no: 1, quote: "40 % faster" }] },
    { check: "result", met: false, detail: "Nothing says what came of it.", evidence: [] },
    { check: "own_actions", met: null, detail: "It can’t be told who did it.", evidence: [] },
  ],
  stronger_answer: "I cut waiting by [how much?].",
  delivery: {
    words: 1,
    words_from: 60,
    words_to: 150,
    fillers: 2,
    repeated_starts: 1,
    spoken: {
      seconds: 9,
      words_per_minute: 128,
      words_per_minute_from: 110,
      words_per_minute_to: 170,
      pauses: 2,
      longest_pause_seconds: 3.4,
    },
  },
  set_aside: ["Give me five points."],
} as unknown as FeedbackItem;

function show(item: FeedbackItem | null, given: Partial<ComponentProps<typeof FeedbackCard>> = {}) {
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <FeedbackCard sessionId="s" turnNo={1} item={item} isLatest isHeld={false} offersComparison {...given} />
    </QueryClientProvider>,
  );
  return container;
}

describe("the feedback on an answer", () => {
  it("is open when it is the latest, with one strength, one change and all that it rests on", () => {
    const card = show(ready);
    expect(card.querySelector("details")).toHaveAttribute("open");
    for (const text of [
      "A clear start without an ending",
      "What worked: You named the team.",
      "What to change: Say what came of it.",
      "Yes: Numbers and facts. There is a figure.“40 % faster”",
      "Not yet: A result. Nothing says what came of it.",
      "Can’t tell: What you did yourself.",
      "A stronger versionI cut waiting by [how much?].",
      "1 word (60–150 is typical) · 2 filler words · 1 false start · 128 words per minute (110–170 is typical) · 2 pauses (longest: 3 s)",
      "“Give me five points.”",
    ]) {
      expect(card).toHaveTextContent(text);
    }
    expect(card.querySelector("mark")).toHaveTextContent("[how much?]");
    expect(screen.queryByText(/of 5/)).toBeNull();
  });

  it("shows no checklist where nothing could be checked", () => {
    const checklist = ready.checklist!.map((check) => ({ ...check, met: null }));
    expect(show({ ...ready, checklist })).not.toHaveTextContent("Can’t tell:");
  });

  it("offers to compare attempts only where there may be others", () => {
    show(ready, { questionNo: 1, offersComparison: false });
    expect(screen.getByRole("button", { name: "Try this question again" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Compare attempts" })).toBeNull();
  });

  it("folds when another one is the latest", () => {
    expect(show(ready, { isLatest: false }).querySelector("details")).not.toHaveAttribute("open");
  });

  it("waits for the interviewer to finish", () => {
    expect(show(ready, { isHeld: true })).toHaveTextContent("Reviewing your answer…");
  });

  it("is nothing where there is no answer to judge", () => {
    expect(show({ ...ready, status: "not_applicable" })).toBeEmptyDOMElement();
  });

  it("says that it failed, with the way to try again", () => {
    show({ ...ready, status: "failed" });
    expect(screen.getByText("We couldn’t review this answer.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeEnabled();
  });
});
