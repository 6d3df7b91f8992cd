import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";

import type { SessionConfig } from "@/api/types";
import { Button } from "@/components/ui/button";
import type { Conversation } from "@/features/interview/conversation";
import { countdownWarning } from "@/features/interview/countdown";

import { InterviewerNote } from "./InterviewerNote";
import { InterviewProgress } from "./InterviewProgress";

interface Props {
  sessionId: string;
  config: SessionConfig | undefined;
  conversation: Conversation;
  /** Seconds left; `null` when no clock ends the interview. */
  seconds: number | null;
  hasEnded: boolean;
  onEnd: () => void;
}

/** The role, how far the interview is, and the button that ends it or leads to its report. */
export function InterviewHeader({ sessionId, config, conversation, seconds, hasEnded, onEnd }: Props) {
  const warning = countdownWarning(seconds);
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
      <div className="min-w-0 grow-999 basis-72">
        <h1>{config?.practice ? t`Practise one question` : (config?.job_role ?? t`Interview`)}</h1>
        {config?.practice && config.job_role ? <p className="text-muted">{config.job_role}</p> : null}
        {config ? <InterviewerNote config={config} conversation={conversation} /> : null}
      </div>
      {/* Rendered while it is empty: screen readers announce only what changes in an alert that is there. */}
      <p role="alert" className={warning ? "font-semibold text-warn" : "sr-only"}>
        {warning}
      </p>
      {config?.practice ? null : (
        <div className="flex grow items-center justify-between gap-x-6">
          {config ? <InterviewProgress config={config} conversation={conversation} seconds={seconds} /> : null}
          {hasEnded ? (
            <Button asChild className="ms-auto">
              <Link to="/report" hash={sessionId}>
                {t`Report`}
              </Link>
            </Button>
          ) : (
            <Button variant="secondary" className="ms-auto" onClick={onEnd}>
              {t`End`}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
