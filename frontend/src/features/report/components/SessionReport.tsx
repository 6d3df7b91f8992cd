import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { errorMessage } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { LostConnection } from "@/features/interview/components/LostConnection";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { useExpandDetailsOnPrint } from "@/features/report/hooks/useExpandDetailsOnPrint";
import { reportQuery } from "@/features/report/queries";
import { useIsLate } from "@/hooks/useIsLate";

import { ReportArticle } from "./ReportArticle";

/** As long as the report is asked for by itself. */
const LONG_WAIT_MS = 120_000;
const ignoreRefusal = () => undefined;

/** A session's report, while it is written and afterwards. */
export function SessionReport({ sessionId }: { sessionId: string }) {
  useExpandDetailsOnPrint();
  const { phase, conversation, session, stream } = useInterviewSession(sessionId, ignoreRefusal);
  // The stream brings the report. Asking for it as well makes the service resume one whose writer has died.
  const requested = useQuery({ ...reportQuery(sessionId), enabled: phase === "writing_report" });
  const isLate = useIsLate(phase === "writing_report", LONG_WAIT_MS);
  if (session.error) return <ReportUnavailable error={session.error} />;
  if (stream.isStopped && phase !== "completed") return <LostConnection stream={stream} />;
  if (!session.data || phase === "connecting") return <Loading what={t`Loading your report…`} />;
  if (phase === "interviewing") return <InterviewNotEnded sessionId={sessionId} />;
  return (
    <>
      {isLate ? (
        <Notice>
          <span className="me-auto">{t`Your report is taking longer than usual.`}</span>
          <Button variant="secondary" disabled={requested.isFetching} onClick={() => void requested.refetch()}>
            {t`Check again`}
          </Button>
        </Notice>
      ) : null}
      <ReportArticle session={session.data} report={conversation.report ?? requested.data} turns={conversation.turns} />
    </>
  );
}

function ReportUnavailable({ error }: { error: Error }) {
  const { isAuthenticated } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  return (
    <div className="space-y-4">
      <h1>{t`We can’t show this report`}</h1>
      <Notice kind="problem">{errorMessage(error)}</Notice>
      {isAuthenticated ? null : <Button onClick={() => openAuthDialog("login")}>{t`Sign in`}</Button>}
    </div>
  );
}

function InterviewNotEnded({ sessionId }: { sessionId: string }) {
  return (
    <div className="space-y-4">
      <h1>{t`This interview isn’t over yet`}</h1>
      <p>{t`You’ll get the report when it ends.`}</p>
      <Button asChild>
        <Link to="/interview" hash={sessionId}>
          {t`Back to the interview`}
        </Link>
      </Button>
    </div>
  );
}
