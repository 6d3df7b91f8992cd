/**
 * One message on its way. It is kept until the service has answered, and sent again under the same key after every
 * failure that may pass: a reload, a dead connection or a restarted server lose nothing and make no second turn.
 */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Problem } from "@/api/problem";
import { untilDone } from "@/api/retry";
import { read, write } from "@/lib/local-store";
import { sendMessage } from "@/api/service";

export interface Outgoing {
  key: string;
  text: string;
}

/** Signing in again, or the button, sends it. */
const isKept = ({ status, code }: Problem) => status === 401 || code === "turn_stopped";

export function useOutbox(sessionId: string | null, onRefused: (text: string, problem: Problem) => void) {
  const name = `outbox:${sessionId}`;
  const [outgoing, setOutgoing] = useState<Outgoing | null>(() => (sessionId ? read<Outgoing>(name) : null));
  const [problem, setProblem] = useState<Problem | null>(null);
  const refused = useRef(onRefused);
  useEffect(() => {
    refused.current = onRefused;
  }, [onRefused]);

  useEffect(() => {
    if (!sessionId || !outgoing) return;
    const stop = new AbortController();
    const done = () => {
      write(name, null);
      setOutgoing(null);
      setProblem(null);
    };
    untilDone(() => sendMessage(sessionId, outgoing.text, outgoing.key), {
      signal: stop.signal,
      onProblem: setProblem,
      isFinal: (failed) => !failed.retryable || isKept(failed),
    }).then(
      (sent) => {
        if (sent) done();
      },
      (failed: Problem) => {
        if (isKept(failed)) return;
        done();
        refused.current(outgoing.text, failed);
      },
    );
    return () => stop.abort();
  }, [sessionId, outgoing, name]);

  const send = useCallback(
    (text: string) => {
      const next = { key: crypto.randomUUID(), text };
      write(name, next);
      setProblem(null);
      setOutgoing(next);
    },
    [name],
  );
  /** Sends what is still there once more. */
  const again = useCallback(() => {
    setProblem(null);
    setOutgoing((current) => current && { ...current });
  }, []);
  /** The turn is known to the service: nothing is left to send. */
  const settle = useCallback(
    (turnId: string) => {
      setOutgoing((current) => {
        if (current?.key !== turnId) return current;
        write(name, null);
        return null;
      });
    },
    [name],
  );
  return { outgoing, problem, send, again, settle };
}
