import { queryOptions } from "@tanstack/react-query";

import { getTimeRemaining } from "./api";

const REFETCH_MS = 15_000;

export const timeRemainingQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["time-remaining", sessionId],
    queryFn: () => getTimeRemaining(sessionId),
    // After a failed series the next look at the page asks again.
    refetchInterval: ({ state }) => (state.status === "error" ? false : REFETCH_MS),
  });
