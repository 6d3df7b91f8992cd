import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { errorMessage } from "@/api/problem";
import type { Report, Session } from "@/api/types";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { Transcript } from "@/features/interview/components/Transcript";
import type { Turn } from "@/features/interview/conversation";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { useExpandDetailsOnPrint } from "@/features/report/hooks/useExpandDetailsOnPrint";
import { reportQuery } from "@/features/report/queries";

import { Narrative } from "./Narrative";
import { ReportHeader } from "./ReportHeader";
import { ReportSection } from "./ReportSection";
import { Resources } from "./Resources";
import { Scores } from "./Scores";

const ignoreRefusal = () => undefined;

/** A session's report, while it is written and afterwards. */
export function SessionReport({ sessionId }: { sessionId: string }) {
  useExpandDetailsOnPrint();
  const { phase, conversation, session } = useInterviewSession(sessionId, ignoreRefusal);
  // The stream brings the report. Asking for it as well makes the service resume one whose writer has died.
  const requested = useQuery({ ...reportQuery(sessionId), enabled: phase === "writing_report" });
  if (session.error) return <ReportUnavailable error={session.error} />;
  if (!session.data || phase === "connecting") return <Loading what="Fetching the report" />;
  if (phase === "interviewing") return <InterviewNotEnded sessionId={sessionId} />;
  return (
    <ReportArticle
      sessionId={sessionId}
      session={session.data}
      report={conversation.report ?? requested.data}
      turns={conversation.turns}
    />
  );
}

function ReportUnavailable({ error }: { error: Error }) {
  const { isAuthenticated } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  return (
    <div className="space-y-4">
      <h1>This report can't be shown</h1>
      <Notice kind="problem">{errorMessage(error)}</Notice>
      {isAuthenticated ? null : <Button onClick={() => openAuthDialog("login")}>Sign in</Button>}
    </div>
  );
}

function InterviewNotEnded({ sessionId }: { sessionId: string }) {
  return (
    <div className="space-y-4">
      <h1>This interview goes on</h1>
      <p>The report is written when it has ended.</p>
      <Button asChild>
        <Link to="/interview" hash={sessionId}>
          Back to the interview
        </Link>
      </Button>
    </div>
  );
}

interface ReportArticleProps {
  sessionId: string;
  session: Session;
  report: Report | undefined;
  turns: Turn[];
}

function ReportArticle({ sessionId, session, report, turns }: ReportArticleProps) {
  const { isAuthenticated } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  const start = useStartInterview();
  const results = report?.results ?? {};
  const section = { sessionId, report };
  return (
    <article className="space-y-8">
      <ReportHeader session={session} results={results} turns={turns} />
      {isAuthenticated ? null : (
        <div className="no-print">
          <Notice>
            <span className="mr-auto">Keep this report: with an account it is yours on every device.</span>
            <Button onClick={() => openAuthDialog("register")}>Create account</Button>
          </Notice>
        </div>
      )}
      <ReportSection {...section} part="scores" title="Scores">
        <Scores results={results} />
      </ReportSection>
      <ReportSection {...section} part="narrative" title="What the coach saw">
        <Narrative results={results} />
      </ReportSection>
      <ReportSection {...section} part="resources" title="Where to go on">
        <Resources results={results} />
      </ReportSection>
      <section aria-labelledby="conversation" className="space-y-3">
        <h2 id="conversation">The conversation</h2>
        <Transcript sessionId={sessionId} turns={turns} showFeedback />
      </section>
      <div className="no-print flex flex-wrap gap-3">
        <Button disabled={start.isPending} onClick={() => start.mutate(session.session_config)}>
          Practise this again
        </Button>
        <Button asChild variant="secondary">
          <Link to="/">Another interview</Link>
        </Button>
      </div>
    </article>
  );
}
