import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { detailOf } from "@/api/problem";
import { Scores } from "@/features/report/components/Scores";
import { Transcript } from "@/features/interview/components/Transcript";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuth } from "@/auth/AuthProvider";
import { useAuthRequest } from "@/auth/AuthDialogContext";
import { useBegin } from "@/features/interview/hooks/useStartInterview";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { usePrintedWhole } from "@/features/report/hooks/useExpandDetailsOnPrint";
import { useSessionId } from "@/hooks/useSessionId";
import { useTitle } from "@/hooks/useDocumentTitle";
import { asJson, asMarkdown, download, narrativeTitles } from "@/features/report/export";
import { retryReport, summaryStatus, type ReportPart } from "@/api/service";

export function Report() {
  useTitle("Report");
  const sessionId = useSessionId();
  return sessionId ? (
    <Shown key={sessionId} sessionId={sessionId} />
  ) : (
    <div className="space-y-4">
      <h1>No report here</h1>
      <Button asChild>
        <Link to="/history">History</Link>
      </Button>
    </div>
  );
}

const ignore = () => undefined;

function Shown({ sessionId }: { sessionId: string }) {
  const { isAuthenticated } = useAuth();
  const askToSignIn = useAuthRequest();
  const begin = useBegin();
  usePrintedWhole();
  const { state, conversation, session } = useInterviewSession(sessionId, ignore);
  // Who asks takes the report up again if its process died; what becomes of it comes by the stream.
  const status = useQuery({
    queryKey: ["summary", sessionId],
    queryFn: () => summaryStatus(sessionId),
    enabled: state === "reviewing_feedback",
    refetchInterval: 5_000,
  });
  const retry = useMutation({
    mutationFn: (part: ReportPart) => retryReport(sessionId, part),
  });
  if (session.error) {
    return (
      <div className="space-y-4">
        <h1>This report can't be shown</h1>
        <Notice kind="problem">{detailOf(session.error)}</Notice>
        {isAuthenticated ? null : <Button onClick={() => askToSignIn("login")}>Sign in</Button>}
      </div>
    );
  }
  if (!session.data || state === "idle") return <Loading what="Fetching the report" />;
  if (state === "interviewing") {
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
  const { turns } = conversation;
  const summary = conversation.summary ?? status.data;
  const report = summary?.results ?? {};
  const config = session.data.session_config;
  const name = `interview-${session.data.created_at.slice(0, 10)}`;
  const part = (which: ReportPart, title: string, content: ReactNode) => {
    const found = summary?.parts[which] ?? "pending";
    return (
      <section aria-labelledby={`part-${which}`} className="space-y-3">
        <h2 id={`part-${which}`}>{title}</h2>
        {found === "ready" ? content : null}
        {found === "pending" ? <Loading what="The coach is writing" /> : null}
        {found === "failed" ? (
          <Notice kind="problem">
            <span className="mr-auto">This part could not be written.</span>
            <Button variant="secondary" disabled={retry.isPending} onClick={() => retry.mutate(which)}>
              Try again
            </Button>
          </Notice>
        ) : null}
      </section>
    );
  };
  return (
    <article className="space-y-8">
      <div className="flex flex-wrap items-center gap-3">
        <div className="mr-auto">
          <h1>Report: {config.job_role ?? "interview"}</h1>
          <p className="text-muted">
            {[config.company_name, new Date(session.data.created_at).toLocaleString()].filter(Boolean).join(" · ")}
          </p>
        </div>
        <div className="no-print flex flex-wrap gap-2">
          <Button variant="secondary" onClick={() => window.print()}>
            Print or PDF
          </Button>
          <Button
            variant="secondary"
            onClick={() => download(`${name}.md`, "text/markdown", asMarkdown(session.data, report, turns))}
          >
            Markdown
          </Button>
          <Button
            variant="secondary"
            onClick={() => download(`${name}.json`, "application/json", asJson(session.data, report, turns))}
          >
            JSON
          </Button>
        </div>
      </div>
      {isAuthenticated ? null : (
        <div className="no-print">
          <Notice>
            <span className="mr-auto">Keep this report: with an account it is yours on every device.</span>
            <Button onClick={() => askToSignIn("register")}>Create account</Button>
          </Notice>
        </div>
      )}
      {part("scores", "Scores", <Scores report={report} />)}
      {part(
        "narrative",
        "What the coach saw",
        <div className="grid gap-4 md:grid-cols-2">
          {Object.entries(narrativeTitles).map(([key, title]) => {
            const text = report[key as keyof typeof narrativeTitles];
            return text ? (
              <div key={key} className="break-inside-avoid space-y-1 rounded-xl border bg-card p-4">
                <h3>{title}</h3>
                <p className="whitespace-pre-wrap">{text}</p>
              </div>
            ) : null;
          })}
        </div>,
      )}
      {part(
        "resources",
        "Where to go on",
        <ul className="grid gap-3 md:grid-cols-2">
          {report.recommended_resources?.map((resource) => (
            <li key={resource.url} className="space-y-1 rounded-xl border bg-card p-4">
              <h3>
                <a href={resource.url} target="_blank" rel="noreferrer" className="text-primary underline">
                  {resource.title}
                </a>
              </h3>
              <p className="text-sm text-muted">{resource.resource_type}</p>
              <p>{resource.reasoning}</p>
            </li>
          ))}
        </ul>,
      )}
      <section aria-labelledby="conversation" className="space-y-3">
        <h2 id="conversation">The conversation</h2>
        <Transcript sessionId={sessionId} turns={turns} showFeedback />
      </section>
      <div className="no-print flex flex-wrap gap-3">
        <Button disabled={begin.isPending} onClick={() => begin.mutate(config)}>
          Practise this again
        </Button>
        <Button asChild variant="secondary">
          <Link to="/">Another interview</Link>
        </Button>
      </div>
    </article>
  );
}
