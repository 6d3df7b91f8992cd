import { msg, t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { quality, type AnsweredQuestion } from "@/features/interview/questions";
import { showTurn } from "@/features/report/show-turn";

const bands = [
  { from: 0.65, word: msg({ message: "strong", comment: "How good an answer was" }), look: "border-good bg-good/15" },
  { from: 0.4, word: msg({ message: "fair", comment: "How good an answer was" }), look: "border-warn bg-warn/15" },
  { from: 0, word: msg({ message: "needs work", comment: "How good an answer was" }), look: "border-bad bg-bad/15" },
];

/** One cell for each answer, which leads to it. Colours repeat what the words below the numbers say. */
export function QuestionStrip({ questions }: { questions: AnsweredQuestion[] }) {
  return (
    <nav aria-labelledby="questions" className="no-print space-y-3">
      <h2 id="questions">{t`Question by question`}</h2>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] gap-2">
        {questions.map(({ turnNo, number, name, feedback }) => {
          const value = quality(feedback);
          const band = value === null ? null : bands.find(({ from }) => value >= from);
          return (
            <li key={turnNo}>
              <button
                type="button"
                onClick={() => showTurn(turnNo)}
                className={`min-h-14 w-full rounded-lg border-2 px-2 py-1 text-start hover:outline-2 hover:outline-primary ${band?.look ?? "border-border"}`}
              >
                <span className="sr-only">{t`${{ label: name }}:`} </span>
                <span aria-hidden className="block font-semibold">
                  {number}
                </span>
                <span className="block text-sm">{band ? i18n._(band.word) : t`not judged`}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
