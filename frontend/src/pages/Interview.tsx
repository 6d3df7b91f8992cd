import { Link, useNavigate } from "@tanstack/react-router";
import { Send, Square } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type FormEvent, type KeyboardEvent } from "react";

import { detailOf, type Problem } from "@/api/problem";
import { Transcript } from "@/components/Transcript";
import { VoiceControls } from "@/components/VoiceControls";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextArea } from "@/components/ui/field";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuthRequest } from "@/contexts/AuthRequest";
import { clockText, clockWarning, useClock } from "@/hooks/useClock";
import { useInterviewSession } from "@/hooks/useInterviewSession";
import { useSessionId } from "@/hooks/useSessionId";
import { useTitle } from "@/hooks/useTitle";
import { isClosed, latestLine, openTurn, questionsAsked } from "@/lib/conversation";
import { read, write } from "@/lib/local";
import { startInterview } from "@/services/api";
import { useReadAloud } from "@/voice/useReadAloud";
import { useVoice } from "@/voice/useVoice";

const LONGEST_MESSAGE = 20_000;

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
  const box = useRef<HTMLFormElement>(null);
  const bottom = useRef<HTMLDivElement>(null);
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
  const { state, conversation, connection, session, outbox, end, stop } = useInterviewSession(sessionId, refused);
  const { turns } = conversation;
  const open = openTurn(conversation);
  const line = useMemo(() => latestLine(conversation), [conversation]);
  const closed = isClosed(conversation);
  const config = session.data?.session_config;
  const seconds = useClock(sessionId, state === "interviewing" && config?.use_time_based_interview === true);
  const over = state === "reviewing_feedback" || state === "completed";

  // A session that was made and never started, say because the page was closed in between.
  const started = session.data ? session.data.conversation_history.length > 0 || turns.length > 0 : true;
  useEffect(() => {
    if (!started) startInterview(sessionId).catch((failed: unknown) => setRefusal(detailOf(failed)));
  }, [started, sessionId]);

  useEffect(() => {
    bottom.current?.scrollIntoView({ block: "nearest" });
  }, [turns.length, line?.text, outbox.outgoing]);

  const finish = () =>
    end.mutate(undefined, {
      onSuccess: () => void navigate({ to: "/report", hash: sessionId }),
      onSettled: () => setEnding(false),
    });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    const text = written.current.trim();
    if (!text || outbox.outgoing) return;
    setRefusal(null);
    outbox.send(text);
    change("");
  };
  const voice = useVoice(
    sessionId,
    (words) => change([written.current.trimEnd(), words].filter(Boolean).join(" ")),
    () => submit(),
  );
  useReadAloud(line, session.data, voice);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  };

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
  const target = config?.target_question_count ?? 8;
  const warning = clockWarning(seconds);
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <h1 className="mr-auto">{config?.job_role ?? "Interview"}</h1>
        {config && !config.use_time_based_interview ? (
          <p className="text-muted">
            Question {Math.max(1, Math.min(questionsAsked(conversation), target))} of {target}
          </p>
        ) : null}
        {seconds === null ? null : (
          <p className={seconds <= 90 ? "font-semibold text-warn" : "text-muted"}>
            <span className="sr-only">Time left: </span>
            <span className="tabular-nums">{clockText(seconds)}</span>
          </p>
        )}
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
      <p className="sr-only" role="alert">
        {warning}
      </p>
      {turns.length === 0 && !connection ? <Loading what="The interviewer is coming" /> : null}
      <Transcript
        sessionId={sessionId}
        turns={turns}
        outgoing={outbox.outgoing}
        showFeedback={over || config?.feedback_mode !== "realistic"}
      />
      <div ref={bottom} className="sm:scroll-mb-80" />
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
        <form ref={box} onSubmit={submit} className="space-y-2 border-t bg-background py-3 sm:sticky sm:bottom-0">
          <TextArea
            label="Your answer"
            rows={3}
            maxLength={LONGEST_MESSAGE}
            value={draft}
            onChange={(event) => change(event.target.value)}
            onKeyDown={onKey}
            hint="Ctrl + Enter sends it. What you write is kept in this browser until it is sent."
          />
          <VoiceControls voice={voice} lastLine={line?.sentences ?? []} />
          <div className="flex flex-wrap gap-3">
            <Button type="submit" disabled={!draft.trim() || outbox.outgoing !== null || open !== undefined}>
              <Send aria-hidden /> {outbox.outgoing ? "Sending…" : "Send"}
            </Button>
            {open ? (
              <Button variant="secondary" disabled={stop.isPending} onClick={() => stop.mutate()}>
                <Square aria-hidden /> Stop the interviewer
              </Button>
            ) : null}
          </div>
        </form>
      )}
      <Dialog
        open={ending}
        onOpenChange={setEnding}
        title="End the interview?"
        description="You get the report on what was said so far. Answering goes on no further."
      >
        <div className="flex flex-wrap gap-3">
          <Button onClick={finish} disabled={end.isPending}>
            {end.isPending ? "Ending…" : "End it"}
          </Button>
          <Button variant="secondary" onClick={() => setEnding(false)}>
            Go on
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
