import type { ReportResults, Score } from "@/api/types";
import { Button } from "@/components/ui/button";
import { dimensionName } from "@/lib/dimension-name";

import { RadarChart } from "./RadarChart";

/** Each score with the quotes that support it; a quote leads to its turn in the conversation. */
export function Scores({ results }: { results: ReportResults }) {
  const scores = results.dimension_scores ?? [];
  const overall = results.overall_score;
  return (
    <div className="space-y-4">
      <p className="text-lg">
        {typeof overall === "number" ? (
          <>
            Overall <strong>{overall} of 5</strong>
          </>
        ) : (
          "No overall score: too little of what was said could be judged."
        )}{" "}
        <span className="text-muted">
          from {results.answers_judged ?? 0} of {results.answers ?? 0} {results.answers === 1 ? "answer" : "answers"}
          {results.coach ? `, by ${results.coach === "offline" ? "the offline coach" : results.coach}` : ""}
        </span>
      </p>
      <div className="grid items-center gap-6 md:grid-cols-2">
        <RadarChart scores={scores} />
        <table className="w-full text-left">
          <caption className="sr-only">Scores by dimension, of 5</caption>
          <thead>
            <tr>
              <th scope="col" className="py-1 pr-3">
                Dimension
              </th>
              <th scope="col" className="w-24 py-1">
                Score
              </th>
            </tr>
          </thead>
          <tbody>
            {scores.map((score) => (
              <tr key={score.dimension} className="border-t">
                <th scope="row" className="py-2 pr-3 font-normal">
                  {dimensionName(score.dimension)}
                </th>
                <td className="py-2">
                  <ScoreBar score={score} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="grid gap-3 md:grid-cols-2">
        {scores.map((score) => (
          <li key={score.dimension} className="space-y-2 rounded-xl border bg-card p-4">
            <h3>{dimensionName(score.dimension)}</h3>
            <p>{score.reason}</p>
            {score.evidence.map((evidence) => (
              <blockquote key={`${evidence.turn_no}-${evidence.quote}`} className="border-l-4 border-primary pl-3">
                <p>“{evidence.quote}”</p>
                <Button variant="ghost" className="no-print -ml-4 text-sm" onClick={() => showTurn(evidence.turn_no)}>
                  Show in the conversation
                </Button>
              </blockquote>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

function showTurn(turnNo: number) {
  const turn = document.getElementById(`turn-${turnNo}`);
  turn?.scrollIntoView();
  turn?.focus({ preventScroll: true });
}

function ScoreBar({ score }: { score: Score }) {
  const value = score.score ?? null;
  if (value === null) return <span className="text-muted">not judged</span>;
  return (
    <span className="flex items-center gap-2">
      <span className="h-3 w-16 rounded bg-border" aria-hidden>
        <span className="block h-3 rounded bg-primary" style={{ width: `${(value / 5) * 100}%` }} />
      </span>
      {value}
    </span>
  );
}
