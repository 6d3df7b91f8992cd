import { memo } from "react";

import type { Turn } from "@/features/interview/conversation";
import type { OutgoingMessage } from "@/features/interview/hooks/useOutbox";

import { FeedbackCard } from "./FeedbackCard";

interface Props {
  sessionId: string;
  turns: Turn[];
  /** Shown until the service has it as a turn. */
  outgoing?: OutgoingMessage | null;
  showFeedback: boolean;
}

type ItemProps = Pick<Props, "sessionId" | "showFeedback"> & { turn: Turn };

/** The conversation, oldest first. Screen readers hear of it by `Announcements`: here it changes word by word. */
export function Transcript({ sessionId, turns, outgoing, showFeedback }: Props) {
  const unacknowledged = outgoing && !turns.some((turn) => turn.turnId === outgoing.key) ? outgoing : null;
  return (
    <ol className="space-y-5" aria-label="Conversation">
      {turns.map((turn) => (
        <TurnItem key={turn.turnNo} sessionId={sessionId} turn={turn} showFeedback={showFeedback} />
      ))}
      {unacknowledged ? (
        <li>
          <Message who="You" text={unacknowledged.text} own />
        </li>
      ) : null}
    </ol>
  );
}

/** Memoised: while one turn is streamed, the others are not rendered again. */
const TurnItem = memo(function TurnItem({ sessionId, turn, showFeedback }: ItemProps) {
  return (
    <li id={`turn-${turn.turnNo}`} tabIndex={-1} className="scroll-mt-4 space-y-3 outline-offset-8">
      {turn.message === null ? null : (
        <>
          <Message who="You" text={turn.message} own />
          {turn.state === "unanswered" ? (
            <p className="text-right text-sm text-muted">This message was not answered.</p>
          ) : null}
          {showFeedback && turn.state !== "unanswered" ? (
            <FeedbackCard sessionId={sessionId} turnNo={turn.turnNo} item={turn.feedback} />
          ) : null}
        </>
      )}
      {turn.reply ? (
        <Message who="Interviewer" text={turn.reply.content} />
      ) : turn.state === "accepted" ? (
        <Message who="Interviewer" text={turn.partialReply} streaming />
      ) : null}
    </li>
  );
});

function Message({
  who,
  text,
  own = false,
  streaming = false,
}: {
  who: string;
  text: string;
  own?: boolean;
  streaming?: boolean;
}) {
  return (
    <div className={own ? "ml-8 sm:ml-24" : "mr-8 sm:mr-24"}>
      <p className="text-sm font-semibold text-muted print:break-after-avoid">{who}</p>
      <p
        className={`min-h-11 break-inside-avoid rounded-xl px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere] ${own ? "bg-accent text-accent-foreground" : "border bg-card"}`}
      >
        {text}
        {streaming ? (
          <span aria-hidden className="ml-1 inline-block animate-pulse">
            ▍
          </span>
        ) : null}
      </p>
    </div>
  );
}
