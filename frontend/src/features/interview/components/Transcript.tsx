import { t } from "@lingui/core/macro";
import { memo } from "react";

import type { Turn } from "@/features/interview/conversation";
import { answeredQuestions } from "@/features/interview/questions";
import type { OutgoingMessage } from "@/features/interview/hooks/useOutbox";

import { FeedbackCard } from "./FeedbackCard";
import { MessageText } from "./MessageText";

interface Props {
  sessionId: string;
  /** The interview's, as a BCP 47 tag. */
  language: string;
  turns: Turn[];
  /** Shown until the service has it as a turn. */
  outgoing?: OutgoingMessage | null;
  showFeedback: boolean;
  /** Whether the latest feedback opens by itself. */
  opensLatest?: boolean;
  /** No reply to the latest message is being made. */
  isStopped?: boolean;
  /** Whether each question can be tried again. */
  offersPractice?: boolean;
}

type ItemProps = Pick<Props, "sessionId" | "language" | "showFeedback"> & {
  turn: Turn;
  /** Number of the main question that the turn answers, where it can be tried again. */
  questionNo: number | undefined;
  isLatest: boolean;
  isStopped: boolean;
  offersComparison: boolean;
};

/** The conversation, oldest first. Screen readers hear of it by `Announcements`: here it changes word by word. */
export function Transcript(props: Props) {
  const { sessionId, language, turns, outgoing, showFeedback, opensLatest = false, isStopped = false } = props;
  const answers = answeredQuestions(turns).filter(({ isFollowUp }) => props.offersPractice && !isFollowUp);
  const unacknowledged = outgoing && !turns.some((turn) => turn.turnId === outgoing.key) ? outgoing : null;
  const latest = unacknowledged ? undefined : turns.findLast(({ message }) => message !== null);
  return (
    <ol className="conversation space-y-5" aria-label={t`Conversation`}>
      {turns.map((turn) => (
        <TurnItem
          key={turn.turnNo}
          sessionId={sessionId}
          language={language}
          turn={turn}
          questionNo={answers.find(({ turnNo }) => turnNo === turn.turnNo)?.questionNo}
          showFeedback={showFeedback}
          isLatest={opensLatest && turn === latest}
          isStopped={isStopped}
          // In mid-interview there is nothing to compare yet.
          offersComparison={!opensLatest}
        />
      ))}
      {unacknowledged ? (
        <li>
          <Message who={t`You`} text={unacknowledged.text} language={language} own />
        </li>
      ) : null}
    </ol>
  );
}

/** Memoised: while one turn is streamed, the others are not rendered again. */
const TurnItem = memo(function TurnItem(props: ItemProps) {
  const { sessionId, language, turn, questionNo, showFeedback, isLatest, isStopped, offersComparison } = props;
  return (
    <li id={`turn-${turn.turnNo}`} tabIndex={-1} className="scroll-mt-4 space-y-3 outline-offset-8">
      {turn.message === null ? null : (
        <>
          <Message who={t`You`} text={turn.message} language={language} own />
          {turn.state === "unanswered" ? (
            <p className="text-end text-sm text-muted">{t`The interviewer didn’t answer this.`}</p>
          ) : null}
          {showFeedback && turn.state !== "unanswered" && !(isStopped && turn.state === "accepted") ? (
            <FeedbackCard
              sessionId={sessionId}
              turnNo={turn.turnNo}
              questionNo={questionNo}
              item={turn.feedback}
              isLatest={isLatest}
              isHeld={turn.state === "accepted"}
              offersComparison={offersComparison}
            />
          ) : null}
        </>
      )}
      {turn.reply ? (
        <Message who={t`Interviewer`} text={turn.reply.content} language={language} />
      ) : turn.state === "accepted" && !isStopped ? (
        <Message who={t`Interviewer`} text={turn.partialReply} language={language} streaming />
      ) : null}
    </li>
  );
});

function Message({
  who,
  text,
  language,
  own = false,
  streaming = false,
}: {
  who: string;
  text: string;
  language: string;
  own?: boolean;
  streaming?: boolean;
}) {
  return (
    <div className={own ? "ms-8 sm:ms-24" : "me-8 sm:me-24"}>
      <p className="text-sm font-semibold text-muted print:break-after-avoid">
        {who}
        {/* Not behind the words, where it would move with each of them. */}
        {streaming ? (
          <span
            aria-hidden
            className="ms-2 inline-block size-2.5 animate-pulse rounded-full bg-primary forced-colors:bg-[CanvasText]"
          />
        ) : null}
      </p>
      <p
        dir="auto"
        lang={language}
        className={`min-h-11 break-inside-avoid rounded-xl px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere] ${own ? "border border-transparent bg-accent text-accent-foreground" : "border bg-card"}`}
      >
        <MessageText text={text} />
      </p>
    </div>
  );
}
