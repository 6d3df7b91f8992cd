import { useCallback, useEffect, useState } from "react";

import type { Problem } from "@/api/problem";
import { connecting } from "@/features/interview/conversation";
import { followSession, type SessionEvent } from "@/features/interview/event-stream";

export interface EventStream {
  /** Why it is not connected. */
  problem: Problem | null;
  /** It has given up, until `reconnect` is called, the network is back or the tab is looked at again. */
  isStopped: boolean;
  reconnect: () => void;
}

/** Follows a session's events while the page is open. */
export function useEventStream(
  sessionId: string,
  userId: string | null,
  dispatch: (event: SessionEvent) => void,
): EventStream {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [series, setSeries] = useState(0);
  const [failedSeries, setFailedSeries] = useState<string | null>(null);
  // Another user has other rights: the stream is opened again.
  const name = `${userId} ${series}`;
  const reconnect = useCallback(() => setSeries((count) => count + 1), []);

  useEffect(() => {
    const unmount = new AbortController();
    dispatch(connecting);
    void followSession(sessionId, dispatch, setProblem, unmount.signal).then(() => {
      if (!unmount.signal.aborted) setFailedSeries(name);
    });
    return () => unmount.abort();
  }, [sessionId, dispatch, name]);

  const isStopped = failedSeries === name;
  const mayReconnect = isStopped && problem?.retryable === true;
  useEffect(() => {
    if (!mayReconnect) return;
    const whenVisible = () => {
      if (document.visibilityState === "visible") reconnect();
    };
    window.addEventListener("online", reconnect);
    document.addEventListener("visibilitychange", whenVisible);
    return () => {
      window.removeEventListener("online", reconnect);
      document.removeEventListener("visibilitychange", whenVisible);
    };
  }, [mayReconnect, reconnect]);

  return { problem, isStopped, reconnect };
}
