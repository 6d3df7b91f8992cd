import { describe, expect, it } from "vitest";

import { clampCount, draftErrors, emptyDraft, toSessionConfig } from "./draft";

const draft = {
  job_role: "  Nurse ",
  company_name: "",
  job_description: " ",
  resume_content: "",
  style: "casual",
  difficulty: "easy",
  length: "questions",
  questions: "3",
  minutes: "20",
  feedback_mode: "realistic",
  language: "de",
} as const;

it("sends what was filled in and nothing else", () => {
  const common = { job_role: "Nurse", style: "casual", difficulty: "easy", feedback_mode: "realistic", language: "de" };
  expect(toSessionConfig(draft)).toEqual({ ...common, target_question_count: 3 });
  expect(toSessionConfig({ ...draft, length: "time" })).toEqual({
    ...common,
    use_time_based_interview: true,
    interview_duration_minutes: 20,
  });
});

it.each([
  ["", ""],
  ["12", "12"],
  ["0", "1"],
  ["-3", "1"],
  ["101", "100"],
  ["1.6", "2"],
  ["1e1", "10"],
])("makes of a typed length of %j the nearest that can be chosen, %j", (typed, chosen) => {
  expect(clampCount(typed, 100)).toBe(chosen);
});

describe("what is wrong with a form", () => {
  it("is nothing when it is complete, and the role when it is empty", () => {
    expect(draftErrors(draft)).toEqual({});
    expect(Object.keys(draftErrors(emptyDraft()))).toEqual(["job_role"]);
  });

  it.each(["", "0", "101", "1.5", "-3", "1e2"])("is a length of %j questions", (questions) => {
    expect(Object.keys(draftErrors({ ...draft, questions }))).toEqual(["target_question_count"]);
    expect(draftErrors({ ...draft, questions, length: "time" })).toEqual({});
  });

  it("is a text that is too long, and by how much", () => {
    const errors = draftErrors({ ...draft, resume_content: "a".repeat(100_010), job_description: "🙂".repeat(50_000) });
    expect(errors).toEqual({ resume_content: "10 characters over the limit of 100,000. Shorten it." });
  });

  it("is a length of too many minutes", () => {
    const errors = draftErrors({ ...draft, length: "time", minutes: "241" });
    expect(Object.keys(errors)).toEqual(["interview_duration_minutes"]);
  });
});
