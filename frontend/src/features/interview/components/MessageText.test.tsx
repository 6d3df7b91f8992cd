import { render } from "@testing-library/react";
import { expect, it } from "vitest";

import { MessageText } from "./MessageText";

const codeIn = (text: string) => {
  const { container } = render(<MessageText text={text} />);
  return [[...container.querySelectorAll("code")].map((code) => code.textContent), container.textContent];
};

it("sets code in monospace and leaves everything else as it was written", () => {
  expect(codeIn("I wrote `fold()` in:\n```rust\nfn a() {}\n```\nand *that* was `all")).toEqual([
    ["fold()", "fn a() {}"],
    "I wrote fold() in:\nfn a() {}\nand *that* was `all",
  ]);
  expect(codeIn("No code. <b>1 < 2</b>")).toEqual([[], "No code. <b>1 < 2</b>"]);
  expect(codeIn("```\nstill being wri")).toEqual([["still being wri"], "still being wri"]);
});
