import { useEffect, useState } from "react";

import type { Problem } from "@/api/problem";
import { retry } from "@/api/retry";
import { requestIntroduction } from "@/features/interview/introduction";

export interface Introduction {
  /** Why the first line is late. */
  problem: Problem | null;
  /** It is not asked for any more, until `tryAgain` is called. */
  isStopped: boolean;
  tryAgain: () => void;
}

/** Asks for the interviewer's first line until it is there, or a series of tries has failed. */
export function useIntroduction(sessionId: string, isMissing: boolean): Introduction {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [series, setSeries] = useState(0);
  const [failedSeries, setFailedSeries] = useState<number | null>(null);
  useEffect(() => {
    if (!isMissing) return;
    const unmount = new AbortController();
    retry(() => requestIntroduction(sessionId), { signal: unmount.signal, onProblem: setProblem }).catch(
      (failure: Problem) => {
        setProblem(failure);
        setFailedSeries(series);
      },
    );
    return () => unmount.abort();
  }, [sessionId, isMissing, series]);
  return {
    problem: isMissing ? problem : null,
    isStopped: isMissing && failedSeries === series,
    tryAgain: () => setSeries((count) => count + 1),
  };
}
