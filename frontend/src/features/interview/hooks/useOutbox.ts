/**
 * The outbox: one message on its way. It is stored until the service has acknowledged it, and retried under the same
 * idempotency key, so that a reload, a dead connection or a restarted service neither loses it nor makes a second turn.
 */
import { useCallback, useEffect, useRef, useState } from "react";

import type { Problem } from "@/api/problem";
import { retry } from "@/api/retry";
import { sendMessage } from "@/features/interview/api";
import type { TurnData } from "@/features/interview/conversation";
import type { SpeechTiming } from "@/features/voice/speech-clock";
import { readJson, writeJson } from "@/lib/local-store";
import { outboxKey } from "@/lib/unsent";

export interface OutgoingMessage {
  /** The idempotency key, which becomes the turn's id. */
  key: string;
  text: string;
  /** How it was spoken; not of messages that were typed. */
  speechTiming?: SpeechTiming | null;
}

/** It may be taken when its writer is signed in again, or asks for it. */
const MAY_BE_TAKEN_LATER = ["session_not_found", "turn_stopped"];

/** The service will never take this message; it is the writer's again. Every other failure keeps it in the outbox. */
const isRefusal = ({ status, code, retryable, isForOperator }: Problem) =>
  !retryable && status >= 400 && status < 500 && status !== 401 && !MAY_BE_TAKEN_LATER.includes(code) && !isForOperator;

/**
 * `userId`: who sends. Each sign-in sends the waiting message again. `onAnswered`: before the message leaves the outbox;
 * the event stream of another instance tells of the turn later.
 */
export function useOutbox(
  sessionId: string,
  userId: string | null,
  onAnswered: (turn: TurnData) => void,
  onRefused: (text: string, problem: Problem) => void,
) {
  const storageKey = outboxKey(sessionId);
  const [outgoing, setOutgoing] = useState(() => readJson<OutgoingMessage>(storageKey));
  const [problem, setProblem] = useState<Problem | null>(null);
  /** The message of a series of tries that has failed. */
  const [failed, setFailed] = useState<OutgoingMessage | null>(null);
  const isStopped = outgoing !== null && failed === outgoing;
  // What one user was refused says nothing about the next.
  const [sender, setSender] = useState(userId);
  if (sender !== userId) {
    setSender(userId);
    setProblem(null);
    setFailed(null);
  }
  const latest = useRef({ onAnswered, onRefused });
  useEffect(() => {
    latest.current = { onAnswered, onRefused };
  });

  useEffect(() => {
    if (!outgoing) return;
    const unmount = new AbortController();
    const clear = () => {
      writeJson(storageKey, null);
      setOutgoing(null);
      setProblem(null);
    };
    retry(() => sendMessage(sessionId, outgoing), {
      signal: unmount.signal,
      onProblem: setProblem,
      // A turn that its candidate has stopped is taken up again by the candidate alone.
      shouldRetry: ({ retryable, code }) => retryable && code !== "turn_stopped",
    }).then(
      (turn) => {
        if (!turn) return;
        // A proxy may keep the header back that numbers it.
        if (turn.turn_no > 0) latest.current.onAnswered(turn);
        clear();
      },
      (failure: Problem) => {
        if (isRefusal(failure)) {
          clear();
          latest.current.onRefused(outgoing.text, failure);
        } else {
          setProblem(failure);
          setFailed(outgoing);
        }
      },
    );
    return () => unmount.abort();
  }, [sessionId, userId, outgoing, storageKey]);

  const send = useCallback(
    (text: string, speechTiming: SpeechTiming | null) => {
      const message = { key: crypto.randomUUID(), text, speechTiming };
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
  // What never reached the service cost nothing: it is sent by itself when the network is back.
  const waitsForNetwork = isStopped && problem?.status === 0;
  useEffect(() => {
    if (!waitsForNetwork) return;
    window.addEventListener("online", resend);
    return () => window.removeEventListener("online", resend);
  }, [waitsForNetwork, resend]);
  /** The service has the turn: its message need not be sent any more. */
  const acknowledge = useCallback(
    (turnId: string) => {
      setOutgoing((current) => {
        if (current?.key !== turnId) return current;
        writeJson(storageKey, null);
        setProblem(null);
        return null;
      });
    },
    [storageKey],
  );
  return {
    outgoing,
    /** Why the message has not been sent. */
    problem: outgoing ? problem : null,
    /** It is not sent any more, until `resend` is called. */
    isStopped,
    send,
    resend,
    acknowledge,
  };
}
