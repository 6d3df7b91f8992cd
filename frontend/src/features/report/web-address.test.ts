import { describe, expect, it } from "vitest";

import { webAddress } from "./web-address";

describe("a link of a report", () => {
  it.each(["https://example.com/a?b=c", "http://example.com/"])("may lead to %s", (address) => {
    expect(webAddress(address)).toBe(address);
  });

  it.each([
    "javascript:alert(1)",
    " jAvAsCrIpT:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "//example.com",
    "/account",
    "",
  ])("never leads to %j", (address) => {
    expect(webAddress(address)).toBeNull();
  });
});
