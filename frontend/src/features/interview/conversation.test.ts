import { describe, expect, it } from "vitest";

import type { ServerEvent } from "@/features/interview/event-stream";

import { emptyConversation, heard, isClosed, latestLine, openTurn, questionsAsked } from "./conversation";

const reply = (content: string, response_type = "question") => ({ content, response_type });
const turn = (turn_no: number, state: string, message: string | null, said: unknown): ServerEvent => ({
  name: "turn",
  id: String(turn_no),
  data: { turn_no, turn_id: `k${turn_no}`, state, message, reply: said },
});
const told = (events: ServerEvent[]) => events.reduce(heard, emptyConversation);

describe("a conversation", () => {
  it("keeps its turns in order, once each, however often and late they are told", () => {
    const second = turn(1, "completed", "Hello", reply("And then?"));
    const first = turn(0, "completed", null, reply("Welcome", "introduction"));
    const conversation = told([second, first, second, first]);
    expect(conversation.turns.map((one) => one.reply?.content)).toEqual(["Welcome", "And then?"]);
    expect(questionsAsked(conversation)).toBe(2);
  });

  it("shows words while they are spoken and forgets them when the line begins anew or is whole", () => {
    const delta = (text: string): ServerEvent => ({ name: "delta", id: null, data: { turn_no: 1, text } });
    const speaking = told([turn(1, "accepted", "Hello", null), delta("Tell "), delta("me")]);
    expect(openTurn(speaking)?.spoken).toBe("Tell me");
    const anew = heard(speaking, { name: "restarted", id: null, data: { turn_no: 1 } });
    expect(openTurn(anew)?.spoken).toBe("");
    const whole = heard(speaking, turn(1, "completed", "Hello", reply("Tell me more.")));
    expect(openTurn(whole)).toBeUndefined();
    expect(heard(whole, delta("late")).turns[0]?.spoken).toBe("");
    expect(heard(speaking, { name: "connecting", id: null, data: null }).turns[0]?.spoken).toBe("");
  });

  it("tells the latest line's sentences when they are finished", () => {
    const delta = (text: string): ServerEvent => ({ name: "delta", id: null, data: { turn_no: 1, text } });
    const first = turn(0, "completed", null, reply("Welcome. Who are you?", "introduction"));
    const speaking = told([first, turn(1, "accepted", "Hello", null)]);
    expect(latestLine(speaking)?.sentences).toEqual(["Welcome.", "Who are you?"]);
    const half = heard(speaking, delta("I see. What ha"));
    expect(latestLine(half)).toMatchObject({ turnNo: 1, sentences: ["I see."] });
    const whole = heard(half, turn(1, "completed", "Hello", reply("I see. What happened?")));
    expect(latestLine(whole)?.sentences).toEqual(["I see.", "What happened?"]);
    expect(latestLine(emptyConversation)).toBeNull();
  });

  it("is closed by the closing line, and keeps feedback with its turn", () => {
    const feedback = { turn_no: 1, status: "ready" };
    const conversation = told([
      turn(1, "completed", "Bye", reply("Thank you.", "closing")),
      { name: "feedback", id: null, data: feedback },
      { name: "status", id: null, data: { status: "completed", turns: 2 } },
    ]);
    expect(isClosed(conversation)).toBe(true);
    expect(conversation.turns[0]?.feedback).toEqual(feedback);
    expect(conversation.status).toBe("completed");
  });
});

describe("a conversation that was begun anew", () => {
  const before = told([
    turn(0, "completed", null, reply("Welcome", "introduction")),
    turn(1, "completed", "Old words", reply("I see.")),
    { name: "feedback", id: null, data: { turn_no: 1, status: "ready" } },
    { name: "status", id: null, data: { status: "completed", turns: 2 } },
    { name: "summary", id: null, data: { status: "completed", parts: {}, results: {} } },
  ]);
  const reset = (turns: number): ServerEvent => ({ name: "status", id: null, data: { status: "active", turns } });

  it("forgets turns and report", () => {
    expect(before.summary).not.toBeNull();
    expect(heard(before, reset(0))).toEqual({ turns: [], status: "active", summary: null });
  });

  it("takes no feedback of an old turn for a new one's, when both are told of at once", () => {
    const anew = { ...turn(1, "completed", "New words", reply("And?")), id: null };
    (anew.data as { turn_id: string }).turn_id = "another";
    const after = [turn(0, "completed", null, reply("Welcome")), anew, reset(2)].reduce(heard, before);
    expect(after.turns.map(({ message, feedback }) => [message, feedback])).toEqual([
      [null, null],
      ["New words", null],
    ]);
  });
});
