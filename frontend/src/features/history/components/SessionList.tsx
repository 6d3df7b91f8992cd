import { plural, t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { formatDate, formatNumber, scoreOutOfFive } from "@/lib/i18n/format";
import { errorMessage } from "@/api/problem";
import { deleteSession } from "@/api/sessions";
import type { SessionSummary } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { choiceName, difficultyNames, styleNames } from "@/lib/config-names";
import { removeGuestSessionId } from "@/lib/guest-sessions";
import { relativeDate } from "@/lib/relative-date";
import { removeUnsent } from "@/lib/unsent";

/** What a session is called: an interview by its role, a practice by its question. */
const nameOf = ({ practice, job_role }: SessionSummary) => practice?.question ?? job_role ?? t`Interview`;

/** A practice's page shows its attempts; an interview has a report once it has ended. */
const hasReport = ({ practice, status }: SessionSummary) => status === "completed" && !practice;

/** Practice without AI has ticks instead of a score. */
function ticks(checklist: SessionSummary["checklist"]): string {
  const sum = (part: "met" | "answers") => checklist.reduce((total, check) => total + check[part], 0);
  const met = formatNumber(sum("met"));
  const all = formatNumber(sum("answers"));
  return t`${met} of ${all} ticks`;
}

/** What tells an interview from others for the same role. */
function facts({
  practice,
  job_role,
  company_name,
  style,
  difficulty,
  session_stats,
  overall_score,
  checklist,
}: SessionSummary): string[] {
  const { answers } = session_stats;
  return [
    ...(practice ? [t`One question`, job_role] : []),
    company_name,
    style ? choiceName(styleNames, style) : null,
    difficulty ? choiceName(difficultyNames, difficulty) : null,
    plural(answers, { one: "# answer", other: "# answers" }),
    typeof overall_score === "number" ? scoreOutOfFive(overall_score) : null,
    checklist.length > 0 ? ticks(checklist) : null,
  ].filter((fact): fact is string => typeof fact === "string" && fact !== "");
}

/** Interviews, each with a link back into it or to its report. */
export function SessionList({ sessions }: { sessions: SessionSummary[] }) {
  const queries = useQueryClient();
  const list = useRef<HTMLUListElement>(null);
  const [toDelete, setToDelete] = useState<SessionSummary | null>(null);
  const remove = useMutation({
    mutationFn: deleteSession,
    onSuccess: (_, id) => {
      removeGuestSessionId(id);
      removeUnsent(id);
      // The row goes first: the focus must not come back to a button that is about to go.
      return queries.invalidateQueries();
    },
    onSettled: (_, error) => {
      if (!error) setToDelete(null);
    },
  });
  return (
    <>
      <ul ref={list} tabIndex={-1} aria-label={t`Interviews`} className="space-y-3 outline-none">
        {sessions.map((session) => (
          <li key={session.session_id} className="flex flex-wrap items-center gap-3 rounded-xl border bg-card p-4">
            <div className="me-auto min-w-0">
              <h2 className="text-lg [overflow-wrap:anywhere]">{nameOf(session)}</h2>
              <p className="text-sm text-muted">{facts(session).join(" · ")}</p>
              <p className="text-sm text-muted">
                <time dateTime={session.created_at} title={formatDate(session.created_at)}>
                  {relativeDate(session.created_at)}
                </time>
              </p>
            </div>
            <div className="flex items-center gap-1">
              <Button asChild variant="secondary">
                {session.practice && session.session_stats.answers > 0 ? (
                  <Link
                    to="/interview"
                    hash={session.session_id}
                    aria-label={t`See attempts at ${{ question: nameOf(session) }}`}
                  >
                    {t`See attempts`}
                  </Link>
                ) : hasReport(session) ? (
                  <Link
                    to="/report"
                    hash={session.session_id}
                    aria-label={t`See report on ${{ role: nameOf(session) }}`}
                  >
                    {t`See report`}
                  </Link>
                ) : (
                  <Link to="/interview" hash={session.session_id} aria-label={t`Continue ${{ role: nameOf(session) }}`}>
                    {t`Continue`}
                  </Link>
                )}
              </Button>
              <Button
                variant="ghost"
                aria-label={t`Delete ${{ role: nameOf(session) }}`}
                onClick={() => setToDelete(session)}
              >
                {t`Delete`}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Dialog
        open={toDelete !== null}
        onOpenChange={(open) => {
          if (!open) setToDelete(null);
        }}
        title={t`Delete this interview?`}
        description={t`Your answers, the feedback and the report will be deleted. You can’t undo this.`}
        fallbackFocus={list}
      >
        {remove.error ? <Notice kind="problem">{errorMessage(remove.error)}</Notice> : null}
        <div className="mt-3 flex gap-3">
          <Button
            variant="danger"
            disabled={remove.isPending}
            onClick={() => toDelete && remove.mutate(toDelete.session_id)}
          >
            {remove.isPending ? t`Deleting…` : t`Delete`}
          </Button>
          <Button variant="secondary" onClick={() => setToDelete(null)}>
            {t`Cancel`}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
