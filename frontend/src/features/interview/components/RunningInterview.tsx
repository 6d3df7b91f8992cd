import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { errorMessage, type Problem } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { isClosed, latestLine, pendingTurn } from "@/features/interview/conversation";
import { useAnswerDraft } from "@/features/interview/hooks/useAnswerDraft";
import { useCountdown } from "@/features/interview/hooks/useCountdown";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { useIntroduction } from "@/features/interview/hooks/useIntroduction";
import { useReadAloud } from "@/features/interview/hooks/useReadAloud";
import { useStickToBottom } from "@/features/interview/hooks/useStickToBottom";
import { useVoice } from "@/features/voice/hooks/useVoice";

import { Announcements } from "./Announcements";
import { Composer } from "./Composer";
import { ConnectionNotices } from "./ConnectionNotices";
import { EndDialog } from "./EndDialog";
import { InterviewHeader } from "./InterviewHeader";
import { InterviewUnavailable } from "./InterviewUnavailable";
import { Transcript } from "./Transcript";

/** An interview from its first line to its end. */
export function RunningInterview({ sessionId }: { sessionId: string }) {
  const navigate = useNavigate();
  const draft = useAnswerDraft(sessionId);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isEndDialogOpen, setEndDialogOpen] = useState(false);
  const onRefused = (text: string, problem: Problem) => {
    draft.change(text);
    setRefusal(problem.detail);
  };
  const { phase, conversation, connection, session, outbox, end, stop, reset } = useInterviewSession(
    sessionId,
    onRefused,
  );
  const { turns } = conversation;
  const line = useMemo(() => latestLine(conversation), [conversation]);
  const config = session.data?.session_config;
  const hasEnded = phase === "writing_report" || phase === "completed";
  const showFeedback = hasEnded || config?.feedback_mode !== "realistic";
  const seconds = useCountdown(sessionId, phase === "interviewing" && config?.use_time_based_interview === true);

  const isIntroduced = turns.some(({ reply }) => reply) || session.data?.conversation_history.length !== 0;
  const introductionProblem = useIntroduction(
    sessionId,
    phase === "interviewing" && session.data !== undefined && !isIntroduced,
  );

  const bottom = useStickToBottom(`${turns.length} ${line?.text.length}`, outbox.outgoing);

  const endAndShowReport = () =>
    end.mutate(undefined, {
      onSuccess: () => void navigate({ to: "/report", hash: sessionId }),
      onSettled: () => setEndDialogOpen(false),
    });
  const send = () => {
    const text = draft.latest.current.trim();
    if (!text || outbox.outgoing) return;
    setRefusal(null);
    outbox.send(text);
    draft.change("");
  };
  const voice = useVoice(sessionId, { onWords: draft.append, onSend: send });
  useReadAloud(line, session.data, voice.output);

  if (connection && !connection.retryable && connection.status !== 401) {
    return <InterviewUnavailable problem={connection} />;
  }
  return (
    <div className="space-y-5">
      <InterviewHeader
        sessionId={sessionId}
        config={config}
        conversation={conversation}
        seconds={seconds}
        hasEnded={hasEnded}
        onEnd={() => setEndDialogOpen(true)}
      />
      <Announcements line={line} turns={turns} showFeedback={showFeedback} />
      {turns.length === 0 && !connection && !introductionProblem ? <Loading what="The interviewer is coming" /> : null}
      <Transcript sessionId={sessionId} turns={turns} outgoing={outbox.outgoing} showFeedback={showFeedback} />
      <div ref={bottom} className="sm:scroll-mb-64" />
      <ConnectionNotices
        introduction={introductionProblem}
        connection={connection}
        outbox={outbox.problem}
        onResend={outbox.resend}
      />
      {refusal ? <Notice kind="problem">{refusal}</Notice> : null}
      {end.error ? <Notice kind="problem">{errorMessage(end.error)}</Notice> : null}
      {hasEnded ? null : isClosed(conversation) ? (
        <Notice>
          <span className="mr-auto">The interview is over. Your report can be written now.</span>
          <Button onClick={endAndShowReport} disabled={end.isPending}>
            {end.isPending ? "Ending…" : "End and see the report"}
          </Button>
        </Notice>
      ) : (
        <Composer
          draft={draft.text}
          onDraft={draft.change}
          onSend={send}
          isSending={outbox.outgoing !== null}
          isReplyPending={pendingTurn(conversation) !== undefined}
          onStop={() => stop.mutate()}
          isStopping={stop.isPending}
          voice={voice}
          lastLine={line?.sentences ?? []}
        />
      )}
      <EndDialog
        open={isEndDialogOpen}
        onOpenChange={setEndDialogOpen}
        onEnd={endAndShowReport}
        isEnding={end.isPending}
        reset={reset}
      />
    </div>
  );
}
