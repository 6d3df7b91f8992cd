import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { detailOf, type Problem } from "@/api/problem";
import { Composer } from "@/features/interview/components/Composer";
import { EndDialog } from "@/features/interview/components/EndDialog";
import { InterviewProgress } from "@/features/interview/components/InterviewProgress";
import { Transcript } from "@/features/interview/components/Transcript";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuthRequest } from "@/auth/AuthDialogContext";
import { clockWarning, useClock } from "@/features/interview/hooks/useCountdown";
import { useFollowBottom } from "@/features/interview/hooks/useStickToBottom";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { useIntroduction } from "@/features/interview/hooks/useIntroduction";
import { useSessionId } from "@/hooks/useSessionId";
import { useTitle } from "@/hooks/useDocumentTitle";
import { isClosed, latestLine, openTurn, type Turn } from "@/features/interview/conversation";
import { read, write } from "@/lib/local-store";
import { useReadAloud } from "@/features/interview/hooks/useReadAloud";
import { useVoice } from "@/features/voice/hooks/useVoice";

export function Interview() {
  useTitle("Interview");
  const sessionId = useSessionId();
  if (!sessionId) {
    return (
      <div className="space-y-4">
        <h1>No interview here</h1>
        <p>Begin one, or take one up from your history.</p>
        <Button asChild>
          <Link to="/">Begin an interview</Link>
        </Button>
      </div>
    );
  }
  return <Running key={sessionId} sessionId={sessionId} />;
}

function Running({ sessionId }: { sessionId: string }) {
  const navigate = useNavigate();
  const askToSignIn = useAuthRequest();
  const [draft, setDraft] = useState(() => read<string>(`draft:${sessionId}`) ?? "");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [ending, setEnding] = useState(false);
  // Words may come faster than the page is drawn: each is added to what was there a moment ago.
  const written = useRef(draft);
  const change = (text: string) => {
    written.current = text;
    setDraft(text);
    write(`draft:${sessionId}`, text);
  };
  const refused = (text: string, problem: Problem) => {
    change(text);
    setRefusal(problem.detail);
  };
  const { state, conversation, connection, session, outbox, end, stop, reset } = useInterviewSession(
    sessionId,
    refused,
  );
  const { turns } = conversation;
  const open = openTurn(conversation);
  const line = useMemo(() => latestLine(conversation), [conversation]);
  const closed = isClosed(conversation);
  const config = session.data?.session_config;
  const seconds = useClock(sessionId, state === "interviewing" && config?.use_time_based_interview === true);
  const showFeedback = state === "reviewing_feedback" || state === "completed" || config?.feedback_mode !== "realistic";
  const over = state === "reviewing_feedback" || state === "completed";

  const isBegun = turns.some(({ reply }) => reply) || session.data?.conversation_history.length !== 0;
  const delay = useIntroduction(sessionId, state === "interviewing" && session.data !== undefined && !isBegun);

  const bottom = useFollowBottom(`${turns.length} ${line?.text.length}`, outbox.outgoing);

  const finish = () =>
    end.mutate(undefined, {
      onSuccess: () => void navigate({ to: "/report", hash: sessionId }),
      onSettled: () => setEnding(false),
    });
  const submit = () => {
    const text = written.current.trim();
    if (!text || outbox.outgoing) return;
    setRefusal(null);
    outbox.send(text);
    change("");
  };
  const voice = useVoice(
    sessionId,
    (words) => change([written.current.trimEnd(), words].filter(Boolean).join(" ")),
    submit,
  );
  useReadAloud(line, session.data, voice);

  if (connection && !connection.retryable && connection.status !== 401) {
    return (
      <div className="space-y-4">
        <h1>This interview can't be shown</h1>
        <Notice kind="problem">{connection.detail}</Notice>
        <div className="flex flex-wrap gap-3">
          <Button onClick={() => askToSignIn("login")}>Sign in</Button>
          <Button asChild variant="secondary">
            <Link to="/">Begin another</Link>
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <h1 className="mr-auto">{config?.job_role ?? "Interview"}</h1>
        {/* Kept on the page while it is empty, so that what comes into it is announced. */}
        <p role="alert" className="font-semibold text-warn">
          {clockWarning(seconds)}
        </p>
        {config ? <InterviewProgress config={config} conversation={conversation} seconds={seconds} /> : null}
        {over ? (
          <Button asChild>
            <Link to="/report" hash={sessionId}>
              Report
            </Link>
          </Button>
        ) : (
          <Button variant="secondary" onClick={() => setEnding(true)}>
            End
          </Button>
        )}
      </div>
      {/* Whole sentences, so that a screen reader does not stumble over words that are still coming. */}
      <p className="sr-only" aria-live="polite">
        {line?.sentences.length ? <span>Interviewer: </span> : null}
        {line?.sentences.map((sentence, at) => (
          <span key={`${line.turnNo}-${at}`}>{sentence} </span>
        ))}
      </p>
      <p className="sr-only" role="status">
        {showFeedback ? coachNews(turns) : null}
      </p>
      {turns.length === 0 && !connection && !delay ? <Loading what="The interviewer is coming" /> : null}
      <Transcript sessionId={sessionId} turns={turns} outgoing={outbox.outgoing} showFeedback={showFeedback} />
      <div ref={bottom} className="sm:scroll-mb-64" />
      {delay ? (
        <Notice kind={delay.retryable ? "info" : "problem"}>
          {delay.detail} {delay.retryable ? "Trying again…" : null}
        </Notice>
      ) : null}
      {connection?.retryable ? <Notice>The connection is gone. Trying again…</Notice> : null}
      {outbox.problem?.status === 401 || connection?.status === 401 ? (
        <Notice kind="problem">
          <span>You are signed out. Your message is kept.</span>
          <Button variant="secondary" onClick={() => askToSignIn("login")}>
            Sign in
          </Button>
        </Notice>
      ) : outbox.problem ? (
        <Notice>
          <span className="mr-auto">{outbox.problem.detail}</span>
          <Button variant="secondary" onClick={outbox.again}>
            Send now
          </Button>
        </Notice>
      ) : null}
      {refusal ? <Notice kind="problem">{refusal}</Notice> : null}
      {end.error ? <Notice kind="problem">{detailOf(end.error)}</Notice> : null}
      {over ? null : closed ? (
        <Notice>
          <span className="mr-auto">The interview is over. Your report can be written now.</span>
          <Button onClick={finish} disabled={end.isPending}>
            {end.isPending ? "Ending…" : "End and see the report"}
          </Button>
        </Notice>
      ) : (
        <Composer
          draft={draft}
          onDraft={change}
          onSend={submit}
          isSending={outbox.outgoing !== null}
          isAnswered={open !== undefined}
          onStop={() => stop.mutate()}
          isStopping={stop.isPending}
          voice={voice}
          lastLine={line?.sentences ?? []}
        />
      )}
      <EndDialog open={ending} onOpenChange={setEnding} onEnd={finish} isEnding={end.isPending} reset={reset} />
    </div>
  );
}

/** What a screen reader is told about the coach's word on the latest answer. */
function coachNews(turns: Turn[]): string {
  const latest = turns.findLast(({ feedback }) => feedback && feedback.status !== "pending")?.feedback;
  if (!latest) return "";
  return latest.status === "ready"
    ? `The coach has judged answer ${latest.turn_no}.`
    : `The coach could not judge answer ${latest.turn_no}.`;
}
