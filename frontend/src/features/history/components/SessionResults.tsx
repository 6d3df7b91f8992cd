import { plural, t } from "@lingui/core/macro";
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
        <p>{t`No interviews yet. Your first one takes about 10 minutes.`}</p>
        <Button asChild>
          <Link to="/">{t`Start an interview`}</Link>
        </Button>
      </div>
    );
  }
  return (
    <>
      <SessionFilters filters={filters} onChange={onFilters} />
      <p role="status" className="text-muted">
        {countOf(sessions.length, hasMore)}
      </p>
      {sessions.length === 0 ? (
        <Button variant="secondary" onClick={() => onFilters(noFilters)}>
          {t`Clear filters`}
        </Button>
      ) : null}
      <SessionList sessions={sessions} />
    </>
  );
}

function countOf(count: number, hasMore: boolean): string {
  if (count === 0) return t`No matches.`;
  const interviews = plural(count, { one: "# interview", other: "# interviews" });
  return hasMore ? t`${interviews} and more` : interviews;
}
