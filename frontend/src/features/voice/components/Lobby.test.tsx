import { act, cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { synthesize } from "@/features/voice/api";
import { transcribeByService } from "@/features/voice/service-transcriber";

import { Lobby } from "./Lobby";

const signInBrings = { models: false, speech: false };
const service = { live_transcription: false, text_to_speech: false, voices: [] as string[] };
vi.mock("@/auth/useCapabilities", () => ({ useCapabilities: () => ({ signInBrings, capabilities: service }) }));
vi.mock("@/features/voice/api", () => ({ synthesize: vi.fn() }));
vi.mock("@/features/voice/service-transcriber", () => ({ transcribeByService: vi.fn() }));
vi.mock("@/features/voice/microphone", async (original) => ({
  ...(await original<typeof import("@/features/voice/microphone")>()),
  hasMicrophone: () => service.live_transcription,
}));

class Recognition {
  static last: Recognition;
  lang = "";
  start = vi.fn();
  stop = () => this.onend();
  onend!: () => void;
  onerror!: (event: { error: string }) => void;
  onresult!: (event: unknown) => void;
  constructor() {
    Recognition.last = this;
  }
}
const result = (transcript: string, isFinal: boolean) => ({ isFinal, 0: { transcript } });
const card = (name: string) => within(screen.getByRole("group", { name }));

describe("the lobby", () => {
  beforeEach(() => {
    localStorage.clear();
    Object.assign(service, { live_transcription: false, text_to_speech: false, voices: [] });
    vi.stubGlobal("speechSynthesis", { getVoices: () => [] });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("shows what the browser understood of a warm-up, and keeps nothing of it", async () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    render(<Lobby language="de" />);
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
    expect(Recognition.last.lang).toMatch(/^de/);
    act(() => Recognition.last.onresult({ resultIndex: 0, results: [result("Ich mag", true)] }));
    act(() =>
      Recognition.last.onresult({ resultIndex: 1, results: [result("Ich mag", true), result("Zahlen", false)] }),
    );
    expect(card("Speech to text").getByRole("status")).toHaveTextContent("“Ich mag Zahlen”");
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Stop" }));
    expect(card("Speech to text").getByRole("button", { name: "Speak" })).toBeEnabled();
    expect(JSON.stringify(localStorage)).not.toContain("Zahlen");
  });

  it("tells the real cause when the browser can't reach its speech service, and offers to type", async () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    render(<Lobby language="en" />);
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
    act(() => Recognition.last.onerror({ error: "network" }));
    expect(card("Speech to text").getByRole("status")).toHaveTextContent(/couldn’t reach its speech service.*type/);
  });

  it("says so where the browser has no microphone and no speech recognition", () => {
    render(<Lobby language="en" />);
    expect(card("Microphone").getByRole("status")).toHaveTextContent(/can’t use a microphone.*You can type/);
    expect(card("Speech to text").getByRole("status")).toHaveTextContent(/You can type/);
  });

  it("says so where an account would get what the browser lacks", () => {
    signInBrings.speech = true;
    render(<Lobby language="en" />);
    expect(card("Speech to text").getByRole("status")).toHaveTextContent("Speech needs an account here. Sign in");
    signInBrings.speech = false;
  });

  it("keeps the reading speed", async () => {
    const { unmount } = render(<Lobby language="en" />);
    await userEvent.selectOptions(screen.getByLabelText("Reading speed"), "1.25×");
    unmount();
    render(<Lobby language="en" />);
    expect(screen.getByLabelText("Reading speed")).toHaveValue("1.25");
  });

  it("says so when nothing was heard", async () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    render(<Lobby language="en" />);
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
    act(() => Recognition.last.onend());
    expect(card("Speech to text").getByRole("status")).toHaveTextContent("Nothing was heard.");
  });

  describe("where the service speaks and listens", () => {
    beforeEach(() =>
      Object.assign(service, { live_transcription: true, text_to_speech: true, voices: ["alloy", "nova"] }),
    );

    it("tries the service's recogniser without a session", async () => {
      render(<Lobby language="en" />);
      const { getByRole } = card("Speech to text");
      expect(getByRole("status")).toHaveTextContent("The sound goes to this service and its speech provider.");
      const finish = vi.fn();
      vi.mocked(transcribeByService).mockReturnValue({ finish });
      await userEvent.click(getByRole("button", { name: "Speak" }));
      const [session, , listener] = vi.mocked(transcribeByService).mock.calls[0]!;
      expect(session).toBeNull();
      act(() => listener.onFinal("I like numbers."));
      await userEvent.click(getByRole("button", { name: "Stop" }));
      expect(finish).toHaveBeenCalledOnce();
      act(() => listener.onEnd());
      expect(getByRole("status")).toHaveTextContent("“I like numbers.”");
    });

    it("tells why the service's recogniser failed", async () => {
      render(<Lobby language="en" />);
      vi.mocked(transcribeByService).mockReturnValue({ finish: vi.fn() });
      await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
      const [, , listener] = vi.mocked(transcribeByService).mock.lastCall!;
      act(() => listener.onProblem("The speech service failed. Try again, or type."));
      act(() => listener.onEnd());
      expect(card("Speech to text").getByRole("status")).toHaveTextContent("The speech service failed.");
    });

    it("plays the chosen voice of the service, which the browser keeps", async () => {
      render(<Lobby language="en" />);
      await userEvent.selectOptions(screen.getByLabelText("Interviewer’s voice"), "Nova");
      cleanup();
      render(<Lobby language="en" />);
      expect(screen.getByLabelText("Interviewer’s voice")).toHaveDisplayValue("Nova");
      vi.mocked(synthesize).mockReturnValue(new Promise(() => undefined));
      await userEvent.click(card("Speakers").getByRole("button", { name: "Play a sample" }));
      const [session, , options] = vi.mocked(synthesize).mock.lastCall!;
      expect(session).toBeNull();
      expect(options).toEqual({ speed: 1, voice: "nova" });
    });

    it("tells why the service's voice failed, and that nothing is lost", async () => {
      render(<Lobby language="en" />);
      const failure = new Problem(502, "speech_provider_failed", "For programmers.", true);
      vi.mocked(synthesize).mockRejectedValue(failure);
      await userEvent.click(card("Speakers").getByRole("button", { name: "Play a sample" }));
      expect(await card("Speakers").findByText(/^The speech service failed.*on the screen/)).toBeVisible();
    });
  });
});
