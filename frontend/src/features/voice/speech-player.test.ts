import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { SpeechPlayer } from "./speech-player";

const uttered: string[] = [];
/** Ends what is being uttered. */
let end: () => void;

class Utterance {
  onend: () => void = () => undefined;
  constructor(readonly text: string) {}
}

const next = async () => {
  end();
  await Promise.resolve();
  await Promise.resolve();
};

let player: SpeechPlayer;
const onPlayingChange = vi.fn<(isPlaying: boolean) => void>();
beforeEach(() => {
  uttered.length = 0;
  vi.stubGlobal("SpeechSynthesisUtterance", Utterance);
  vi.stubGlobal("speechSynthesis", {
    speak: (utterance: Utterance) => {
      uttered.push(utterance.text);
      end = utterance.onend;
    },
    cancel: () => undefined,
  });
  player = new SpeechPlayer("a-session", "browser", { language: "en", speed: 1 }, onPlayingChange, () => undefined);
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
