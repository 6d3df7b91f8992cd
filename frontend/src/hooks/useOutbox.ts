/**
 * One message on its way. It is kept until the service has answered, and sent again under the same key after every
 * failure that may pass: a reload, a dead connection or a restarted server lose nothing and make no second turn.
 */
import { useCallback, useEffect, useRef, useState } from "react";

import { sleep } from "@/api/events";
import { Problem } from "@/api/problem";
import { read, write } from "@/lib/local";
import { sendMessage } from "@/services/api";

export interface Outgoing {
  key: string;
  text: string;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 10_000;

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
    const deliver = async () => {
      let wait = FIRST_WAIT;
      while (!stop.signal.aborted) {
        try {
          await sendMessage(sessionId, outgoing.text, outgoing.key);
          if (!stop.signal.aborted) done();
          return;
        } catch (error) {
          if (stop.signal.aborted) return;
          const failed = error instanceof Problem ? error : Problem.offline();
          setProblem(failed);
          // The message is kept: signing in again, or the button, sends it.
          if (failed.status === 401 || failed.code === "turn_stopped") return;
          if (!failed.retryable) {
            done();
            refused.current(outgoing.text, failed);
            return;
          }
          const online = new Promise((resolve) => window.addEventListener("online", resolve, { once: true }));
          await Promise.race([sleep((failed.retryAfter ?? 0) * 1_000 || wait, stop.signal), online]);
          wait = Math.min(wait * 2, LONGEST_WAIT);
        }
      }
    };
    void deliver();
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
