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
    const transcriber = transcribeInBrowser("en", listener);
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

  it.each([
    ["not-allowed", "permission denied"],
    ["service-not-allowed", "doesn’t allow speech recognition"],
    ["network", "couldn’t reach its speech service"],
    ["audio-capture", "No microphone found"],
    ["language-not-supported", "can’t recognise this language (de)"],
    ["bad-grammar", "couldn’t recognise speech"],
  ])("tells the real cause of a failure (%s) and what to do, and is silent about silence", (error, cause) => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    transcribeInBrowser("de", listener);
    Recognition.last.onerror({ error: "no-speech" });
    expect(listener.onProblem).not.toHaveBeenCalled();
    Recognition.last.onerror({ error });
    expect(listener.onProblem).toHaveBeenCalledWith(expect.stringContaining(cause));
    expect(listener.onProblem).toHaveBeenCalledWith(expect.stringMatching(/type your answers?/i));
  });
});
