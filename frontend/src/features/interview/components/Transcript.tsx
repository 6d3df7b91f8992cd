import { memo } from "react";

import type { Outgoing } from "@/features/interview/hooks/useOutbox";
import type { Turn } from "@/features/interview/conversation";

import { FeedbackCard } from "./FeedbackCard";

interface Props {
  sessionId: string;
  turns: Turn[];
  /** Not known to the service yet. */
  outgoing?: Outgoing | null;
  showFeedback: boolean;
}

type ItemProps = Pick<Props, "sessionId" | "showFeedback"> & { turn: Turn };

/** The conversation, oldest first. Whole lines are announced by the page, not word by word from here. */
export function Transcript({ sessionId, turns, outgoing, showFeedback }: Props) {
  const unknown = outgoing && !turns.some((turn) => turn.turnId === outgoing.key) ? outgoing : null;
  return (
    <ol className="space-y-5" aria-label="Conversation">
      {turns.map((turn) => (
        <TurnItem key={turn.turnNo} sessionId={sessionId} turn={turn} showFeedback={showFeedback} />
      ))}
      {unknown ? (
        <li>
          <Line who="You" text={unknown.text} own />
        </li>
      ) : null}
    </ol>
  );
}

/** Drawn again when it changes, not whenever a word is said in another. */
const TurnItem = memo(function TurnItem({ sessionId, turn, showFeedback }: ItemProps) {
  return (
    <li id={`turn-${turn.turnNo}`} tabIndex={-1} className="scroll-mt-4 space-y-3 outline-offset-8">
      {turn.message === null ? null : (
        <>
          <Line who="You" text={turn.message} own />
          {turn.state === "unanswered" ? (
            <p className="text-right text-sm text-muted">This message was not answered.</p>
          ) : null}
          {showFeedback && turn.state !== "unanswered" ? (
            <FeedbackCard sessionId={sessionId} turnNo={turn.turnNo} item={turn.feedback} />
          ) : null}
        </>
      )}
      {turn.reply ? (
        <Line who="Interviewer" text={turn.reply.content} />
      ) : turn.state === "accepted" ? (
        <Line who="Interviewer" text={turn.spoken} speaking />
      ) : null}
    </li>
  );
});

function Line({
  who,
  text,
  own = false,
  speaking = false,
}: {
  who: string;
  text: string;
  own?: boolean;
  speaking?: boolean;
}) {
  return (
    <div className={own ? "ml-8 sm:ml-24" : "mr-8 sm:mr-24"}>
      <p className="text-sm font-semibold text-muted print:break-after-avoid">{who}</p>
      <p
        className={`min-h-11 break-inside-avoid rounded-xl px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere] ${own ? "bg-accent text-accent-foreground" : "border bg-card"}`}
      >
        {text}
        {speaking ? (
          <span aria-hidden className="ml-1 inline-block animate-pulse">
            ▍
          </span>
        ) : null}
      </p>
    </div>
  );
}
