import type { Line, Turn } from "@/features/interview/conversation";
import { answeredQuestions, nameOfTurn } from "@/features/interview/questions";

interface Props {
  line: Line | null;
  turns: Turn[];
  showFeedback: boolean;
}

/** What screen readers are told: whole sentences of the interviewer, since words that still come would be repeated. */
export function Announcements({ line, turns, showFeedback }: Props) {
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {line?.sentences.length ? <span>Interviewer: </span> : null}
        {line?.sentences.map((sentence, index) => (
          <span key={`${line.turnNo}-${index}`}>{sentence} </span>
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
  return latest.status === "ready"
    ? `Feedback on ${name} is ready. ${latest.headline ?? ""}`
    : `We couldn’t review your answer to ${name}.`;
}
