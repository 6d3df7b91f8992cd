import { useQueries } from "@tanstack/react-query";

import { guestSessions } from "@/lib/guest-sessions";
import { session, type SessionSummary, type WholeSession } from "@/api/service";

/** What this browser began as a guest, as the service would list it. */
export function useGuestSessions(enabled: boolean): { sessions: SessionSummary[]; isLoading: boolean } {
  const found = useQueries({
    queries: guestSessions().map((id) => ({
      queryKey: ["session", id, null],
      queryFn: () => session(id),
      retry: false,
      // A list is as fresh as the moment it is opened.
      staleTime: 0,
      enabled,
    })),
  });
  return {
    sessions: found.flatMap(({ data }) => (data ? [summaryOf(data)] : [])),
    isLoading: found.some(({ isLoading }) => isLoading),
  };
}

export function summaryOf(one: WholeSession): SessionSummary {
  const results = one.final_summary?.results;
  const judged = (results?.dimension_scores ?? []).flatMap(({ dimension, score }) =>
    typeof score === "number" ? [[dimension, score] as const] : [],
  );
  const { job_role = null, company_name = null, style = null, difficulty = null } = one.session_config;
  const { session_id, status, session_stats, created_at, updated_at } = one;
  return {
    session_id,
    status,
    job_role,
    company_name,
    style,
    difficulty,
    session_stats,
    overall_score: results?.overall_score ?? null,
    scores_by_dimension: Object.fromEntries(judged),
    coach: results?.coach ?? null,
    rubric_version: results?.rubric_version ?? null,
    created_at,
    updated_at,
  };
}
