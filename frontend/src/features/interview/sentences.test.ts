import { expect, it } from "vitest";

import { sentences } from "./sentences";

it("takes a line apart sentence by sentence and leaves no word out", () => {
  const line = "Thank you. What did you build?  It need not be big!";
  expect(sentences(line)).toEqual(["Thank you.", "What did you build?", "It need not be big!"]);
  expect(sentences("  ")).toEqual([]);
});
