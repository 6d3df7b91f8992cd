import { t } from "@lingui/core/macro";
import { metOf } from "@/features/report/met-of";
import { scoreOutOfFive } from "@/lib/i18n/format";
import type { ReportResults } from "@/api/types";

export const notEnough = () => t`Not enough to score yet: answer at least two questions in a few sentences.`;

/** The whole interview in one sentence, its score, and what to do next. */
export function Verdict({ results }: { results: ReportResults }) {
  const { overall_score: overall, verdict, actions = [], answers = 0, answers_judged: judged = 0 } = results;
  const hasScore = typeof overall === "number";
  return (
    <section aria-labelledby="verdict" className="space-y-4 rounded-xl border bg-card p-4 sm:p-6">
      <h2 id="verdict" className="sr-only">
        {t`Verdict`}
      </h2>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        {hasScore ? <p className="text-3xl font-bold">{scoreOutOfFive(overall)}</p> : null}
        <div className="min-w-0 flex-1 basis-64 space-y-1">
          {verdict ? (
            <p dir="auto" className="text-lg">
              {verdict}
            </p>
          ) : null}
          {hasScore ? (
            <p className="text-muted">{t`Scored: ${{ part: metOf(judged, answers) }}.`}</p>
          ) : results.checklist?.length ? (
            <p className="text-muted">
              {t`Checked: ${{ part: metOf(judged, answers) }}. Without an AI model there are no scores, only what can be seen in your words.`}
            </p>
          ) : verdict ? null : (
            <p className="text-lg">{notEnough()}</p>
          )}
        </div>
      </div>
      {actions.length > 0 ? (
        <div className="space-y-2">
          <h3>{t`Do this next`}</h3>
          <ol className="list-decimal space-y-1 ps-6">
            {actions.map((action) => (
              <li key={action}>
                <bdi>{action}</bdi>
              </li>
            ))}
          </ol>
        </div>
      ) : null}
    </section>
  );
}
