import type { Line, Turn } from "@/features/interview/conversation";

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
  const latest = turns.findLast(({ feedback }) => feedback && feedback.status !== "pending")?.feedback;
  if (!latest) return "";
  return latest.status === "ready"
    ? `The coach has judged answer ${latest.turn_no}.`
    : `The coach could not judge answer ${latest.turn_no}.`;
}
