/** A conversation, reduced from its session's events. Events may come twice, and in any order of turns. */
import type { FeedbackItem, Reply, Report, SessionConfig, SessionStatus } from "@/api/types";

import type { SessionEvent } from "./event-stream";
import { sentences } from "./sentences";

export interface Turn {
  turnNo: number;
  turnId: string;
  state: "accepted" | "completed" | "unanswered";
  /** The candidate's words; `null` in the introduction. */
  message: string | null;
  reply: Reply | null;
  /** The reply so far, while it is streamed. */
  partialReply: string;
  feedback: FeedbackItem | null;
}

export interface Conversation {
  turns: Turn[];
  /** `null` until the stream has told it. */
  status: SessionStatus | null;
  report: Report | null;
}

export const emptyConversation: Conversation = { turns: [], status: null, report: null };

/** Dispatched by the app before it connects to the stream: a stream from the beginning repeats every word. */
export const connecting: SessionEvent = { name: "connecting", id: null, data: null };

export interface TurnData {
  turn_no: number;
  turn_id: string;
  state: Turn["state"];
  message: string | null;
  reply: Reply | null;
}

export function conversationReducer(conversation: Conversation, event: SessionEvent): Conversation {
  switch (event.name) {
    case "turn": {
      const data = event.data as TurnData;
      return updateTurn(conversation, data.turn_no, (turn) => ({
        // Before the interview was reset, another turn had this number.
        ...(turn.turnId && turn.turnId !== data.turn_id ? newTurn(data.turn_no) : turn),
        turnId: data.turn_id,
        state: data.state,
        message: data.message,
        reply: data.reply,
        ...(data.reply ? { partialReply: "" } : {}),
      }));
    }
    case "delta": {
      const data = event.data as { turn_no: number; text: string };
      return updateTurn(conversation, data.turn_no, (turn) =>
        turn.reply ? turn : { ...turn, partialReply: turn.partialReply + data.text },
      );
    }
    case "restarted": {
      const data = event.data as { turn_no: number };
      return updateTurn(conversation, data.turn_no, (turn) => ({ ...turn, partialReply: "" }));
    }
    case "feedback": {
      const data = event.data as FeedbackItem;
      return updateTurn(conversation, data.turn_no, (turn) => ({ ...turn, feedback: data }));
    }
    case "connecting":
      return { ...conversation, turns: conversation.turns.map((turn) => ({ ...turn, partialReply: "" })) };
    // It carries the number of turns, and comes before the report if there is one.
    case "status": {
      const { status, turns } = event.data as { status: SessionStatus; turns: number };
      return { turns: conversation.turns.filter(({ turnNo }) => turnNo < turns), status, report: null };
    }
    case "summary":
      return { ...conversation, report: event.data as Report };
    default:
      return conversation;
  }
}

const newTurn = (turnNo: number): Turn => ({
  turnNo,
  turnId: "",
  state: "accepted",
  message: null,
  reply: null,
  partialReply: "",
  feedback: null,
});

function updateTurn(conversation: Conversation, turnNo: number, update: (turn: Turn) => Turn): Conversation {
  const isKnown = conversation.turns.some((turn) => turn.turnNo === turnNo);
  const turns = isKnown
    ? conversation.turns.map((turn) => (turn.turnNo === turnNo ? update(turn) : turn))
    : [...conversation.turns, update(newTurn(turnNo))].toSorted((a, b) => a.turnNo - b.turnNo);
  return { ...conversation, turns };
}

/** The turn that the interviewer has not answered yet, if any. */
export const pendingTurn = (conversation: Conversation): Turn | undefined =>
  conversation.turns.find((turn) => turn.state === "accepted");

/** The interviewer's latest line, perhaps still being streamed. */
export interface Line {
  turnNo: number;
  text: string;
  /** Only those that are complete. */
  sentences: string[];
}

export function latestLine({ turns }: Conversation): Line | null {
  const turn = turns.findLast(({ reply, partialReply }) => reply || partialReply);
  if (!turn) return null;
  const text = turn.reply?.content ?? turn.partialReply;
  const parts = sentences(text);
  return { turnNo: turn.turnNo, text, sentences: turn.reply ? parts : parts.slice(0, -1) };
}

/** Questions asked so far; follow-ups and the closing line do not count. */
export const questionsAsked = (conversation: Conversation): number =>
  conversation.turns.filter(({ reply }) => reply && ["introduction", "question"].includes(reply.response_type)).length;

/** Whether the interviewer has said the closing line. */
export const isClosed = (conversation: Conversation): boolean =>
  conversation.turns.at(-1)?.reply?.response_type === "closing";

/** Who says the lines: `offline`, or the provider and its model. */
export const interviewerOf = ({ turns }: Pick<Conversation, "turns">): string | undefined =>
  (turns.findLast(({ reply }) => reply)?.reply?.metadata as { interviewer?: string } | undefined)?.interviewer;

/**
 * What is spoken, as a BCP 47 tag: the interview's language, or English where nobody but the practice interviewer is there.
 * `expected`: who will say the first line.
 */
export const spokenLanguage = (
  conversation: Pick<Conversation, "turns">,
  config: SessionConfig | undefined,
  expected?: string,
): string => ((interviewerOf(conversation) ?? expected) === "offline" ? "en" : (config?.language ?? "en"));
