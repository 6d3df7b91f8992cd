import { expect, it } from "vitest";

import { charactersLeft, lengthWarning } from "./message-length";

it("counts characters as the service does, and warns before the limit is reached", () => {
  expect(charactersLeft("a".repeat(20_000))).toBe(0);
  // Each of these takes two units of a string.
  expect(charactersLeft("🙂".repeat(20_000))).toBe(0);
  expect(charactersLeft("🙂".repeat(20_001))).toBe(-1);
  expect(lengthWarning("a".repeat(17_000))).toBe("");
  expect(lengthWarning("a".repeat(19_000))).toMatch(/^1,000 of 20,000 characters left/);
  expect(lengthWarning("a".repeat(20_350))).toMatch(/^350 characters over the limit of 20,000/);
});
