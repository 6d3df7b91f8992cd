/** The answers that a report points to. */
import type { ReportResults } from "@/api/types";
import { quality, type AnsweredQuestion } from "@/features/interview/questions";

export interface Moments {
  best: AnsweredQuestion | undefined;
  weakest: AnsweredQuestion | undefined;
}

/** Those that the coach named, else the ones that were judged best and worst. None where all were as good. */
export function moments(results: ReportResults, questions: AnsweredQuestion[]): Moments {
  const named = (turnNo: number | null | undefined) => questions.find((one) => one.turnNo === turnNo);
  const judged = questions
    .flatMap((one) => {
      const value = quality(one.feedback);
      return value === null ? [] : [{ one, value }];
    })
    .toSorted((a, b) => b.value - a.value);
  const first = judged[0];
  const last = judged.at(-1);
  const differ = first && last && first.value > last.value;
  const best = named(results.best_turn) ?? (differ ? first.one : undefined);
  const weakest = named(results.weakest_turn) ?? (differ ? last.one : undefined);
  return best === weakest ? { best, weakest: undefined } : { best, weakest };
}
