import { client, unwrap } from "@/api/client";
import { sessionHeader } from "@/api/sessions";
import type { Report, ReportPart } from "@/api/types";

/** Asking for a report also resumes it when the process that was writing it has died. */
export const getReport = async (sessionId: string): Promise<Report> =>
  (await unwrap(client.GET("/agent/final_summary_status", { params: sessionHeader(sessionId) }))) as Report;

export const retryReportPart = (sessionId: string, part: ReportPart) =>
  unwrap(client.POST("/agent/retry_report", { params: sessionHeader(sessionId), body: { part } }));
