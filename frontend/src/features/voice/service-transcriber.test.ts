import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { transcribeByService } from "./service-transcriber";
import type { TranscriptionListener } from "./transcriber";

vi.mock("@/lib/sleep", () => ({ sleep: () => Promise.resolve() }));
vi.mock("@/api/client", () => ({
  endpoint: (path: string) => `http://localhost${path}`,
  freshAccessToken: () => Promise.resolve("a-token"),
}));
const microphone = vi.hoisted(() => ({
  stop: vi.fn<() => void>(),
  speak: vi.fn<(samples: Int16Array) => void>() as (samples: Int16Array) => void,
}));
vi.mock("./microphone", () => ({
  microphoneProblem: () => "no microphone",
  openMicrophone: (onSamples: (samples: Int16Array, level: number) => void) => {
    microphone.speak = (samples) => onSamples(samples, 0.5);
    return Promise.resolve({ sampleRate: 16_000, stop: microphone.stop });
  },
}));

const listener = {
  onSpeechStart: vi.fn<TranscriptionListener["onSpeechStart"]>(),
  onInterim: vi.fn<TranscriptionListener["onInterim"]>(),
  onFinal: vi.fn<TranscriptionListener["onFinal"]>(),
  onPause: vi.fn<TranscriptionListener["onPause"]>(),
  onLevel: vi.fn<TranscriptionListener["onLevel"]>(),
  onProblem: vi.fn<TranscriptionListener["onProblem"]>(),
  onEnd: vi.fn<TranscriptionListener["onEnd"]>(),
};
beforeEach(() => vi.clearAllMocks());
afterEach(() => vi.unstubAllGlobals());

describe("transcription by the service", () => {
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

  it("is a trial where there is no session yet", async () => {
    transcribeByService(null, "en", listener);
    const socket = await connection(1);
    socket.onopen();
    expect(socket.sent[0]).toMatchObject({ type: "start", trial: true, access_token: "a-token" });
    expect(socket.sent[0]).not.toHaveProperty("session_id");
  });

  it("tells who speaks in its first message and never in the address", async () => {
    transcribeByService("a-session", "en", listener);
    const socket = await connection(1);
    socket.onopen();
    expect(socket.url).toMatch(/^ws:\/\/[^?]+\/speech\/stream$/);
    expect(socket.sent[0]).toMatchObject({ type: "start", session_id: "a-session", access_token: "a-token" });
  });

  it("takes a broken connection up again, with what was said meanwhile and what was heard before it", async () => {
    const transcriber = transcribeByService("a-session", "en", listener);
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

  it.each([
    ["speech_budget_exceeded", true, "allowance is used up"],
    ["speech_busy", true, "Many people are speaking"],
    ["too_many_at_once", true, "You have too much open at once"],
    ["speech_for_users_only", false, "Speech needs an account here"],
  ])("tells why it can't go on (%s), and ends", async (code, retryable, reason) => {
    transcribeByService("a-session", "en", listener);
    const socket = await connection(1);
    socket.tell({ type: "error", code, error: "For programmers.", retryable });
    socket.onclose({ code: 1008 });
    await vi.waitFor(() => expect(listener.onEnd).toHaveBeenCalledOnce());
    expect(listener.onProblem.mock.calls).toEqual([[expect.stringContaining(reason)]]);
    expect(Socket.made).toHaveLength(1);
  });

  it("gives up after some connections that break, and says so", async () => {
    transcribeByService("a-session", "en", listener);
    for (let count = 1; count <= 5; count++) (await connection(count)).onclose({ code: 1006 });
    await vi.waitFor(() => expect(listener.onEnd).toHaveBeenCalledOnce());
    expect(listener.onProblem).toHaveBeenCalledOnce();
  });
});
