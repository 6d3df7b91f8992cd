import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "@/api/problem";
import type { SessionFilter } from "@/api/sessions";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { historyQuery } from "@/features/history/queries";
import { useDebouncedValue } from "@/hooks/useDebouncedValue";

import { noFilters, type Filters } from "./SessionFilters";
import { SessionResults } from "./SessionResults";

/** The user's sessions. The service searches and filters: it knows all of them, not only those that are shown. */
export function UserSessions() {
  const [filters, setFilters] = useState(noFilters);
  const filter = toSessionFilter(useDebouncedValue(filters));
  const list = useInfiniteQuery(historyQuery(filter));
  const sessions = list.data?.pages.flatMap((page) => page.sessions);
  return (
    <>
      {list.error ? <Notice kind="problem">{errorMessage(list.error)}</Notice> : null}
      {sessions ? (
        <SessionResults
          sessions={sessions}
          filters={filters}
          onFilters={setFilters}
          isFiltered={list.isPlaceholderData || Object.keys(filter).length > 0}
          hasMore={list.hasNextPage}
        />
      ) : list.error ? null : (
        <Loading what={t`Loading your interviews…`} />
      )}
      {list.hasNextPage ? (
        <Button variant="secondary" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? t`Loading…` : t`Show more`}
        </Button>
      ) : null}
    </>
  );
}

function toSessionFilter({ search, status }: Filters): SessionFilter {
  return { ...(search.trim() ? { search: search.trim() } : {}), ...(status ? { status } : {}) };
}
