import { useEffect, useState } from "react";

import type { Problem } from "@/api/problem";
import { retry } from "@/api/retry";
import { requestIntroduction } from "@/features/interview/introduction";

/** Requests the interviewer's first line until it is there. Returns why it is late, if it is. */
export function useIntroduction(sessionId: string, isMissing: boolean): Problem | null {
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (!isMissing) return;
    const unmount = new AbortController();
    retry(() => requestIntroduction(sessionId), { signal: unmount.signal, onProblem: setProblem }).catch(
      () => undefined,
    );
    return () => unmount.abort();
  }, [sessionId, isMissing]);
  return isMissing ? problem : null;
}
