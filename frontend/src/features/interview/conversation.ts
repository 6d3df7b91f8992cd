/** A conversation as its events tell it. Events may come twice and belong to any turn. */
import type { ServerEvent } from "@/features/interview/event-stream";
import { sentences } from "@/features/interview/sentences";
import type { FeedbackItem, Reply, Summary } from "@/api/service";

export interface Turn {
  turnNo: number;
  turnId: string;
  state: "accepted" | "completed" | "unanswered";
  /** The candidate's words; `null` in the introduction. */
  message: string | null;
  reply: Reply | null;
  /** The reply so far, while it is spoken. */
  spoken: string;
  feedback: FeedbackItem | null;
}

export interface Conversation {
  turns: Turn[];
  status: "active" | "completed" | "abandoned" | null;
  summary: Summary | null;
}

export const emptyConversation: Conversation = { turns: [], status: null, summary: null };

interface TurnData {
  turn_no: number;
  turn_id: string;
  state: Turn["state"];
  message: string | null;
  reply: Reply | null;
}

export function heard(conversation: Conversation, event: ServerEvent): Conversation {
  switch (event.name) {
    case "turn": {
      const data = event.data as TurnData;
      return change(conversation, data.turn_no, (turn) => ({
        // Another turn of that number was there before the interview was reset.
        ...(turn.turnId && turn.turnId !== data.turn_id ? fresh(data.turn_no) : turn),
        turnId: data.turn_id,
        state: data.state,
        message: data.message,
        reply: data.reply,
        ...(data.reply ? { spoken: "" } : {}),
      }));
    }
    case "delta": {
      const data = event.data as { turn_no: number; text: string };
      return change(conversation, data.turn_no, (turn) =>
        turn.reply ? turn : { ...turn, spoken: turn.spoken + data.text },
      );
    }
    case "restarted": {
      const data = event.data as { turn_no: number };
      return change(conversation, data.turn_no, (turn) => ({ ...turn, spoken: "" }));
    }
    case "feedback": {
      const data = event.data as FeedbackItem;
      return change(conversation, data.turn_no, (turn) => ({ ...turn, feedback: data }));
    }
    // A stream from the beginning tells every word again.
    case "connecting":
      return { ...conversation, turns: conversation.turns.map((turn) => ({ ...turn, spoken: "" })) };
    // It tells how many turns there are, and comes before the report if there is one.
    case "status": {
      const { status, turns } = event.data as { status: Conversation["status"]; turns: number };
      return { turns: conversation.turns.filter(({ turnNo }) => turnNo < turns), status, summary: null };
    }
    case "summary":
      return { ...conversation, summary: event.data as Summary };
    default:
      return conversation;
  }
}

const fresh = (turnNo: number): Turn => ({
  turnNo,
  turnId: "",
  state: "accepted",
  message: null,
  reply: null,
  spoken: "",
  feedback: null,
});

function change(conversation: Conversation, turnNo: number, edit: (turn: Turn) => Turn): Conversation {
  const known = conversation.turns.some((turn) => turn.turnNo === turnNo);
  const turns = known
    ? conversation.turns.map((turn) => (turn.turnNo === turnNo ? edit(turn) : turn))
    : [...conversation.turns, edit(fresh(turnNo))].toSorted((a, b) => a.turnNo - b.turnNo);
  return { ...conversation, turns };
}

/** The turn whose reply is being made, if any. */
export const openTurn = (conversation: Conversation): Turn | undefined =>
  conversation.turns.find((turn) => turn.state === "accepted");

/** What the interviewer says or said last. */
export interface Line {
  turnNo: number;
  text: string;
  /** As far as they are finished. */
  sentences: string[];
}

export function latestLine({ turns }: Conversation): Line | null {
  const turn = turns.findLast(({ reply, spoken }) => reply || spoken);
  if (!turn) return null;
  const text = turn.reply?.content ?? turn.spoken;
  const parts = sentences(text);
  return { turnNo: turn.turnNo, text, sentences: turn.reply ? parts : parts.slice(0, -1) };
}

/** Questions asked so far, follow-ups and farewells not counted. */
export const questionsAsked = (conversation: Conversation): number =>
  conversation.turns.filter(({ reply }) => reply && ["introduction", "question"].includes(reply.response_type)).length;

export const isClosed = (conversation: Conversation): boolean =>
  conversation.turns.at(-1)?.reply?.response_type === "closing";
