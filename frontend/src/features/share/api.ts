/** Requests about links to reports. Failures are thrown as `Problem`s. */
import { queryOptions } from "@tanstack/react-query";

import { client, endpoint, send, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import type { components } from "@/api/schema";
import { sessionKeys } from "@/api/session-queries";
import { sessionHeader } from "@/api/sessions";
import type { ReportResults } from "@/api/types";

type Schemas = components["schemas"];
export type Share = Schemas["Share"];
export type SharedReport = Omit<Schemas["ReadReport"], "report"> & { report: ReportResults };

export interface ShareOptions {
  expires_in_days: number;
  include_answers: boolean;
  candidate_name?: string;
}

export const shareReport = (sessionId: string, body: ShareOptions) =>
  unwrap(client.POST("/agent/shares", { params: sessionHeader(sessionId), body }));

export const revokeShare = (sessionId: string, share_id: string) =>
  unwrap(client.DELETE("/agent/shares/{share_id}", { params: { ...sessionHeader(sessionId), path: { share_id } } }));

/** The links to a session's report that still work. */
export const sharesQuery = (sessionId: string) =>
  queryOptions({
    queryKey: [...sessionKeys.one(sessionId), "shares"],
    queryFn: () => unwrap(client.GET("/agent/shares", { params: sessionHeader(sessionId) })),
    staleTime: 0,
  });

/** What a link shows. Asked for without the reader's own token: it is nobody's business who reads. */
export const sharedReportQuery = (token: string) =>
  queryOptions({
    queryKey: ["shared", token],
    queryFn: async () => {
      const response = await send(endpoint(`/shared/${encodeURIComponent(token)}`), {
        headers: { accept: "application/json" },
        credentials: "omit",
      });
      if (!response.ok) throw await Problem.fromResponse(response);
      return (await response.json()) as SharedReport;
    },
    retry: false,
  });
