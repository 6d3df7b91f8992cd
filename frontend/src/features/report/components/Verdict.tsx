import type { ReportResults } from "@/api/types";

export const NOT_ENOUGH = "Not enough to score yet: answer at least two questions in a few sentences.";

/** The whole interview in one sentence, its score, and what to do next. */
export function Verdict({ results }: { results: ReportResults }) {
  const { overall_score: overall, verdict, actions = [], answers = 0, answers_judged: judged = 0 } = results;
  const hasScore = typeof overall === "number";
  return (
    <section aria-labelledby="verdict" className="space-y-4 rounded-xl border bg-card p-4 sm:p-6">
      <h2 id="verdict" className="sr-only">
        Verdict
      </h2>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        {hasScore ? (
          <p className="text-3xl font-bold">
            {overall.toLocaleString()} <span className="text-base font-normal text-muted">of 5</span>
          </p>
        ) : null}
        <div className="min-w-0 flex-1 basis-64 space-y-1">
          {verdict ? <p className="text-lg">{verdict}</p> : null}
          {hasScore ? (
            <p className="text-muted">
              Scored {judged} of {answers} {answers === 1 ? "answer" : "answers"}.
            </p>
          ) : results.checklist?.length ? (
            <p className="text-muted">
              Checked {judged} of {answers} {answers === 1 ? "answer" : "answers"}. Without an AI model there are no
              scores, only what can be seen in your words.
            </p>
          ) : verdict ? null : (
            <p className="text-lg">{NOT_ENOUGH}</p>
          )}
        </div>
      </div>
      {actions.length > 0 ? (
        <div className="space-y-2">
          <h3>Do this next</h3>
          <ol className="list-decimal space-y-1 ps-6">
            {actions.map((action) => (
              <li key={action}>{action}</li>
            ))}
          </ol>
        </div>
      ) : null}
    </section>
  );
}
