/**
 * The outbox: one message on its way. It is stored until the service has acknowledged it, and retried under the same
 * idempotency key, so that a reload, a dead connection or a restarted service neither loses it nor makes a second turn.
 */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Problem } from "@/api/problem";
import { retry } from "@/api/retry";
import { sendMessage } from "@/features/interview/api";
import { readJson, writeJson } from "@/lib/local-store";
import { outboxKey } from "@/lib/unsent";

export interface OutgoingMessage {
  /** The idempotency key, which becomes the turn's id. */
  key: string;
  text: string;
}

/** Not retried by itself, but kept: the next sign-in or the user's own retry sends it. */
const waitsForUser = ({ status, code }: Problem) => status === 401 || code === "turn_stopped";

export function useOutbox(sessionId: string, onRefused: (text: string, problem: Problem) => void) {
  const storageKey = outboxKey(sessionId);
  const [outgoing, setOutgoing] = useState(() => readJson<OutgoingMessage>(storageKey));
  const [problem, setProblem] = useState<Problem | null>(null);
  const latestOnRefused = useRef(onRefused);
  useEffect(() => {
    latestOnRefused.current = onRefused;
  }, [onRefused]);

  useEffect(() => {
    if (!outgoing) return;
    const unmount = new AbortController();
    const clear = () => {
      writeJson(storageKey, null);
      setOutgoing(null);
      setProblem(null);
    };
    retry(() => sendMessage(sessionId, outgoing.text, outgoing.key), {
      signal: unmount.signal,
      onProblem: setProblem,
      shouldRetry: (failure) => failure.retryable && !waitsForUser(failure),
    }).then(
      (answer) => {
        if (answer) clear();
      },
      (failure: Problem) => {
        if (waitsForUser(failure)) return;
        clear();
        latestOnRefused.current(outgoing.text, failure);
      },
    );
    return () => unmount.abort();
  }, [sessionId, outgoing, storageKey]);

  const send = useCallback(
    (text: string) => {
      const message = { key: crypto.randomUUID(), text };
      writeJson(storageKey, message);
      setProblem(null);
      setOutgoing(message);
    },
    [storageKey],
  );
  /** Sends the waiting message now. */
  const resend = useCallback(() => {
    setProblem(null);
    setOutgoing((current) => current && { ...current });
  }, []);
  /** The service has the turn: its message need not be sent any more. */
  const acknowledge = useCallback(
    (turnId: string) => {
      setOutgoing((current) => {
        if (current?.key !== turnId) return current;
        writeJson(storageKey, null);
        return null;
      });
    },
    [storageKey],
  );
  return { outgoing, problem, send, resend, acknowledge };
}
