import { useQueries } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import type { Session, SessionSummary } from "@/api/types";
import { guestSessionQuery } from "@/features/history/queries";
import { guestSessionIds, subscribeToGuestSessions } from "@/lib/guest-sessions";

/** The sessions that this browser began as a guest, in the form of the service's own list. */
export function useGuestSessions(enabled: boolean): { sessions: SessionSummary[]; isLoading: boolean } {
  const ids = useSyncExternalStore(subscribeToGuestSessions, guestSessionIds);
  const results = useQueries({ queries: ids.map((id) => guestSessionQuery(id, enabled)) });
  return {
    sessions: results.flatMap(({ data }) => (data ? [toSummary(data)] : [])),
    isLoading: results.some(({ isLoading }) => isLoading),
  };
}

function toSummary(session: Session): SessionSummary {
  const results = session.final_summary?.results;
  const scores = (results?.dimension_scores ?? []).flatMap(({ dimension, score }) =>
    typeof score === "number" ? [[dimension, score] as const] : [],
  );
  const { job_role = null, company_name = null, style = null, difficulty = null } = session.session_config;
  const practice = session.session_config.practice ?? null;
  const { session_id, status, session_stats, created_at, updated_at } = session;
  return {
    session_id,
    status,
    job_role,
    company_name,
    style,
    difficulty,
    practice,
    session_stats,
    overall_score: results?.overall_score ?? null,
    scores_by_dimension: Object.fromEntries(scores),
    checklist: results?.checklist ?? [],
    coach: results?.coach ?? null,
    rubric_version: results?.rubric_version ?? null,
    created_at,
    updated_at,
  };
}
