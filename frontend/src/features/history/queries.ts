import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { sessionKeys, sessionQuery } from "@/api/session-queries";
import { getSession, listSessions, type SessionFilter } from "@/api/sessions";

const PAGE_SIZE = 50;
/** More attempts would be a crowd, not a line. */
const MAX_ATTEMPTS = 50;
/** Practices of a question may have been begun since the interview. */
const MAX_UNFINISHED = 10;

/** The signed-in user's sessions, page by page. */
export const historyQuery = (filter: SessionFilter) =>
  infiniteQueryOptions({
    queryKey: [...sessionKeys.lists, "history", filter],
    queryFn: ({ pageParam }) => listSessions(filter, PAGE_SIZE, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
  });

export const completedSessionsQuery = (userId: string | null) =>
  queryOptions({
    queryKey: [...sessionKeys.lists, "completed", userId],
    queryFn: () => listSessions({ status: "completed" }, MAX_ATTEMPTS),
    enabled: userId !== null,
  });

/** A session that this browser began as a guest. */
export const guestSessionQuery = (sessionId: string, enabled: boolean) =>
  queryOptions({
    ...sessionQuery(sessionId, null),
    retry: false,
    // A list is as fresh as the moment it is opened.
    staleTime: 0,
    enabled,
  });

/** The latest interview that was not ended: the user's, or the guest session `guestSessionId`. */
export const unfinishedInterviewQuery = (userId: string | null, guestSessionId: string | undefined) =>
  queryOptions({
    queryKey: [...sessionKeys.lists, "unfinished", userId ?? guestSessionId],
    queryFn: async () => {
      if (userId) {
        const { sessions } = await listSessions({ status: "active" }, MAX_UNFINISHED);
        return sessions.find(({ practice }) => !practice) ?? null;
      }
      const { session_id, status, session_config } = await getSession(guestSessionId ?? "");
      return status === "active" && !session_config.practice ? { session_id, job_role: session_config.job_role } : null;
    },
    enabled: userId !== null || guestSessionId !== undefined,
    retry: false,
  });
