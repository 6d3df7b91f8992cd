import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";

import type { ReportResults, Session } from "@/api/types";
import { errorMessage } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { Turn } from "@/features/interview/conversation";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";

import { ReportDownloads } from "./ReportDownloads";

interface Props {
  session: Session;
  results: ReportResults;
  turns: Turn[];
}

/** What can be done after reading: practise again, take the report along, keep it. */
export function ReportFooter({ session, results, turns }: Props) {
  const { isAuthenticated } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  const start = useStartInterview();
  return (
    <div className="no-print space-y-4 border-t pt-6">
      {start.error ? <Notice kind="problem">{errorMessage(start.error)}</Notice> : null}
      <div className="flex flex-wrap gap-3">
        <Button disabled={start.isPending} onClick={() => start.mutate(session.session_config)}>
          {start.isPending ? t`Starting…` : t`Practise this again`}
        </Button>
        <Button asChild variant="secondary">
          <Link to="/">{t`New interview`}</Link>
        </Button>
      </div>
      <ReportDownloads session={session} results={results} turns={turns} />
      {isAuthenticated ? null : (
        <p className="flex flex-wrap items-center gap-x-3 text-muted">
          {t`This report is saved only in this browser.`}
          <Button variant="ghost" className="-ms-4 underline" onClick={() => openAuthDialog("register")}>
            {t`Create an account to keep it`}
          </Button>
        </p>
      )}
    </div>
  );
}
