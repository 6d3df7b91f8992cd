import { describe, expect, it } from "vitest";

import { SpeechClock } from "./speech-clock";

const SAID = "I moved our billing to a queue.";

/** A clock, and what happens at which second. */
function stopwatch() {
  let at = 0;
  const measured = new SpeechClock(() => at * 1_000);
  measured.listen();
  const when = (second: number, happens: (clock: SpeechClock) => void) => {
    at = second;
    happens(measured);
  };
  return { measured, when };
}

describe("the time of a spoken answer", () => {
  it("runs from the first to the last interim word, and counts silences between them", () => {
    const { measured, when } = stopwatch();
    when(10, (clock) => clock.onSpeechStart());
    when(10.5, (clock) => clock.onInterim("I"));
    when(11.5, (clock) => clock.onInterim("I moved"));
    when(14.5, (clock) => clock.onInterim("I moved our billing"));
    when(16.2, (clock) => clock.onInterim("I moved our billing to a queue"));
    when(20, (clock) => clock.onPause());
    when(21, (clock) => clock.onInterim(""));
    when(21, (clock) => clock.onWords(SAID));
    expect(measured.take(SAID)).toEqual({ seconds: 6.2, pauses: 2, longest_pause_seconds: 3 });
  });

  it("runs to the pause where a recogniser has no interim words", () => {
    const { measured, when } = stopwatch();
    when(1, (clock) => clock.onSpeechStart());
    when(9, (clock) => clock.onPause());
    when(12, (clock) => clock.onSpeechStart());
    when(14, (clock) => clock.onPause());
    when(15, (clock) => clock.onWords(SAID));
    expect(measured.take(SAID)).toEqual({ seconds: 13, pauses: 1, longest_pause_seconds: 3 });
  });

  it("holds what is said when the button is let go, without a pause", () => {
    const { measured, when } = stopwatch();
    when(1, (clock) => clock.onSpeechStart());
    when(4, (clock) => clock.onPause());
    when(5, (clock) => clock.onSpeechStart());
    when(9, (clock) => clock.interrupt());
    // What is told late belongs to what was said.
    when(11, (clock) => clock.onInterim(SAID));
    when(11, (clock) => clock.onPause());
    when(11, (clock) => clock.onWords(SAID));
    when(60, (clock) => clock.listen());
    expect(measured.take(SAID)).toEqual({ seconds: 8, pauses: 0, longest_pause_seconds: 0 });
  });

  it("stands while the microphone is off, and begins anew after each answer", () => {
    const { measured, when } = stopwatch();
    const speak = (from: number) => {
      when(from, (clock) => clock.listen());
      when(from, (clock) => clock.onSpeechStart());
      when(from + 4, (clock) => clock.onPause());
      when(from + 4, (clock) => clock.interrupt());
    };
    speak(0);
    speak(100);
    measured.onWords(SAID);
    expect(measured.take(SAID)).toEqual({ seconds: 8, pauses: 0, longest_pause_seconds: 0 });
    expect(measured.take(SAID)).toBeNull();
  });

  it("is not told of an answer that was typed, or is not the one that was spoken", () => {
    const { measured, when } = stopwatch();
    expect(measured.take(SAID)).toBeNull();
    when(0, (clock) => clock.onSpeechStart());
    when(5, (clock) => clock.onPause());
    measured.onWords("I moved");
    expect(measured.take(SAID)).toBeNull();
  });
});
