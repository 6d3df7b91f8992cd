import { useMutation } from "@tanstack/react-query";

import { detailOf } from "@/api/problem";
import { dimensionName } from "@/lib/report";
import { retryFeedback, type FeedbackItem } from "@/services/api";

import { Button } from "./ui/button";

/** The coach's word on one answer: on its way, there, or failed. */
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
    return <p className="min-h-6 text-sm text-muted">The coach is reading your answer…</p>;
  }
  if (item.status === "failed") {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-lg border p-3 text-sm">
        <p>{retry.error ? detailOf(retry.error) : "The coach could not judge this answer."}</p>
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
        <ul className="flex flex-wrap gap-2">
          {item.scores.map((score) => (
            <li key={score.dimension} className="rounded-full border px-3 py-1">
              {dimensionName(score.dimension)}:{" "}
              {score.score === null || score.score === undefined ? "–" : `${score.score} of 5`}
            </li>
          ))}
        </ul>
      </div>
    </details>
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
