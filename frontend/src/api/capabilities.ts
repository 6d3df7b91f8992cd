import { queryOptions } from "@tanstack/react-query";

import { client, unwrap } from "@/api/client";

/**
 * Who interviews and coaches, in which languages, and who gets what of an interview. It changes with a restart, and from
 * user to user: guests may be offered less.
 */
export const capabilitiesQuery = (userId: string | null) =>
  queryOptions({
    queryKey: ["capabilities", userId],
    queryFn: () => unwrap(client.GET("/capabilities")),
    staleTime: Infinity,
  });
