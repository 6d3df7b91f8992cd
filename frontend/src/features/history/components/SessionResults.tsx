import { Link } from "@tanstack/react-router";

import type { SessionSummary } from "@/api/types";
import { Button } from "@/components/ui/button";

import { noFilters, SessionFilters, type Filters } from "./SessionFilters";
import { SessionList } from "./SessionList";

interface Props {
  sessions: SessionSummary[];
  filters: Filters;
  onFilters: (filters: Filters) => void;
  /** Whether the filters may hide sessions. */
  isFiltered: boolean;
  /** Whether the service has older sessions. */
  hasMore: boolean;
}

/** Filters, how many sessions they leave, and these sessions. */
export function SessionResults({ sessions, filters, onFilters, isFiltered, hasMore }: Props) {
  if (sessions.length === 0 && !isFiltered) {
    return (
      <div className="space-y-3 py-8 text-center">
        <p>No interviews yet. Your first one takes about 10 minutes.</p>
        <Button asChild>
          <Link to="/">Start an interview</Link>
        </Button>
      </div>
    );
  }
  return (
    <>
      <SessionFilters filters={filters} onChange={onFilters} />
      <p role="status" className="text-muted">
        {sessions.length === 0
          ? "No matches."
          : `${sessions.length} ${sessions.length === 1 ? "interview" : "interviews"}${hasMore ? " and more" : ""}`}
      </p>
      {sessions.length === 0 ? (
        <Button variant="secondary" onClick={() => onFilters(noFilters)}>
          Clear filters
        </Button>
      ) : null}
      <SessionList sessions={sessions} />
    </>
  );
}
