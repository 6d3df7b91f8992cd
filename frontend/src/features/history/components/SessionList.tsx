import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { errorMessage } from "@/api/problem";
import { deleteSession } from "@/api/sessions";
import type { SessionSummary } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { removeGuestSessionId } from "@/lib/guest-sessions";
import { removeUnsent } from "@/lib/unsent";

const role = (session: SessionSummary) => session.job_role ?? "Interview";

/** Interviews, each with a link back into it or to its report. */
export function SessionList({ sessions }: { sessions: SessionSummary[] }) {
  const queries = useQueryClient();
  const [toDelete, setToDelete] = useState<SessionSummary | null>(null);
  const remove = useMutation({
    mutationFn: deleteSession,
    onSuccess: (_, id) => {
      removeGuestSessionId(id);
      removeUnsent(id);
      setToDelete(null);
      return queries.invalidateQueries();
    },
  });
  return (
    <>
      <ul className="space-y-3">
        {sessions.map((session) => (
          <li key={session.session_id} className="flex flex-wrap items-center gap-3 rounded-xl border bg-card p-4">
            <div className="mr-auto min-w-0">
              <h2 className="text-lg [overflow-wrap:anywhere]">{role(session)}</h2>
              <p className="text-sm text-muted">
                {[
                  session.company_name,
                  new Date(session.created_at).toLocaleString(),
                  typeof session.overall_score === "number" ? `${session.overall_score} of 5` : null,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <Button asChild variant="secondary">
              {session.status === "completed" ? (
                <Link to="/report" hash={session.session_id} aria-label={`Report on ${role(session)}`}>
                  Report
                </Link>
              ) : (
                <Link to="/interview" hash={session.session_id} aria-label={`Go on with ${role(session)}`}>
                  Go on
                </Link>
              )}
            </Button>
            <Button variant="ghost" aria-label={`Delete ${role(session)}`} onClick={() => setToDelete(session)}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={toDelete !== null}
        onOpenChange={(open) => {
          if (!open) setToDelete(null);
        }}
        title="Delete this interview?"
        description="The conversation, its feedback and its report are gone for good."
      >
        {remove.error ? <Notice kind="problem">{errorMessage(remove.error)}</Notice> : null}
        <div className="mt-3 flex gap-3">
          <Button
            variant="danger"
            disabled={remove.isPending}
            onClick={() => toDelete && remove.mutate(toDelete.session_id)}
          >
            Delete it
          </Button>
          <Button variant="secondary" onClick={() => setToDelete(null)}>
            Keep it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
