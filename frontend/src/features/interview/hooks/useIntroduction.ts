import { useEffect, useState } from "react";

import type { Problem } from "@/api/problem";
import { untilDone } from "@/api/retry";
import { startInterview } from "@/api/service";

/** Introductions that are being asked for, so that the page that shows one joins whoever asked first. */
const asked = new Map<string, Promise<unknown>>();

export function askForIntroduction(sessionId: string): Promise<unknown> {
  const known = asked.get(sessionId);
  if (known) return known;
  const call = startInterview(sessionId).finally(() => asked.delete(sessionId));
  asked.set(sessionId, call);
  return call;
}

/** Asks for the interviewer's first line until it is there; why it is not, meanwhile. The events bring the line. */
export function useIntroduction(sessionId: string, isMissing: boolean): Problem | null {
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (!isMissing) return;
    const stop = new AbortController();
    untilDone(() => askForIntroduction(sessionId), { signal: stop.signal, onProblem: setProblem }).catch(
      () => undefined,
    );
    return () => stop.abort();
  }, [sessionId, isMissing]);
  return isMissing ? problem : null;
}
