/** An interview as its pages show it: the conversation from the event stream, and what the user can do about it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";

import type { Problem } from "@/api/problem";
import { sessionKeys, sessionQuery } from "@/api/session-queries";
import type { Report, SessionStatus } from "@/api/types";
import { useAuth } from "@/auth/AuthProvider";
import { endInterview, resetInterview, stopTurn } from "@/features/interview/api";
import { conversationReducer, emptyConversation, type TurnData } from "@/features/interview/conversation";

import { useEventStream } from "./useEventStream";
import { useOutbox } from "./useOutbox";

/** `connecting` until the stream has told the session's status. */
export type InterviewPhase = "connecting" | "interviewing" | "writing_report" | "completed";

export function useInterviewSession(sessionId: string, onRefused: (text: string, problem: Problem) => void) {
  const { user, expiredUser } = useAuth();
  const queries = useQueryClient();
  const [conversation, dispatch] = useReducer(conversationReducer, emptyConversation);
  const stream = useEventStream(sessionId, user?.id ?? null, dispatch);
  const onAnswered = (data: TurnData) => dispatch({ name: "turn", id: null, data });
  const outbox = useOutbox(sessionId, user?.id ?? null, onAnswered, onRefused);
  const { acknowledge } = outbox;
  const accountId = (user ?? expiredUser)?.id ?? null;
  const session = useQuery(sessionQuery(sessionId, accountId));
  const [ownerId, setOwnerId] = useState(accountId);
  if (ownerId === null && accountId !== null) setOwnerId(accountId);
  const isRefused = [stream.problem, outbox.problem].some(
    (problem) => problem?.status === 401 || problem?.code === "session_not_found",
  );

  // The stream may tell of a reply before the request does: always when another tab or an earlier page sent it.
  useEffect(() => {
    for (const turn of conversation.turns) if (turn.state === "completed") acknowledge(turn.turnId);
  }, [conversation.turns, acknowledge]);

  // When the stream tells of another state, the fetched session and the lists that show it are out of date.
  const streamed = conversation.status === null ? null : stateOf(conversation.status, conversation.report);
  const fetched = session.data ? stateOf(session.data.status, session.data.final_summary) : null;
  useEffect(() => {
    if (streamed === null || fetched === null || streamed === fetched) return;
    void queries.invalidateQueries({ queryKey: sessionKeys.one(sessionId) });
    void queries.invalidateQueries({ queryKey: sessionKeys.lists });
  }, [streamed, fetched, queries, sessionId]);

  const end = useMutation({ mutationFn: () => endInterview(sessionId) });
  const stop = useMutation({ mutationFn: () => stopTurn(sessionId) });
  const reset = useMutation({
    mutationFn: () => resetInterview(sessionId),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionKeys.one(sessionId) }),
  });

  return {
    phase: phaseOf(conversation.status, conversation.report),
    /** The sign-in has ended: the interview stays on the page, and what is written waits for the next sign-in. */
    isSignedOut: isRefused && expiredUser !== null,
    /** It was another account's when the page was opened. */
    isForeign: accountId !== null && accountId !== ownerId,
    conversation,
    stream,
    session,
    outbox,
    end,
    stop,
    reset,
  };
}

const stateOf = (status: SessionStatus, report: Report | null): string => `${status} ${report?.status}`;

function phaseOf(status: SessionStatus | null, report: Report | null): InterviewPhase {
  if (status === null) return "connecting";
  if (status === "active" || status === "abandoned") return "interviewing";
  return report && report.status !== "generating" ? "completed" : "writing_report";
}
