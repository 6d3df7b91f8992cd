import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { errorMessage, type Problem } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { useCapabilities } from "@/auth/useCapabilities";
import { Notice } from "@/components/ui/notice";
import { isClosed, latestLine, pendingTurn, spokenLanguage } from "@/features/interview/conversation";
import { answeredQuestions } from "@/features/interview/questions";
import { useAnswerDraft, useDropSentDraft } from "@/features/interview/hooks/useAnswerDraft";
import { useCountdown } from "@/features/interview/hooks/useCountdown";
import { useInterviewSession } from "@/features/interview/hooks/useInterviewSession";
import { useIntroduction } from "@/features/interview/hooks/useIntroduction";
import { useReadAloud } from "@/features/interview/hooks/useReadAloud";
import { useStickToBottom } from "@/features/interview/hooks/useStickToBottom";
import { PracticeResult } from "@/features/interview/practice/components/PracticeResult";
import { useVoice } from "@/features/voice/hooks/useVoice";
import { SpeechClock } from "@/features/voice/speech-clock";

import { Announcements } from "./Announcements";
import { ClosingCard } from "./ClosingCard";
import { Composer } from "./Composer";
import { ConnectionNotices } from "./ConnectionNotices";
import { EndDialog } from "./EndDialog";
import { GettingReady } from "./GettingReady";
import { InterviewHeader } from "./InterviewHeader";
import { InterviewUnavailable } from "./InterviewUnavailable";
import { Transcript } from "./Transcript";

const isEnglish = (language: string) => language.split("-")[0] === "en";

/** An interview from its first line to its end. */
export function RunningInterview({ sessionId }: { sessionId: string }) {
  const navigate = useNavigate();
  const draft = useAnswerDraft(sessionId);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isEndDialogOpen, setEndDialogOpen] = useState(false);
  const onRefused = (text: string, problem: Problem) => {
    draft.change(text);
    setRefusal(errorMessage(problem));
  };
  const interview = useInterviewSession(sessionId, onRefused);
  const { phase, isSignedOut, conversation, stream, session, outbox, end, stop, reset } = interview;
  const openAuthDialog = useOpenAuthDialog();
  const { turns } = conversation;
  useDropSentDraft(draft, turns);
  const line = useMemo(() => latestLine(conversation), [conversation]);
  const config = session.data?.session_config;
  const service = useCapabilities();
  const language = spokenLanguage(conversation, config, service.capabilities?.interviewer);
  const hasEnded = phase === "writing_report" || phase === "completed";
  const showFeedback = hasEnded || config?.feedback_mode !== "realistic";
  const seconds = useCountdown(sessionId, phase === "interviewing" && config?.use_time_based_interview === true);

  const isIntroduced = turns.some(({ reply }) => reply) || session.data?.conversation_history.length !== 0;
  const introduction = useIntroduction(
    sessionId,
    phase === "interviewing" && session.data !== undefined && !isIntroduced,
  );

  const isJudged = turns.some(({ feedback }) => feedback && feedback.status !== "pending");
  const feedbacks = turns.filter(({ feedback }) => feedback?.status === "ready").length;
  const bottom = useStickToBottom(`${turns.length} ${line?.text.length} ${feedbacks}`, outbox.outgoing);

  const endAndShowReport = () =>
    end.mutate(undefined, {
      onSuccess: () => void navigate({ to: "/report", hash: sessionId }),
      onSettled: () => setEndDialogOpen(false),
    });
  const [clock] = useState(() => new SpeechClock());
  const send = () => {
    const text = draft.latest.current.trim();
    if (!text || outbox.outgoing) return;
    setRefusal(null);
    outbox.send(text, clock.take(text));
    draft.change("");
  };
  const voice = useVoice(sessionId, language, { clock, onWords: draft.append, onSend: send });
  // Not before it is known in which language.
  useReadAloud(service.isPending ? null : line, session.data, voice.output);

  if (!isSignedOut && stream.problem && !stream.problem.retryable && stream.problem.status !== 401) {
    return <InterviewUnavailable problem={stream.problem} isForeign={interview.isForeign} />;
  }
  return (
    <div className="flex flex-1 flex-col gap-5">
      <InterviewHeader
        sessionId={sessionId}
        config={config}
        conversation={conversation}
        seconds={seconds}
        hasEnded={hasEnded}
        onEnd={() => (isSignedOut ? openAuthDialog("login") : setEndDialogOpen(true))}
      />
      <Announcements line={line} turns={turns} showFeedback={showFeedback} language={language} />
      {!line && !isSignedOut && !stream.problem && !introduction.problem ? <GettingReady /> : null}
      <Transcript
        sessionId={sessionId}
        language={language}
        turns={turns}
        outgoing={outbox.outgoing}
        showFeedback={showFeedback}
        opensLatest={!hasEnded}
        isStopped={outbox.isStopped}
        offersPractice={!config?.practice}
      />
      <ConnectionNotices isSignedOut={isSignedOut} introduction={introduction} stream={stream} outbox={outbox} />
      {refusal ? <Notice kind="problem">{refusal}</Notice> : null}
      {end.error ? <Notice kind="problem">{errorMessage(end.error)}</Notice> : null}
      {voice.problem ? <Notice kind="problem">{voice.problem}</Notice> : null}
      {config?.practice && isClosed(conversation) ? (
        <PracticeResult sessionId={sessionId} isJudged={isJudged} />
      ) : isClosed(conversation) && !hasEnded ? (
        <ClosingCard
          questions={new Set(answeredQuestions(turns).map(({ questionNo }) => questionNo)).size}
          onEnd={isSignedOut ? () => openAuthDialog("login") : endAndShowReport}
          isEnding={end.isPending}
        />
      ) : null}
      <div ref={bottom} className="scroll-mb-[calc(var(--composer-height,0px)+var(--keyboard-inset,0px)+0.5rem)]" />
      {hasEnded || isClosed(conversation) ? null : (
        <Composer
          draft={draft.text}
          onDraft={draft.change}
          onSend={send}
          isWaiting={outbox.outgoing !== null || turns[0]?.reply == null}
          isReplyPending={pendingTurn(conversation) !== undefined && !outbox.isStopped}
          offersTips={showFeedback && isEnglish(language)}
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
