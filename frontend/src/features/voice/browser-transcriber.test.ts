import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { transcribeInBrowser } from "./browser-transcriber";
import type { TranscriptionListener } from "./transcriber";

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

describe("transcription in the browser", () => {
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
    const transcriber = transcribeInBrowser(listener);
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
    transcribeInBrowser(listener);
    Recognition.last.onerror({ error: "no-speech" });
    expect(listener.onProblem).not.toHaveBeenCalled();
    Recognition.last.onerror({ error: "not-allowed" });
    expect(listener.onProblem).toHaveBeenCalledWith(expect.stringContaining("not allowed"));
  });
});
