/** An interview as the page shows it: what was said, what is being said, what is on its way. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";

import { followSession } from "@/features/interview/event-stream";
import type { Problem } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { emptyConversation, heard } from "@/features/interview/conversation";
import * as api from "@/api/service";

import { useOutbox } from "./useOutbox";

export type InterviewState = "idle" | "configuring" | "interviewing" | "reviewing_feedback" | "completed";

export function useInterviewSession(sessionId: string | null, onRefused: (text: string, problem: Problem) => void) {
  const { user } = useAuth();
  const queries = useQueryClient();
  const [conversation, dispatch] = useReducer(heard, emptyConversation);
  const [connection, setConnection] = useState<Problem | null>(null);
  const outbox = useOutbox(sessionId, onRefused);
  const { settle } = outbox;
  const userId = user?.id ?? null;

  const session = useQuery({
    queryKey: ["session", sessionId, userId],
    queryFn: () => api.session(sessionId ?? ""),
    enabled: sessionId !== null,
    retry: (count, error) => count < 3 && (error as Problem).retryable,
  });

  useEffect(() => {
    if (!sessionId) return;
    const stop = new AbortController();
    dispatch({ name: "connecting", id: null, data: null });
    void followSession(sessionId, dispatch, setConnection, stop.signal);
    return () => stop.abort();
    // A new principal has other rights: the stream is opened anew.
  }, [sessionId, userId]);

  // The stream told of the reply before the request did, as it does when another tab or an earlier page sent it.
  useEffect(() => {
    for (const turn of conversation.turns) if (turn.state === "completed") settle(turn.turnId);
  }, [conversation.turns, settle]);

  // What was fetched of the session, and lists that show it, may be older than what the stream tells.
  const told = conversation.status === null ? null : `${conversation.status} ${conversation.summary?.status}`;
  const fetched = session.data ? `${session.data.status} ${session.data.final_summary?.status}` : null;
  useEffect(() => {
    if (told === null || fetched === null || told === fetched) return;
    void queries.invalidateQueries({ queryKey: ["session", sessionId] });
    void queries.invalidateQueries({ queryKey: ["sessions"] });
  }, [told, fetched, queries, sessionId]);

  const end = useMutation({ mutationFn: () => api.endInterview(sessionId ?? "") });
  const stop = useMutation({ mutationFn: () => api.stopTurn(sessionId ?? "") });

  const reset = useMutation({
    mutationFn: () => api.resetInterview(sessionId ?? ""),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["session", sessionId] }),
  });

  return {
    state: stateOf(sessionId, conversation.status, conversation.summary),
    conversation,
    connection,
    session,
    outbox,
    end,
    stop,
    reset,
  };
}

function stateOf(sessionId: string | null, status: string | null, summary: api.Summary | null): InterviewState {
  if (!sessionId) return "configuring";
  if (status === null) return "idle";
  if (status === "active" || status === "abandoned") return "interviewing";
  return summary && summary.status !== "generating" ? "completed" : "reviewing_feedback";
}
