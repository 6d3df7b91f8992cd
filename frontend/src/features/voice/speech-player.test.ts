import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Speaker } from "./speech-player";

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

let speaker: Speaker;
const speaking = vi.fn<(speaking: boolean) => void>();
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
  speaker = new Speaker("a-session", "browser", speaking, () => undefined);
});
afterEach(() => vi.unstubAllGlobals());

it("says each sentence of a line that is still coming once, in order", async () => {
  speaker.follow(1, ["One."]);
  speaker.follow(1, ["One.", "Two."]);
  expect(uttered).toEqual(["One."]);
  await next();
  speaker.follow(1, ["One.", "Two.", "Three."]);
  await next();
  await next();
  expect(uttered).toEqual(["One.", "Two.", "Three."]);
  expect(speaking).toHaveBeenLastCalledWith(false);
});

it("begins anew with a line that was begun anew, and not with one that is told again", async () => {
  speaker.follow(1, ["One.", "Two."]);
  speaker.follow(1, []);
  speaker.follow(1, ["One."]);
  expect(uttered).toEqual(["One."]);
  speaker.follow(1, ["Another."]);
  expect(uttered).toEqual(["One.", "Another."]);
  await next();
  expect(uttered).toEqual(["One.", "Another."]);
});

it("stays silent for the rest of a line that was stopped, and says the next one", () => {
  speaker.follow(1, ["One."]);
  speaker.stop();
  speaker.follow(1, ["One.", "Two."]);
  expect(uttered).toEqual(["One."]);
  speaker.follow(2, ["Next."]);
  expect(uttered).toEqual(["One.", "Next."]);
});

it("repeats on demand, whatever is being said", () => {
  speaker.follow(1, ["One.", "Two."]);
  speaker.say(["One.", "Two."]);
  expect(uttered).toEqual(["One.", "One."]);
});
