import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";

import { followSession, type SessionEvent } from "./event-stream";

const fetched = vi.hoisted(() => vi.fn<(request: Request) => Promise<Response>>());
vi.mock("@/api/client", () => ({
  endpoint: (path: string) => `http://localhost${path}`,
  authorizedFetch: fetched,
}));

/** A connection of which the test says what comes. */
function connection() {
  let source!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (source = controller) });
  fetched.mockImplementationOnce((request) => {
    request.signal.addEventListener("abort", () => source.error(new DOMException("aborted", "AbortError")));
    return Promise.resolve(new Response(body));
  });
  return {
    send: (bytes: Uint8Array) => source.enqueue(bytes),
    say: (text: string) => source.enqueue(new TextEncoder().encode(text)),
    close: () => source.close(),
  };
}
const lastEventId = () => fetched.mock.calls.at(-1)?.[0].headers.get("last-event-id");

describe("following a session", () => {
  const stop = { current: new AbortController() };
  const events: SessionEvent[] = [];
  const problems: (Problem | null)[] = [];
  const follow = () =>
    followSession(
      "a-session",
      (event) => events.push(event),
      (problem) => problems.push(problem),
      stop.current.signal,
    );
  beforeEach(() => {
    vi.useFakeTimers();
    fetched.mockReset();
    stop.current = new AbortController();
    events.length = 0;
    problems.length = 0;
  });
  afterEach(() => {
    stop.current.abort();
    vi.useRealTimers();
  });

  it("goes on after the last event that came, however the connection ended", async () => {
    const first = connection();
    void follow();
    await vi.advanceTimersByTimeAsync(0);
    expect(lastEventId()).toBeNull();
    first.say('event: turn\nid: 7\ndata: {"turn_no":1}\n\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(events.map(({ name }) => name)).toEqual(["turn"]);
    const second = connection();
    first.close();
    await vi.advanceTimersByTimeAsync(600);
    expect(lastEventId()).toBe("7");
    second.say("event: status\nid: 8\ndata: {}\n\n");
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toHaveLength(2);
    expect(problems).toEqual([null, null]);
  });

  it("takes a connection for dead that has been silent for long, and not one that pings", async () => {
    const first = connection();
    void follow();
    for (let ping = 0; ping < 10; ping++) {
      await vi.advanceTimersByTimeAsync(15_000);
      first.say(": ping\n\n");
    }
    expect(fetched).toHaveBeenCalledTimes(1);
    connection();
    await vi.advanceTimersByTimeAsync(46_000);
    expect(problems.at(-2)).toMatchObject({ code: "offline" });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("tries again at once when the network is back", async () => {
    fetched.mockRejectedValue(Problem.offline());
    void follow();
    await vi.advanceTimersByTimeAsync(20_000);
    const tried = fetched.mock.calls.length;
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(fetched.mock.calls.length).toBe(tried + 1);
  });

  it("finds the same events wherever the stream is cut, inside of a character too", async () => {
    const text = new TextEncoder().encode(
      'retry: 1000\n\n: ping\n\nevent: delta\nid: 3.1-a-2\ndata: {"text":"é"}\n\nevent: turn\ndata: {}\n\n',
    );
    for (let cut = 0; cut <= text.length; cut++) {
      events.length = 0;
      const { send } = connection();
      const unmount = new AbortController();
      void followSession(
        "a-session",
        (event) => events.push(event),
        () => undefined,
        unmount.signal,
      );
      await vi.advanceTimersByTimeAsync(0);
      send(text.slice(0, cut));
      await vi.advanceTimersByTimeAsync(0);
      send(text.slice(cut));
      await vi.advanceTimersByTimeAsync(0);
      expect(events).toEqual([
        { name: "delta", id: "3.1-a-2", data: { text: "é" } },
        { name: "turn", id: null, data: {} },
      ]);
      unmount.abort();
    }
  });

  it("resumes behind the last event that had an id, and drops one that the break cut off", async () => {
    const first = connection();
    void follow();
    await vi.advanceTimersByTimeAsync(0);
    first.say("event: status\nid: 4\ndata: {}\n\nevent: delta\ndata: {}\n\nevent: turn\nid: 5\ndata: {");
    await vi.advanceTimersByTimeAsync(0);
    const second = connection();
    first.close();
    await vi.advanceTimersByTimeAsync(600);
    expect(lastEventId()).toBe("4");
    second.say('event: turn\nid: 5\ndata: {"turn_no":1}\n\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(events.map(({ name }) => name)).toEqual(["status", "delta", "turn"]);
  });

  it("waits longer after each failed connection, up to ten seconds, and starts over after one that works", async () => {
    fetched.mockRejectedValue(Problem.offline());
    void follow();
    const attempts: number[] = [];
    for (let second = 0; second < 40; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      attempts.push(fetched.mock.calls.length);
    }
    expect([attempts[0], attempts[7], attempts[39]]).toEqual([2, 5, 8]);
    const works = connection();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(problems.at(-1)).toBeNull();
    const tried = fetched.mock.calls.length;
    works.close();
    await vi.advanceTimersByTimeAsync(500);
    expect(fetched.mock.calls.length).toBe(tried + 1);
  });

  it.each([
    ["never connects", () => Promise.reject(Problem.offline())],
    ["breaks at once", () => Promise.resolve(new Response(""))],
    ["refuses the token", () => Promise.resolve(new Response("{}", { status: 401 }))],
  ])("gives up on a service that %s, and says so", async (_, answer) => {
    fetched.mockImplementation(answer);
    let hasEnded = false;
    void follow().then(() => (hasEnded = true));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(hasEnded).toBe(true);
    expect(fetched).toHaveBeenCalledTimes(12);
    expect(problems.at(-1)).toBeInstanceOf(Problem);
  });

  it("ends with a problem that no repeat would cure", async () => {
    fetched.mockResolvedValue(new Response(JSON.stringify({ code: "session_not_found" }), { status: 404 }));
    await follow();
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(problems.at(-1)).toMatchObject({ status: 404, code: "session_not_found" });
  });
});
