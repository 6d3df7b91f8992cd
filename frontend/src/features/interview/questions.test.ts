import { describe, expect, it } from "vitest";

import type { FeedbackItem } from "@/api/types";

import type { Turn } from "./conversation";
import { answeredQuestions, nameOfTurn, quality } from "./questions";

const turn = (turnNo: number, message: string | null, content: string, response_type: string) =>
  ({ turnNo, message, reply: { content, response_type }, feedback: null }) as unknown as Turn;
const feedback = (given: Partial<FeedbackItem>) => ({ status: "ready", scores: [], ...given }) as FeedbackItem;

describe("the questions of an interview", () => {
  const turns = [
    turn(0, null, "Who are you?", "introduction"),
    turn(1, "Ada.", "What else?", "follow_up"),
    turn(2, "Do you mean at work?", "Yes, at work.", "clarification"),
    turn(3, "A nurse.", "And then?", "follow_up"),
    turn(4, "Then I left.", "Why?", "question"),
    { ...turn(5, "Hello?", "", ""), reply: null },
    turn(6, "To learn.", "Goodbye.", "closing"),
  ];
  const questions = answeredQuestions(turns);

  it("are named as readers count them; a message that was no answer is none", () => {
    expect(questions.map(({ turnNo, name }) => [turnNo, name])).toEqual([
      [1, "Question 1"],
      [3, "Question 1, follow-up"],
      [4, "Question 1, follow-up 2"],
      [6, "Question 2"],
    ]);
    expect(nameOfTurn(questions, 3)).toBe("Question 1, follow-up");
  });

  it("stand beside their own answers", () => {
    expect(questions.map(({ question, answer }) => [question, answer])).toEqual([
      ["Who are you?", "Ada."],
      ["Yes, at work.", "A nurse."],
      ["And then?", "Then I left."],
      ["Why?", "To learn."],
    ]);
  });
});

it("measures an answer by its scores or by the checks it met, and tells nothing where nothing was judged", () => {
  const score = (value: number | null) => ({ dimension: "depth", score: value, reason: "", evidence: [] });
  const check = (met: boolean | null) => ({ check: "numbers", met, detail: "", evidence: [] });
  expect(quality(feedback({ scores: [score(5), score(3), score(null)] }))).toBe(0.75);
  expect(quality(feedback({ checklist: [check(true), check(false), check(null)] }))).toBe(0.5);
  expect(quality(feedback({ scores: [score(null)] }))).toBeNull();
  expect(quality(feedback({ status: "not_applicable" }))).toBeNull();
  expect(quality(null)).toBeNull();
});
