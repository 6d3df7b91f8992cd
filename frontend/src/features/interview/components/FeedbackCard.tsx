import { useMutation } from "@tanstack/react-query";

import { errorMessage } from "@/api/problem";
import type { FeedbackItem, Score } from "@/api/types";
import { Button } from "@/components/ui/button";
import { retryFeedback } from "@/features/interview/api";
import { dimensionName } from "@/lib/dimension-name";

/** The coach's feedback on one answer: pending, ready or failed. */
export function FeedbackCard({
  sessionId,
  turnNo,
  item,
}: {
  sessionId: string;
  turnNo: number;
  item: FeedbackItem | null;
}) {
  const retry = useMutation({ mutationFn: () => retryFeedback(sessionId, turnNo) });
  if (!item || item.status === "pending" || (item.status === "failed" && retry.isSuccess)) {
    // As high as the feedback that replaces it, so that nothing below moves.
    return <p className="rounded-lg border bg-card p-3 text-sm text-muted">The coach is reading your answer…</p>;
  }
  if (item.status === "failed") {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-lg border p-3 text-sm">
        <p>{retry.error ? errorMessage(retry.error) : "The coach could not judge this answer."}</p>
        <Button variant="secondary" disabled={retry.isPending} onClick={() => retry.mutate()}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <details className="rounded-lg border bg-card p-3 text-sm">
      <summary className="cursor-pointer font-semibold">Coach's feedback</summary>
      <div className="mt-2 space-y-3">
        <Points title="What worked" items={item.worked} />
        <Points title="What to change" items={item.to_change} />
        {item.worked.length + item.to_change.length === 0 && item.feedback ? <p>{item.feedback}</p> : null}
        <ScoreReasons scores={item.scores} />
      </div>
    </details>
  );
}

/** Each score with its reason and the quotes that support it. */
function ScoreReasons({ scores }: { scores: Score[] }) {
  if (scores.length === 0) return null;
  return (
    <>
      <ul className="flex flex-wrap gap-2">
        {scores.map(({ dimension, score }) => (
          <li key={dimension} className="rounded-full border px-3 py-1">
            {dimensionName(dimension)}: {typeof score === "number" ? `${score} of 5` : "–"}
          </li>
        ))}
      </ul>
      <details>
        <summary className="cursor-pointer font-semibold">Why these scores</summary>
        <ul className="mt-2 space-y-2">
          {scores.map(({ dimension, reason, evidence }) => (
            <li key={dimension}>
              <span className="font-semibold">{dimensionName(dimension)}:</span> {reason}
              {evidence.map(({ quote }) => (
                <blockquote key={quote} className="mt-1 border-l-4 border-primary pl-3">
                  “{quote}”
                </blockquote>
              ))}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Points({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <div>
      <p className="font-semibold">{title}</p>
      <ul className="list-disc pl-5">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );
}
