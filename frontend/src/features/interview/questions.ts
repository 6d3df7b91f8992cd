/** The questions of an interview with their answers, under the names that readers know them by. */
import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import type { FeedbackItem } from "@/api/types";

import type { Turn } from "./conversation";

export interface AnsweredQuestion {
  /** The answer's turn. */
  turnNo: number;
  /** The same, where there is little room: "2", or "2.1". */
  number: string;
  /** "Question 2", or "Question 2, follow-up". */
  name: string;
  question: string;
  answer: string;
  feedback: FeedbackItem | null;
}

/** Oldest first. A message that the interviewer met with a clarification, or with nothing, is no answer. */
export function answeredQuestions(turns: Turn[]): AnsweredQuestion[] {
  const answered: AnsweredQuestion[] = [];
  let asked = "";
  let question = 0;
  let followUp = 0;
  for (const { turnNo, message, reply, feedback } of turns) {
    const isAnswer = message !== null && reply !== null && reply.response_type !== "clarification";
    if (isAnswer && question > 0) {
      const number = [question, followUp]
        .filter(Boolean)
        .map((part) => formatNumber(part))
        .join(".");
      const name = questionName(question, followUp);
      answered.push({ turnNo, number, name, question: asked, answer: message, feedback });
    }
    if (!reply) continue;
    if (reply.response_type === "introduction" || reply.response_type === "question") {
      question += 1;
      followUp = 0;
    } else if (reply.response_type === "follow_up") followUp += 1;
    asked = reply.content;
  }
  return answered;
}

function questionName(question: number, followUp: number): string {
  const number = formatNumber(question);
  if (followUp === 0) return t`Question ${number}`;
  return followUp === 1
    ? t`Question ${number}, follow-up`
    : t`Question ${number}, follow-up ${{ followUp: formatNumber(followUp) }}`;
}

/** What an answer to a question is called, wherever it is quoted. */
export const nameOfTurn = (questions: AnsweredQuestion[], turnNo: number): string =>
  questions.find((one) => one.turnNo === turnNo)?.name ?? t`Answer`;

/** How good an answer was, from 0 to 1: by its scores, or by the checks it met. `null` when it was not judged. */
export function quality(feedback: FeedbackItem | null): number | null {
  if (feedback?.status !== "ready") return null;
  const scores = feedback.scores.flatMap(({ score }) => (typeof score === "number" ? [(score - 1) / 4] : []));
  const checks = (feedback.checklist ?? []).flatMap(({ met }) => (typeof met !== "boolean" ? [] : [met ? 1 : 0]));
  const values = scores.length > 0 ? scores : checks;
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
