import { t } from "@lingui/core/macro";
import type { Line, Turn } from "@/features/interview/conversation";
import { answeredQuestions, nameOfTurn } from "@/features/interview/questions";

interface Props {
  line: Line | null;
  turns: Turn[];
  showFeedback: boolean;
  /** The interview's, as a BCP 47 tag. */
  language: string;
}

/** What screen readers are told: whole sentences of the interviewer, since words that still come would be repeated. */
export function Announcements({ line, turns, showFeedback, language }: Props) {
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {line?.sentences.length ? <span>{t`Interviewer`}: </span> : null}
        {line?.sentences.map((sentence, index) => (
          <span key={`${line.turnNo}-${index}`} lang={language}>
            {sentence}{" "}
          </span>
        ))}
      </p>
      <p className="sr-only" role="status">
        {showFeedback ? feedbackAnnouncement(turns) : null}
      </p>
    </>
  );
}

function feedbackAnnouncement(turns: Turn[]): string {
  const latest = turns.findLast(
    ({ feedback }) => feedback?.status === "ready" || feedback?.status === "failed",
  )?.feedback;
  if (!latest) return "";
  const name = nameOfTurn(answeredQuestions(turns), latest.turn_no);
  if (latest.status === "failed") return t`We couldn’t review this answer: ${name}.`;
  return [t`Feedback is ready: ${name}.`, latest.headline].filter(Boolean).join(" ");
}
