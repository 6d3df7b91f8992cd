/** How answers were given, over a whole interview. */
import type { AnsweredQuestion } from "@/features/interview/questions";

export interface DeliveryTotals {
  answers: number;
  wordsPerAnswer: number;
  fillers: number;
  fillersPerHundredWords: number;
  repeatedStarts: number;
}

/** `null` where nothing was measured. */
export function deliveryTotals(questions: AnsweredQuestion[]): DeliveryTotals | null {
  const measured = questions.flatMap(({ feedback }) => feedback?.delivery ?? []);
  if (measured.length === 0) return null;
  const sum = (key: "words" | "fillers" | "repeated_starts") =>
    measured.reduce((total, delivery) => total + delivery[key], 0);
  const words = sum("words");
  const fillers = sum("fillers");
  return {
    answers: measured.length,
    wordsPerAnswer: Math.round(words / measured.length),
    fillers,
    fillersPerHundredWords: words > 0 ? Math.round((1_000 * fillers) / words) / 10 : 0,
    repeatedStarts: sum("repeated_starts"),
  };
}
