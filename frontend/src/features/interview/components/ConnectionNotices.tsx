import { t } from "@lingui/core/macro";
import { errorMessage, type Problem } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { EventStream } from "@/features/interview/hooks/useEventStream";
import type { Introduction } from "@/features/interview/hooks/useIntroduction";

import { LostConnection } from "./LostConnection";

interface Props {
  isSignedOut: boolean;
  introduction: Introduction;
  stream: EventStream;
  outbox: { problem: Problem | null; isStopped: boolean; resend: () => void };
}

/** What is being retried, and what waits for the user. */
export function ConnectionNotices({ isSignedOut, introduction, stream, outbox }: Props) {
  if (isSignedOut || outbox.problem?.status === 401 || stream.problem?.status === 401) return <SignedOut />;
  return (
    <>
      {introduction.problem ? (
        <FailedRequest
          problem={introduction.problem}
          isStopped={introduction.isStopped}
          onTryAgain={introduction.tryAgain}
        />
      ) : null}
      {stream.problem?.retryable ? <LostConnection stream={stream} /> : null}
      {outbox.problem ? (
        <FailedRequest
          problem={outbox.problem}
          isStopped={outbox.isStopped}
          onTryAgain={outbox.resend}
          kept={t`Your message is saved.`}
        />
      ) : null}
    </>
  );
}

function SignedOut() {
  const openAuthDialog = useOpenAuthDialog();
  return (
    <Notice kind="problem">
      <span className="me-auto">{t`You’re signed out. Your message is saved.`}</span>
      <Button variant="secondary" onClick={() => openAuthDialog("login")}>
        {t`Sign in`}
      </Button>
    </Notice>
  );
}

interface FailedRequestProps {
  problem: Problem;
  isStopped: boolean;
  onTryAgain: () => void;
  /** What is not lost. */
  kept?: string;
}

/** Says what happened, whom it concerns and what comes next. */
function FailedRequest({ problem, isStopped, onTryAgain, kept }: FailedRequestProps) {
  return (
    <Notice kind={isStopped ? "problem" : "info"}>
      <div className="me-auto min-w-0 flex-1 basis-60 space-y-1">
        {problem.isForOperator ? <p className="font-semibold">{t`The interviewer’s AI model isn’t working`}</p> : null}
        <p>
          {errorMessage(problem)} {problem.isForOperator ? null : kept}
        </p>
        {isStopped ? null : <p>{t`Trying again…`}</p>}
      </div>
      <Button variant="secondary" onClick={onTryAgain}>
        {isStopped ? t`Try again` : t`Try now`}
      </Button>
    </Notice>
  );
}
