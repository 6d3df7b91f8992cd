import { expect, it } from "vitest";

import { passwordStrength } from "./password-strength";

it.each([
  ["Ab1!", "too short"],
  ["password", "weak"],
  ["aaaaaaaaaaaaaaaaaaaa", "weak"],
  ["Passw0rd", "fair"],
  ["Wonder-land-42", "strong"],
  ["correct horse battery staple", "strong"],
])("tells how strong %j is: %s", (password, strength) => {
  expect(passwordStrength(password)).toBe(strength);
});
