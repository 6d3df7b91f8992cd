import { expect, it } from "vitest";

import { countdownWarning, formatCountdown } from "./countdown";

it("warns at 90 seconds, at 30 and at the end", () => {
  expect([null, 91, 90, 31, 30, 1, 0].map(countdownWarning)).toEqual([
    "",
    "",
    "Less than 90 seconds left.",
    "Less than 90 seconds left.",
    "Less than 30 seconds left.",
    "Less than 30 seconds left.",
    "Time’s up. Your next answer is the last one.",
  ]);
  expect([0, 9, 60, 605].map(formatCountdown)).toEqual(["0:00", "0:09", "1:00", "10:05"]);
});
