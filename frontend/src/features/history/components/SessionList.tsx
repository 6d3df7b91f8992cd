import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { detailOf } from "@/api/problem";
import { forgetGuestSession } from "@/lib/guest-sessions";
import { forgetWriting } from "@/lib/local-store";
import { deleteSession, type SessionSummary } from "@/api/service";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";

const role = (one: SessionSummary) => one.job_role ?? "Interview";

/** Interviews, each with the way back into it or to its report. */
export function SessionList({ sessions }: { sessions: SessionSummary[] }) {
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<SessionSummary | null>(null);
  const remove = useMutation({
    mutationFn: deleteSession,
    onSuccess: (_, id) => {
      forgetGuestSession(id);
      forgetWriting(id);
      setDoomed(null);
      return queries.invalidateQueries();
    },
  });
  return (
    <>
      <ul className="space-y-3">
        {sessions.map((one) => (
          <li key={one.session_id} className="flex flex-wrap items-center gap-3 rounded-xl border bg-card p-4">
            <div className="mr-auto min-w-0">
              <h2 className="text-lg [overflow-wrap:anywhere]">{role(one)}</h2>
              <p className="text-sm text-muted">
                {[
                  one.company_name,
                  new Date(one.created_at).toLocaleString(),
                  typeof one.overall_score === "number" ? `${one.overall_score} of 5` : null,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <Button asChild variant="secondary">
              {one.status === "completed" ? (
                <Link to="/report" hash={one.session_id} aria-label={`Report on ${role(one)}`}>
                  Report
                </Link>
              ) : (
                <Link to="/interview" hash={one.session_id} aria-label={`Go on with ${role(one)}`}>
                  Go on
                </Link>
              )}
            </Button>
            <Button variant="ghost" aria-label={`Delete ${role(one)}`} onClick={() => setDoomed(one)}>
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
          <Button
            variant="danger"
            disabled={remove.isPending}
            onClick={() => doomed && remove.mutate(doomed.session_id)}
          >
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
