import { questionsAsked, type Conversation } from "@/features/interview/conversation";
import { clockText } from "@/features/interview/hooks/useCountdown";
import type { SessionConfig } from "@/api/service";

/** The service's own, where the configuration says nothing. */
const QUESTIONS = 8;
const MINUTES = 30;

interface Props {
  config: SessionConfig;
  conversation: Conversation;
  /** Seconds left, when it is the clock that ends the interview. */
  seconds: number | null;
}

/** How far the interview is, by its clock or by its questions. */
export function InterviewProgress({ config, conversation, seconds }: Props) {
  if (config.use_time_based_interview) {
    if (seconds === null) return null;
    const whole = (config.interview_duration_minutes ?? MINUTES) * 60;
    return (
      <p className={`flex items-center gap-3 ${seconds <= 90 ? "font-semibold text-warn" : "text-muted"}`}>
        <Bar done={whole - seconds} of={whole} />
        <span className="sr-only">Time left: </span>
        <span className="tabular-nums">{clockText(seconds)}</span>
      </p>
    );
  }
  const target = config.target_question_count ?? QUESTIONS;
  const question = Math.max(1, Math.min(questionsAsked(conversation), target));
  return (
    <p className="flex items-center gap-3 text-muted">
      <Bar done={question} of={target} />
      Question {question} of {target}
    </p>
  );
}

function Bar({ done, of }: { done: number; of: number }) {
  const share = Math.max(0, Math.min(1, done / Math.max(1, of)));
  return (
    <span aria-hidden className="hidden h-2 w-28 overflow-hidden rounded-full bg-border sm:block">
      <span className="block h-2 bg-primary transition-[width]" style={{ width: `${share * 100}%` }} />
    </span>
  );
}
