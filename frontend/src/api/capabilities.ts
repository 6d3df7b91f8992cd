import { queryOptions } from "@tanstack/react-query";

import { client, unwrap } from "@/api/client";

/** Who interviews and coaches, in which languages, and who gets what of an interview. It changes with a restart only. */
export const capabilitiesQuery = queryOptions({
  queryKey: ["capabilities"],
  queryFn: () => unwrap(client.GET("/capabilities")),
  staleTime: Infinity,
});
