import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";

import { errorMessage } from "@/api/problem";
import type { FeedbackItem } from "@/api/types";
import { Button } from "@/components/ui/button";
import { retryFeedback } from "@/features/interview/api";
import { TryAgain } from "@/features/interview/practice/components/TryAgain";

import { FeedbackDetails, headlineOf } from "./FeedbackDetails";

interface Props {
  sessionId: string;
  turnNo: number;
  /** Number of the question that can be tried again. */
  questionNo?: number | undefined;
  item: FeedbackItem | null;
  /** It is the latest: it opens by itself, and folds when the next one comes. */
  isLatest: boolean;
  /** The interviewer is still speaking: nothing may move below. */
  isHeld: boolean;
  /** Whether attempts at the question can be compared here. */
  offersComparison: boolean;
}

/** The coach's feedback on one answer: pending, ready or failed. Nothing where there is no answer to judge. */
export function FeedbackCard({ sessionId, turnNo, questionNo, item, isLatest, isHeld, offersComparison }: Props) {
  const retry = useMutation({ mutationFn: () => retryFeedback(sessionId, turnNo) });
  if (item?.status === "not_applicable") return null;
  if (!item || item.status === "pending" || isHeld || (item.status === "failed" && retry.isSuccess)) {
    return (
      <p className="min-h-11 rounded-xl border bg-card px-4 py-2.5 text-sm text-muted">{t`Reviewing your answer…`}</p>
    );
  }
  if (item.status === "failed") {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-xl border px-4 py-2 text-sm">
        <p className="me-auto">{retry.error ? errorMessage(retry.error) : t`We couldn’t review this answer.`}</p>
        <Button variant="secondary" disabled={retry.isPending} onClick={() => retry.mutate()}>
          {t`Try again`}
        </Button>
      </div>
    );
  }
  return (
    <details open={isLatest} className="group rounded-xl border bg-card text-sm">
      <summary className="flex min-h-11 cursor-pointer list-none items-baseline gap-2 px-4 py-2.5 [&::-webkit-details-marker]:hidden">
        <span aria-hidden className="transition-transform group-open:rotate-90 rtl:rotate-180 rtl:group-open:rotate-90">
          ▸
        </span>
        <span className="min-w-0">
          <span className="font-semibold">{t`Feedback`}</span>
          <span className="text-muted"> · </span>
          <span dir="auto" className="group-open:font-semibold">
            {headlineOf(item)}
          </span>
        </span>
      </summary>
      <FeedbackDetails item={item} headline={headlineOf(item)} />
      {questionNo === undefined ? null : (
        <div className="px-4 pb-4">
          <TryAgain question={{ sessionId, number: questionNo }} offersComparison={offersComparison} />
        </div>
      )}
    </details>
  );
}
