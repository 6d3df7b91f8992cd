import { expect, it } from "vitest";

import { nudge } from "./nudge";

const filler =
  "and then we talked to the team about what was to be done next week and after that in the spring of the year";

it("tells the one tip that helps most, and nothing of a short or a complete answer", () => {
  expect(nudge("I did it.")).toBeNull();
  expect(nudge(`We moved to Rust, ${filler}.`)).toBe("Say what you did yourself.");
  expect(nudge(`I’d moved us to Rust, ${filler}.`)).toBe("A number would help.");
  expect(nudge(`I cut failures in half, ${filler}.`)).toBe("Say why you did it.");
  expect(nudge(`I cut failures by 40 %, because they cost us customers, ${filler}.`)).toBeNull();
  expect(nudge(`I cut 40 % because of costs. ${`${filler} `.repeat(9)}`)).toMatch(/^Getting long/);
});
