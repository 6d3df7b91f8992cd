import { describe, expect, it } from "vitest";

import {
  connecting,
  conversationReducer,
  emptyConversation,
  isClosed,
  latestLine,
  pendingTurn,
  questionsAsked,
  type Conversation,
} from "./conversation";
import type { SessionEvent } from "./event-stream";

const event = (name: string, data: unknown): SessionEvent => ({ name, id: null, data });
const reply = (content: string, response_type = "question") => ({ content, response_type });
const turn = (turn_no: number, state: string, message: string | null, answer: unknown, turn_id = `k${turn_no}`) =>
  event("turn", { turn_no, turn_id, state, message, reply: answer });
const delta = (text: string, turn_no = 1) => event("delta", { turn_no, text });
const restarted = event("restarted", { turn_no: 1 });
const feedback = (turn_no: number, status = "ready") => event("feedback", { turn_no, status });
const status = (value: string, turns: number) => event("status", { status: value, turns });
const report = (value: string) => event("summary", { status: value, parts: {}, results: {} });

const reduce = (events: SessionEvent[], from: Conversation = emptyConversation) =>
  events.reduce(conversationReducer, from);
const introduction = turn(0, "completed", null, reply("Welcome. Who are you?", "introduction"));

describe("merging events", () => {
  it("keeps turns in order and each once, whatever order they come in and however often", () => {
    const second = turn(1, "completed", "Hello", reply("And then?"));
    const conversation = reduce([second, introduction, second, introduction]);
    expect(conversation.turns.map((one) => one.reply?.content)).toEqual(["Welcome. Who are you?", "And then?"]);
    expect(questionsAsked(conversation)).toBe(2);
  });

  it("shows words while they are streamed, and drops them when the reply restarts or is complete", () => {
    const streaming = reduce([turn(1, "accepted", "Hello", null), delta("Tell "), delta("me")]);
    expect(pendingTurn(streaming)?.partialReply).toBe("Tell me");
    expect(pendingTurn(reduce([restarted], streaming))?.partialReply).toBe("");
    const complete = reduce([turn(1, "completed", "Hello", reply("Tell me more."))], streaming);
    expect(pendingTurn(complete)).toBeUndefined();
    expect(reduce([delta("late")], complete).turns[0]?.partialReply).toBe("");
  });

  it("takes words that come before their turn", () => {
    const conversation = reduce([delta("Tell me"), turn(1, "accepted", "Hello", null)]);
    expect(pendingTurn(conversation)).toMatchObject({ message: "Hello", partialReply: "Tell me" });
  });

  it("keeps feedback that comes before its turn, and the latest of several", () => {
    const answered = turn(1, "completed", "Hello", reply("And?"));
    expect(reduce([feedback(1), answered]).turns[0]?.feedback).toMatchObject({ status: "ready" });
    const retried = reduce([answered, feedback(1, "failed"), feedback(1, "pending"), feedback(1)]);
    expect(retried.turns[0]?.feedback).toMatchObject({ status: "ready" });
  });

  it("keeps the words of one turn apart from another's", () => {
    const conversation = reduce([introduction, turn(1, "accepted", "Hello", null), delta("One", 1), delta("Two", 2)]);
    expect(conversation.turns.map(({ partialReply }) => partialReply)).toEqual(["", "One", "Two"]);
  });

  it("takes a message that nobody answered, and its answer to a later one", () => {
    const conversation = reduce([introduction, turn(1, "unanswered", "Hello?", null), turn(2, "accepted", "Hi", null)]);
    expect(conversation.turns.map(({ state }) => state)).toEqual(["completed", "unanswered", "accepted"]);
    expect(pendingTurn(conversation)?.turnNo).toBe(2);
  });

  it("replaces the report by what is newer", () => {
    const ended = [introduction, status("completed", 1)];
    expect(reduce(ended).report).toBeNull();
    expect(reduce([...ended, report("generating")]).report?.status).toBe("generating");
    expect(reduce([...ended, report("generating"), report("completed")]).report?.status).toBe("completed");
  });

  it("ignores events that it does not know, and never changes the conversation it was given", () => {
    const before = reduce([introduction]);
    const copy = structuredClone(before);
    expect(conversationReducer(before, event("ping", {}))).toBe(before);
    reduce([delta("Tell me"), feedback(0), status("active", 0)], before);
    expect(before).toEqual(copy);
  });
});

