import { expect, it } from "vitest";

import { toSessionConfig } from "./draft";

const draft = {
  job_role: "  Nurse ",
  company_name: "",
  job_description: " ",
  resume_content: "",
  style: "casual",
  difficulty: "easy",
  length: "questions",
  questions: 3,
  minutes: 20,
  feedback_mode: "realistic",
} as const;

it("sends what was filled in and nothing else", () => {
  const common = { job_role: "Nurse", style: "casual", difficulty: "easy", feedback_mode: "realistic" };
  expect(toSessionConfig(draft)).toEqual({ ...common, target_question_count: 3 });
  expect(toSessionConfig({ ...draft, length: "time" })).toEqual({
    ...common,
    use_time_based_interview: true,
    interview_duration_minutes: 20,
  });
});
