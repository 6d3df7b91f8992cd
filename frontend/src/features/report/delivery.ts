/** How answers were given, over a whole interview. */
import type { AnsweredQuestion } from "@/features/interview/questions";

export interface DeliveryTotals {
  answers: number;
  wordsPerAnswer: number;
  fillers: number;
  fillersPerHundredWords: number;
  repeatedStarts: number;
  /** Of all that was said, from 0 to 1. */
  talkShare: number;
  /** Of the answers that were spoken; `null` where none was. */
  spoken: SpokenTotals | null;
}

export interface SpokenTotals {
  /** `null` where too little was said to tell. */
  wordsPerMinute: number | null;
  pauses: number;
  longestPauseSeconds: number;
}

/** `null` where nothing was measured. */
export function deliveryTotals(questions: AnsweredQuestion[]): DeliveryTotals | null {
  const measured = questions.flatMap(({ feedback }) => feedback?.delivery ?? []);
  if (measured.length === 0) return null;
  const words = sum(measured, (delivery) => delivery.words);
  const fillers = sum(measured, (delivery) => delivery.fillers);
  const answered = sum(questions, ({ answer }) => answer.length);
  const asked = sum(questions, ({ question }) => question.length);
  return {
    answers: measured.length,
    wordsPerAnswer: Math.round(words / measured.length),
    fillers,
    fillersPerHundredWords: words > 0 ? Math.round((1_000 * fillers) / words) / 10 : 0,
    repeatedStarts: sum(measured, (delivery) => delivery.repeated_starts),
    talkShare: answered / Math.max(1, answered + asked),
    spoken: spokenTotals(measured),
  };
}

type Measured = NonNullable<NonNullable<AnsweredQuestion["feedback"]>["delivery"]>;

function spokenTotals(measured: Measured[]): SpokenTotals | null {
  const spoken = measured.flatMap((delivery) => (delivery.spoken ? { ...delivery.spoken, words: delivery.words } : []));
  if (spoken.length === 0) return null;
  const paced = spoken.filter(({ words_per_minute }) => words_per_minute != null);
  const seconds = sum(paced, (answer) => answer.seconds);
  return {
    wordsPerMinute: seconds > 0 ? Math.round((60 * sum(paced, ({ words }) => words)) / seconds) : null,
    pauses: sum(spoken, ({ pauses }) => pauses),
    longestPauseSeconds: Math.max(...spoken.map(({ longest_pause_seconds }) => longest_pause_seconds)),
  };
}

function sum<T>(items: T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
