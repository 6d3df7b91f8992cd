import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import type { SessionConfig } from "@/api/types";
import { questionsAsked, type Conversation } from "@/features/interview/conversation";
import { formatCountdown } from "@/features/interview/countdown";

/** The service's defaults, for configurations that leave them out. */
const DEFAULT_QUESTIONS = 8;
const DEFAULT_MINUTES = 30;

interface Props {
  config: SessionConfig;
  conversation: Conversation;
  /** Seconds left; `null` when no clock ends the interview. */
  seconds: number | null;
}

/** How far the interview is, in time or in questions. */
export function InterviewProgress({ config, conversation, seconds }: Props) {
  if (config.use_time_based_interview) {
    if (seconds === null) return null;
    const total = (config.interview_duration_minutes ?? DEFAULT_MINUTES) * 60;
    return (
      <p className={`flex items-center gap-3 ${seconds <= 90 ? "font-semibold text-warn" : "text-muted"}`}>
        <Bar done={total - seconds} of={total} />
        <span className="sr-only">{t`Time left:`} </span>
        <span className="tabular-nums">{formatCountdown(seconds)}</span>
      </p>
    );
  }
  const target = config.target_question_count ?? DEFAULT_QUESTIONS;
  const question = Math.max(1, Math.min(questionsAsked(conversation), target));
  return (
    <p className="flex items-center gap-3 text-muted">
      <Bar done={question} of={target} />
      {t`Question ${{ question: formatNumber(question) }} of ${{ target: formatNumber(target) }}`}
    </p>
  );
}

function Bar({ done, of }: { done: number; of: number }) {
  const share = Math.max(0, Math.min(1, done / Math.max(1, of)));
  return (
    <span aria-hidden className="h-2 w-16 overflow-hidden rounded-full bg-border forced-colors:border sm:w-28">
      <span
        className="block h-2 bg-primary forced-colors:bg-[CanvasText] transition-[width]"
        style={{ width: `${share * 100}%` }}
      />
    </span>
  );
}
