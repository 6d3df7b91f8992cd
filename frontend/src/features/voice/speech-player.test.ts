import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";

import { synthesize } from "./api";
import { SpeechPlayer, type Manner } from "./speech-player";

vi.mock("./api", () => ({ synthesize: vi.fn() }));

const uttered: string[] = [];
const languages: string[] = [];
/** Ends what is being uttered. */
let end: () => void;
let fail: (event: { error: string }) => void;

class Utterance {
  lang = "";
  onend: () => void = () => undefined;
  onerror: (event: { error: string }) => void = () => undefined;
  constructor(readonly text: string) {}
}

const next = async () => {
  end();
  await Promise.resolve();
  await Promise.resolve();
};

let player: SpeechPlayer;
const DEFAULT: Manner = { language: "en", speed: 1, serviceVoice: null, browserVoice: null };
let manner = DEFAULT;
const onPlayingChange = vi.fn<(isPlaying: boolean) => void>();
const onProblem = vi.fn<(text: string) => void>();
const newPlayer = (source: "browser" | "service") =>
  new SpeechPlayer("a-session", source, () => manner, onPlayingChange, onProblem);
beforeEach(() => {
  vi.clearAllMocks();
  uttered.length = languages.length = 0;
  manner = DEFAULT;
  vi.stubGlobal("SpeechSynthesisUtterance", Utterance);
  vi.stubGlobal("speechSynthesis", {
    speak: (utterance: Utterance) => {
      uttered.push(utterance.text);
      languages.push(utterance.lang);
      end = utterance.onend;
      fail = utterance.onerror;
    },
    cancel: () => undefined,
    getVoices: () => [],
  });
  player = newPlayer("browser");
});
afterEach(() => vi.unstubAllGlobals());

it("says each sentence of a line that is still coming once, in order", async () => {
  player.playLine(1, ["One."]);
  player.playLine(1, ["One.", "Two."]);
  expect(uttered).toEqual(["One."]);
  await next();
  player.playLine(1, ["One.", "Two.", "Three."]);
  await next();
  await next();
  expect(uttered).toEqual(["One.", "Two.", "Three."]);
  expect(onPlayingChange).toHaveBeenLastCalledWith(false);
});

it("begins anew with a line that was begun anew, and not with one that is told again", async () => {
  player.playLine(1, ["One.", "Two."]);
  player.playLine(1, []);
  player.playLine(1, ["One."]);
  expect(uttered).toEqual(["One."]);
  player.playLine(1, ["Another."]);
  expect(uttered).toEqual(["One.", "Another."]);
  await next();
  expect(uttered).toEqual(["One.", "Another."]);
});

it("stays silent for the rest of a line that was stopped, and says the next one", () => {
  player.playLine(1, ["One."]);
  player.stop();
  player.playLine(1, ["One.", "Two."]);
  expect(uttered).toEqual(["One."]);
  player.playLine(2, ["Next."]);
  expect(uttered).toEqual(["One.", "Next."]);
});

it("repeats on demand, whatever is being said", () => {
  player.playLine(1, ["One.", "Two."]);
  player.play(["One.", "Two."]);
  expect(uttered).toEqual(["One.", "One."]);
});

it("goes on with a line whose language turns out to be another one", async () => {
  manner = { ...DEFAULT, language: "de" };
  player.playLine(1, ["One.", "Two."]);
  manner = DEFAULT;
  await next();
  expect(uttered).toEqual(["One.", "Two."]);
  expect(languages).toEqual(["de", "en"]);
});

it("reads with the chosen voice, as long as that speaks the language", async () => {
  const voice = { voiceURI: "urn:katja", name: "Katja", lang: "de-DE" };
  const used: unknown[] = [];
  vi.stubGlobal("speechSynthesis", {
    ...speechSynthesis,
    getVoices: () => [{ ...voice, voiceURI: "urn:other" }, voice],
    speak: (utterance: Utterance & { voice?: unknown }) => {
      used.push(utterance.voice);
      end = utterance.onend;
    },
  });
  manner = { ...DEFAULT, language: "de", browserVoice: "urn:katja" };
  player.playLine(1, ["Eins."]);
  await next();
  manner = { ...manner, language: "en" };
  player.playLine(2, ["Two."]);
  expect(used).toEqual([voice, undefined]);
});

it("asks the service for the chosen voice and speed", async () => {
  vi.mocked(synthesize).mockReturnValue(new Promise(() => undefined));
  manner = { ...DEFAULT, speed: 1.25, serviceVoice: "nova" };
  newPlayer("service").playLine(1, ["One."]);
  expect(synthesize).toHaveBeenCalledWith("a-session", "One.", { speed: 1.25, voice: "nova" }, expect.anything());
});

it.each([
  ["not-allowed", /before you click/],
  ["language-unavailable", /No voice for this language/],
  ["synthesis-failed", /couldn’t read this aloud/],
])("tells why the browser did not speak (%s)", async (error, sentence) => {
  player.playLine(1, ["One."]);
  fail({ error });
  await vi.waitFor(() => expect(onProblem).toHaveBeenCalledWith(expect.stringMatching(sentence)));
  expect(onPlayingChange).toHaveBeenLastCalledWith(false);
});

describe("when the service refuses to read aloud", () => {
  const refuse = (code: string) =>
    vi.mocked(synthesize).mockImplementation(() => Promise.reject(new Problem(429, code, "For programmers.", true)));

  it.each(["speech_budget_exceeded", "speech_for_users_only", "speech_unavailable"])(
    "the browser takes over, and the service is not asked again (%s)",
    async (code) => {
      refuse(code);
      player = newPlayer("service");
      player.playLine(1, ["One."]);
      await vi.waitFor(() => expect(uttered).toEqual(["One."]));
      await next();
      player.playLine(2, ["Two.", "Three."]);
      await next();
      expect(uttered).toEqual(["One.", "Two.", "Three."]);
      expect(synthesize).toHaveBeenCalledOnce();
      expect(onProblem).not.toHaveBeenCalled();
    },
  );

  it("its reason is told where the browser has no voice", async () => {
    refuse("speech_budget_exceeded");
    vi.stubGlobal("speechSynthesis", undefined);
    newPlayer("service").playLine(1, ["One."]);
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalledOnce());
    expect(onProblem).toHaveBeenCalledWith(expect.stringContaining("allowance is used up"));
  });

  it("a failure that passes is told, and the next line is asked for again", async () => {
    refuse("speech_provider_failed");
    player = newPlayer("service");
    player.playLine(1, ["One."]);
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalledWith("We couldn’t read this aloud."));
    player.playLine(2, ["Two."]);
    await vi.waitFor(() => expect(onProblem).toHaveBeenCalledTimes(2));
    expect(uttered).toEqual([]);
    expect(synthesize).toHaveBeenCalledTimes(2);
  });
});