describe("a stream that is opened again", () => {
  const events = [
    status("active", 2),
    introduction,
    feedback(0),
    turn(1, "accepted", "Hello", null),
    delta("Tell "),
    delta("me"),
  ];
  const before = reduce(events);

  it("gives the same conversation when it repeats everything", () => {
    expect(reduce([connecting, ...events], before)).toEqual(before);
  });

  it("goes on where it was when it resumes", () => {
    const resumed = reduce([delta(" more"), turn(1, "completed", "Hello", reply("Tell me more."))], before);
    expect(resumed.turns[1]).toMatchObject({
      state: "completed",
      reply: { content: "Tell me more." },
      partialReply: "",
    });
  });

  it("keeps the conversation on the page until events come, except for words that would come twice", () => {
    const reconnecting = reduce([connecting], before);
    expect(reconnecting.turns.map(({ message, partialReply }) => [message, partialReply])).toEqual([
      [null, ""],
      ["Hello", ""],
    ]);
    expect(reconnecting.status).toBe("active");
  });
});

describe("a conversation that was reset", () => {
  const before = reduce([
    introduction,
    turn(1, "completed", "Old words", reply("I see.")),
    feedback(1),
    status("completed", 2),
    report("completed"),
  ]);

  it("has no turns and no report", () => {
    expect(before.report).not.toBeNull();
    expect(reduce([status("active", 0)], before)).toEqual({ turns: [], status: "active", report: null });
  });

  it("gives no feedback of an old turn to a new one, when both come at once", () => {
    const after = reduce(
      [
        turn(0, "completed", null, reply("Welcome", "introduction")),
        turn(1, "completed", "New words", reply("And?"), "another"),
        status("active", 2),
      ],
      before,
    );
    expect(after.turns.map(({ message, feedback: given }) => [message, given])).toEqual([
      [null, null],
      ["New words", null],
    ]);
  });

  it("gives no words of an old turn to a new one", () => {
    const streaming = reduce([turn(2, "accepted", "Old", null), delta("Old words", 2)], before);
    const after = reduce([turn(2, "accepted", "New", null, "another"), delta("New", 2)], streaming);
    expect(after.turns[2]?.partialReply).toBe("New");
  });
});

describe("the latest line", () => {
  it("has its sentences as soon as each is complete", () => {
    const streaming = reduce([introduction, turn(1, "accepted", "Hello", null)]);
    expect(latestLine(streaming)?.sentences).toEqual(["Welcome.", "Who are you?"]);
    const half = reduce([delta("I see. What ha")], streaming);
    expect(latestLine(half)).toMatchObject({ turnNo: 1, sentences: ["I see."] });
    const complete = reduce([turn(1, "completed", "Hello", reply("I see. What happened?"))], half);
    expect(latestLine(complete)?.sentences).toEqual(["I see.", "What happened?"]);
    expect(latestLine(emptyConversation)).toBeNull();
  });
});

describe("the end of a conversation", () => {
  it("is the closing line, which is not a question; its feedback is kept", () => {
    const conversation = reduce([
      introduction,
      turn(1, "completed", "Why?", reply("Because.", "follow_up")),
      turn(2, "completed", "Bye", reply("Thank you.", "closing")),
      feedback(2),
      status("completed", 3),
    ]);
    expect(isClosed(conversation)).toBe(true);
    expect(questionsAsked(conversation)).toBe(1);
    expect(conversation.turns[2]?.feedback).toEqual({ turn_no: 2, status: "ready" });
    expect(conversation.status).toBe("completed");
  });
});
