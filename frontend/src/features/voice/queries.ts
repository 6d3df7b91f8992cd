import { queryOptions } from "@tanstack/react-query";

import { getSpeechUsage } from "./api";

export const speechUsageQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["speech-usage", sessionId],
    queryFn: () => getSpeechUsage(sessionId),
    staleTime: 300_000,
  });
