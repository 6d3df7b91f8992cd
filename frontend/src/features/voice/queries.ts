import { queryOptions } from "@tanstack/react-query";

import { getSpeechUsage } from "./api";

/** `userId` is part of the key: guests may be offered less. */
export const speechUsageQuery = (sessionId: string, userId: string | null) =>
  queryOptions({
    queryKey: ["speech-usage", sessionId, userId],
    queryFn: () => getSpeechUsage(sessionId),
    staleTime: 300_000,
  });
