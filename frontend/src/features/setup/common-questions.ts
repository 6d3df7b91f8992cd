import { msg } from "@lingui/core/macro";
import type { Practice } from "@/api/types";

type Kind = NonNullable<Practice["question_kind"]>;

/** Questions that most interviews have, and what each asks for. */
export const commonQuestions: { text: ReturnType<typeof msg>; kind: Kind }[] = [
  { text: msg`Tell me about yourself.`, kind: "motivation" },
  { text: msg`Why do you want this job?`, kind: "motivation" },
  { text: msg`What is your greatest strength?`, kind: "motivation" },
  { text: msg`What is a weakness you are working on?`, kind: "motivation" },
  { text: msg`Why did you leave your last job?`, kind: "motivation" },
  { text: msg`Tell me about a time you solved a difficult problem.`, kind: "behavioral" },
  { text: msg`Tell me about a mistake you made and what you did next.`, kind: "behavioral" },
  { text: msg`Describe a conflict with a colleague. How did it end?`, kind: "behavioral" },
  { text: msg`Tell me about a time you worked under pressure.`, kind: "behavioral" },
  { text: msg`What would you do if you couldn’t meet a deadline?`, kind: "situational" },
  { text: msg`How would you handle an unhappy customer?`, kind: "situational" },
  { text: msg`What would you do in your first month here?`, kind: "situational" },
];
