import { useInfiniteQuery, useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { detailOf } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { Loading, Notice } from "@/components/ui/notice";
import { guestSessions, useAuth } from "@/contexts/AuthContext";
import { useAuthRequest } from "@/contexts/AuthRequest";
import { useTitle } from "@/hooks/useTitle";
import { deleteSession, session, sessions } from "@/services/api";

interface Row {
  id: string;
  role: string;
  company: string | null;
  status: string;
  score: number | null;
  at: string;
}

export function History() {
  useTitle("History");
  const { isAuthenticated } = useAuth();
  return (
    <div className="space-y-6">
      <h1>Your interviews</h1>
      {isAuthenticated ? <Owned /> : <Guests />}
    </div>
  );
}

function Owned() {
  const list = useInfiniteQuery({
    queryKey: ["sessions"],
    queryFn: ({ pageParam }) => sessions(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  if (list.error) return <Notice kind="problem">{detailOf(list.error)}</Notice>;
  if (!list.data) return <Loading what="Fetching your interviews" />;
  const rows = list.data.pages.flatMap((page) =>
    page.sessions.map((one) => ({
      id: one.session_id,
      role: one.job_role ?? "Interview",
      company: one.company_name ?? null,
      status: one.status,
      score: one.overall_score ?? null,
      at: one.created_at,
    })),
  );
  return (
    <>
      <Rows rows={rows} />
      {list.hasNextPage ? (
        <Button variant="secondary" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? "Fetching…" : "Show older ones"}
        </Button>
      ) : null}
    </>
  );
}

/** What this browser began as a guest. */
function Guests() {
  const askToSignIn = useAuthRequest();
  const found = useQueries({
    queries: guestSessions().map((id) => ({
      queryKey: ["session", id, null],
      queryFn: () => session(id),
      retry: false,
    })),
  });
  const rows = found.flatMap(({ data }) =>
    data
      ? [
          {
            id: data.session_id,
            role: data.session_config.job_role ?? "Interview",
            company: data.session_config.company_name ?? null,
            status: data.status,
            score: data.final_summary?.results.overall_score ?? null,
            at: data.created_at,
          },
        ]
      : [],
  );
  return (
    <>
      <Notice>
        <span className="mr-auto">You are a guest: these interviews are known to this browser alone.</span>
        <Button onClick={() => askToSignIn("register")}>Create account</Button>
      </Notice>
      {found.some(({ isLoading }) => isLoading) ? <Loading what="Fetching your interviews" /> : <Rows rows={rows} />}
    </>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  const queries = useQueryClient();
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState("");
  const [doomed, setDoomed] = useState<Row | null>(null);
  const remove = useMutation({
    mutationFn: (id: string) => deleteSession(id),
    onSuccess: () => {
      setDoomed(null);
      return queries.invalidateQueries();
    },
  });
  const wanted = search.trim().toLowerCase();
  const shown = rows.filter(
    (row) => (!status || row.status === status) && `${row.role} ${row.company ?? ""}`.toLowerCase().includes(wanted),
  );
  if (rows.length === 0) {
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
      {rows.filter(({ score }) => score !== null).length > 1 ? (
        <Button asChild variant="secondary">
          <Link to="/progress">Progress and comparison</Link>
        </Button>
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Search" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
        <SelectField label="Status" value={status} onChange={(event) => setStatus(event.target.value)}>
          <option value="">All</option>
          <option value="active">Going on</option>
          <option value="completed">Completed</option>
          <option value="abandoned">Abandoned</option>
        </SelectField>
      </div>
      <p role="status" className="text-muted">
        {shown.length} of {rows.length} shown
      </p>
      <ul className="space-y-3">
        {shown.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-3 rounded-xl border bg-card p-4">
            <div className="mr-auto min-w-0">
              <h2 className="text-lg">{row.role}</h2>
              <p className="text-sm text-muted">
                {[row.company, new Date(row.at).toLocaleString(), row.score === null ? null : `${row.score} of 5`]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <Button asChild variant="secondary">
              {row.status === "completed" ? (
                <Link to="/report" hash={row.id} aria-label={`Report on ${row.role}`}>
                  Report
                </Link>
              ) : (
                <Link to="/interview" hash={row.id} aria-label={`Go on with ${row.role}`}>
                  Go on
                </Link>
              )}
            </Button>
            <Button variant="ghost" aria-label={`Delete ${row.role}`} onClick={() => setDoomed(row)}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={doomed !== null}
        onOpenChange={(open) => {
          if (!open) setDoomed(null);
        }}
        title="Delete this interview?"
        description="The conversation, its feedback and its report are gone for good."
      >
        {remove.error ? <Notice kind="problem">{detailOf(remove.error)}</Notice> : null}
        <div className="mt-3 flex gap-3">
          <Button variant="danger" disabled={remove.isPending} onClick={() => doomed && remove.mutate(doomed.id)}>
            Delete it
          </Button>
          <Button variant="secondary" onClick={() => setDoomed(null)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
