import { queryOptions } from "@tanstack/react-query";

import { getReport } from "./api";

const REFETCH_MS = 5_000;

export const reportQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["report", sessionId],
    queryFn: () => getReport(sessionId),
    refetchInterval: REFETCH_MS,
  });
