/** From other interviews: a question with its answer, now and then with a follow-up. */
const MINUTES_PER_QUESTION = 2;

export const minutesFor = (questions: number): string => `about ${questions * MINUTES_PER_QUESTION} min`;
export const questionsFor = (minutes: number): string => {
  const count = Math.max(1, Math.round(minutes / MINUTES_PER_QUESTION));
  return count === 1 ? "about 1 question" : `about ${count} questions`;
};
