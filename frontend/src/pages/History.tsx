import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { detailOf } from "@/api/problem";
import { SessionFilters, type Filters } from "@/features/history/components/SessionFilters";
import { SessionList } from "@/features/history/components/SessionList";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuth } from "@/auth/AuthProvider";
import { useAuthRequest } from "@/auth/AuthDialogContext";
import { useGuestSessions } from "@/features/history/hooks/useGuestSessions";
import { useSettled } from "@/hooks/useDebouncedValue";
import { useTitle } from "@/hooks/useDocumentTitle";
import { sessions, type SessionFilter, type SessionSummary } from "@/api/service";

const all: Filters = { search: "", status: "" };
const PAGE = 50;

export function History() {
  useTitle("History");
  const { isAuthenticated } = useAuth();
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">Your interviews</h1>
        <Button asChild variant="secondary">
          <Link to="/progress">Progress and comparison</Link>
        </Button>
      </div>
      {isAuthenticated ? <Owned /> : <Guests />}
    </div>
  );
}

/** Search and filter are the service's: it knows all of them, not only those that are shown. */
function Owned() {
  const [filters, setFilters] = useState(all);
  const settled = useSettled(filters);
  const list = useInfiniteQuery({
    queryKey: ["sessions", "history", settled],
    queryFn: ({ pageParam }) => sessions(asked(settled), PAGE, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
  });
  const found = list.data?.pages.flatMap((page) => page.sessions);
  return (
    <>
      {list.error ? <Notice kind="problem">{detailOf(list.error)}</Notice> : null}
      {found ? (
        <Found
          sessions={found}
          filters={filters}
          onFilters={setFilters}
          isFiltered={list.isPlaceholderData || Boolean(settled.search.trim() || settled.status)}
          hasMore={list.hasNextPage}
        />
      ) : list.error ? null : (
        <Loading what="Fetching your interviews" />
      )}
      {list.hasNextPage ? (
        <Button variant="secondary" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? "Fetching…" : "Show older ones"}
        </Button>
      ) : null}
    </>
  );
}

function asked({ search, status }: Filters): SessionFilter {
  return { ...(search.trim() ? { search: search.trim() } : {}), ...(status ? { status } : {}) };
}

/** What this browser began as a guest. */
function Guests() {
  const askToSignIn = useAuthRequest();
  const [filters, setFilters] = useState(all);
  const { sessions: known, isLoading } = useGuestSessions(true);
  const wanted = filters.search.trim().toLowerCase();
  const found = known.filter(
    ({ job_role, company_name, status }) =>
      (!filters.status || status === filters.status) &&
      [job_role, company_name].some((text) => (text ?? "").toLowerCase().includes(wanted)),
  );
  return (
    <>
      <Notice>
        <span className="mr-auto">You are a guest: these interviews are known to this browser alone.</span>
        <Button onClick={() => askToSignIn("register")}>Create account</Button>
      </Notice>
      {isLoading ? (
        <Loading what="Fetching your interviews" />
      ) : (
        <Found
          sessions={found}
          filters={filters}
          onFilters={setFilters}
          isFiltered={found.length < known.length}
          hasMore={false}
        />
      )}
    </>
  );
}

interface FoundProps {
  sessions: SessionSummary[];
  filters: Filters;
  onFilters: (filters: Filters) => void;
  isFiltered: boolean;
  hasMore: boolean;
}

function Found({ sessions: found, filters, onFilters, isFiltered, hasMore }: FoundProps) {
  if (found.length === 0 && !isFiltered) {
    return (
      <div className="space-y-3 py-8 text-center">
        <p>Nothing here yet.</p>
        <Button asChild>
          <Link to="/">Begin your first interview</Link>
        </Button>
      </div>
    );
  }
  return (
    <>
      <SessionFilters filters={filters} onChange={onFilters} />
      <p role="status" className="text-muted">
        {found.length === 0
          ? "No interview matches."
          : `${found.length} ${found.length === 1 ? "interview" : "interviews"}${hasMore ? ", and older ones" : ""}`}
      </p>
      {found.length === 0 ? (
        <Button variant="secondary" onClick={() => onFilters(all)}>
          Show all
        </Button>
      ) : null}
      <SessionList sessions={found} />
    </>
  );
}
