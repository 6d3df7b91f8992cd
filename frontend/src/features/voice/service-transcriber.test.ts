import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { listenByBrowser, listenByService, type Listener } from "./service-transcriber";

vi.mock("@/lib/sleep", () => ({ sleep: () => Promise.resolve() }));
vi.mock("@/api/client", () => ({ API_URL: "", freshToken: () => Promise.resolve("a-token") }));
const microphone = vi.hoisted(() => ({
  stop: vi.fn<() => void>(),
  speak: vi.fn<(samples: Int16Array) => void>() as (samples: Int16Array) => void,
}));
vi.mock("./microphone", () => ({
  microphoneProblem: () => "no microphone",
  openMicrophone: (onSound: (samples: Int16Array, level: number) => void) => {
    microphone.speak = (samples) => onSound(samples, 0.5);
    return Promise.resolve({ sampleRate: 16_000, stop: microphone.stop });
  },
}));

const listener = {
  onStarted: vi.fn<Listener["onStarted"]>(),
  onInterim: vi.fn<Listener["onInterim"]>(),
  onFinal: vi.fn<Listener["onFinal"]>(),
  onPause: vi.fn<Listener["onPause"]>(),
  onLevel: vi.fn<Listener["onLevel"]>(),
  onProblem: vi.fn<Listener["onProblem"]>(),
  onEnd: vi.fn<Listener["onEnd"]>(),
};
beforeEach(() => vi.clearAllMocks());
afterEach(() => vi.unstubAllGlobals());

describe("listening by the service", () => {
  class Socket {
    static readonly OPEN = 1;
    static made: Socket[] = [];
    readyState = 1;
    sent: unknown[] = [];
    onopen: () => void = () => undefined;
    onmessage: (event: { data: string }) => void = () => undefined;
    onclose: (event: { code: number }) => void = () => undefined;
    constructor(readonly url: string) {
      Socket.made.push(this);
    }
    send(data: unknown) {
      this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
    }
    tell(event: object) {
      this.onmessage({ data: JSON.stringify(event) });
    }
  }
  const connection = async (number: number): Promise<Socket> => {
    await vi.waitFor(() => expect(Socket.made).toHaveLength(number));
    return Socket.made.at(-1)!;
  };
  beforeEach(() => {
    Socket.made = [];
    vi.stubGlobal("WebSocket", Socket);
  });

  it("tells who speaks in its first message and never in the address", async () => {
    listenByService("a-session", listener);
    const socket = await connection(1);
    socket.onopen();
    expect(socket.url).toMatch(/^ws:\/\/[^?]+\/speech\/stream$/);
    expect(socket.sent[0]).toMatchObject({ type: "start", session_id: "a-session", access_token: "a-token" });
  });

  it("takes a broken connection up again, with what was said meanwhile and what was heard before it", async () => {
    const transcriber = listenByService("a-session", listener);
    const first = await connection(1);
    first.onopen();
    first.tell({ type: "connected", task_id: "a-task", text: "" });
    first.tell({ type: "transcript", text: "We measured", is_final: false });
    first.tell({ type: "transcript", text: "We measured.", is_final: true });
    microphone.speak(new Int16Array([1]));
    first.onclose({ code: 1006 });
    const meanwhile = new Int16Array([2]);
    microphone.speak(meanwhile);
    const second = await connection(2);
    second.onopen();
    expect(second.sent[0]).toMatchObject({ task_id: "a-task" });
    second.tell({ type: "connected", task_id: "a-task", text: "We measured. Then we changed it." });
    expect(second.sent).toContain(meanwhile.buffer);
    second.tell({ type: "transcript", text: "It worked.", is_final: true });
    expect(listener.onInterim).toHaveBeenCalledWith("We measured");
    expect(listener.onFinal.mock.calls.flat()).toEqual(["We measured.", "Then we changed it.", "It worked."]);
    transcriber.finish();
    expect(second.sent.at(-1)).toEqual({ type: "stop" });
    second.onclose({ code: 1000 });
    await vi.waitFor(() => expect(listener.onEnd).toHaveBeenCalledOnce());
    expect(microphone.stop).toHaveBeenCalled();
    expect(listener.onProblem).not.toHaveBeenCalled();
  });

  it("tells why it can't go on, and ends", async () => {
    listenByService("a-session", listener);
    const socket = await connection(1);
    socket.tell({ type: "error", code: "speech_budget_exceeded", error: "Today's time is used up.", retryable: false });
    socket.onclose({ code: 1008 });
    await vi.waitFor(() => expect(listener.onEnd).toHaveBeenCalledOnce());
    expect(listener.onProblem).toHaveBeenCalledWith("Today's time is used up.");
    expect(Socket.made).toHaveLength(1);
  });

  it("gives up after some connections that break, and says so", async () => {
    listenByService("a-session", listener);
    for (let count = 1; count <= 5; count++) (await connection(count)).onclose({ code: 1006 });
    await vi.waitFor(() => expect(listener.onEnd).toHaveBeenCalledOnce());
    expect(listener.onProblem).toHaveBeenCalledOnce();
  });
});

describe("listening by the browser", () => {
  interface Result {
    isFinal: boolean;
    0: { transcript: string };
  }
  class Recognition {
    static last: Recognition;
    continuous = false;
    interimResults = false;
    start = vi.fn<() => void>();
    stop = vi.fn<() => void>(() => this.onend());
    onend: () => void = () => undefined;
    onerror: (event: { error: string }) => void = () => undefined;
    onresult: (event: { resultIndex: number; results: Result[] }) => void = () => undefined;
    constructor() {
      Recognition.last = this;
    }
  }
  const result = (transcript: string, isFinal: boolean): Result => ({ isFinal, 0: { transcript } });

  it("tells words that may change, then words that stand, each once", () => {
    vi.stubGlobal("webkitSpeechRecognition", Recognition);
    const transcriber = listenByBrowser(listener);
    const { last } = Recognition;
    expect([last.continuous, last.interimResults]).toEqual([true, true]);
    expect(last.start).toHaveBeenCalledOnce();
    last.onresult({ resultIndex: 0, results: [result("We mea", false)] });
    expect(listener.onInterim).toHaveBeenLastCalledWith("We mea");
    last.onresult({ resultIndex: 0, results: [result("We measured ", true)] });
    last.onresult({ resultIndex: 1, results: [result("We measured ", true), result("and the", false)] });
    expect(listener.onFinal.mock.calls).toEqual([["We measured"]]);
    expect(listener.onInterim).toHaveBeenLastCalledWith("and the");
    transcriber.finish();
    expect(listener.onEnd).toHaveBeenCalledOnce();
  });

  it("explains a microphone that is not allowed, and is silent about silence", () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    listenByBrowser(listener);
    Recognition.last.onerror({ error: "no-speech" });
    expect(listener.onProblem).not.toHaveBeenCalled();
    Recognition.last.onerror({ error: "not-allowed" });
    expect(listener.onProblem).toHaveBeenCalledWith(expect.stringContaining("not allowed"));
  });
});
