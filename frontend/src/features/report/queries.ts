import { queryOptions } from "@tanstack/react-query";

import { getReport } from "./api";

const REFETCH_MS = 5_000;
/** After so many answers the user decides: asking may make the service write again, which may cost money. */
const MAX_POLLS = 24;

export const reportQuery = (sessionId: string) =>
  queryOptions({
    queryKey: ["report", sessionId],
    queryFn: () => getReport(sessionId),
    // The next poll is the retry.
    retry: false,
    refetchInterval: ({ state }) => (state.dataUpdateCount + state.errorUpdateCount < MAX_POLLS ? REFETCH_MS : false),
  });
