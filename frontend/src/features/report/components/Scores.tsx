import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import { quoted } from "@/lib/quoted";
import type { ReportResults, Score } from "@/api/types";
import { Button } from "@/components/ui/button";
import { nameOfTurn, type AnsweredQuestion } from "@/features/interview/questions";
import { showTurn } from "@/features/report/show-turn";
import { dimensionName } from "@/lib/dimension-name";

import { ChecklistTotals } from "./ChecklistTotals";
import { RadarChart } from "./RadarChart";
import { notEnough } from "./Verdict";

interface Props {
  results: ReportResults;
  questions: AnsweredQuestion[];
}

/** Scores with the quotes that support them; a checklist where the coach gives no scores. */
export function Scores({ results, questions }: Props) {
  const scores = results.dimension_scores ?? [];
  if (results.checklist?.length) return <ChecklistTotals totals={results.checklist} questions={questions} />;
  if (!scores.some(({ score }) => typeof score === "number")) return <p>{notEnough()}</p>;
  return (
    <div className="space-y-4">
      <div className="grid items-center gap-6 md:grid-cols-2">
        <RadarChart scores={scores} />
        <ScoreTable scores={scores} />
      </div>
      <p className="text-sm text-muted">{t`The coach reads your words. It can’t see you, hear your tone or check facts.`}</p>
      <ul className="grid gap-3 md:grid-cols-2">
        {scores.map((score) => (
          <li key={score.dimension} className="space-y-2 rounded-xl border bg-card p-4">
            <h3>{dimensionName(score.dimension)}</h3>
            <p dir="auto">{score.reason}</p>
            {score.evidence.map(({ turn_no, quote }) => (
              <blockquote key={`${turn_no}-${quote}`} dir="auto" className="border-s-4 border-primary ps-3">
                <p>{quoted(quote)}</p>
                <p className="hidden text-sm text-muted print:block">{nameOfTurn(questions, turn_no)}</p>
                <Button
                  variant="ghost"
                  hidden={!questions.some(({ turnNo }) => turnNo === turn_no)}
                  className="no-print -ms-3 text-sm underline sm:-ms-4 [&[hidden]]:hidden"
                  onClick={() => showTurn(turn_no)}
                >
                  {nameOfTurn(questions, turn_no)}
                </Button>
              </blockquote>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

function ScoreTable({ scores }: { scores: Score[] }) {
  return (
    <table className="w-full text-start">
      <caption className="sr-only">{t`Scores by dimension, out of ${{ max: formatNumber(5) }}`}</caption>
      <thead>
        <tr>
          <th scope="col" className="py-1 pe-3 text-start">
            {t`Dimension`}
          </th>
          <th scope="col" className="w-24 py-1 text-start">
            {t`Score`}
          </th>
        </tr>
      </thead>
      <tbody>
        {scores.map((score) => (
          <tr key={score.dimension} className="border-t">
            <th scope="row" className="py-2 pe-3 text-start font-normal">
              {dimensionName(score.dimension)}
            </th>
            <td className="py-2">
              <ScoreBar score={score} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ScoreBar({ score }: { score: Score }) {
  const value = score.score ?? null;
  if (value === null) return <span className="text-muted">{t`not judged`}</span>;
  return (
    <span className="flex items-center gap-2">
      <span className="h-3 w-16 overflow-hidden rounded bg-border forced-colors:border" aria-hidden>
        <span
          className="block h-3 bg-primary forced-colors:bg-[CanvasText]"
          style={{ width: `${(value / 5) * 100}%` }}
        />
      </span>
      {formatNumber(value)}
    </span>
  );
}
