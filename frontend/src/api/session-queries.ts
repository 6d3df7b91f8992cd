/** Query keys of sessions. Several features show a session, so the keys stand here, where all of them can invalidate. */
import { queryOptions } from "@tanstack/react-query";

import { getSession } from "./sessions";

export const sessionKeys = {
  /** One session, whoever asks for it. */
  one: (sessionId: string) => ["session", sessionId] as const,
  /** Every list of sessions. */
  lists: ["sessions"] as const,
};

/** `userId` is part of the key: another user has other rights to the same session. */
export const sessionQuery = (sessionId: string, userId: string | null) =>
  queryOptions({
    queryKey: [...sessionKeys.one(sessionId), userId],
    queryFn: () => getSession(sessionId),
  });
