import { beforeEach, describe, expect, it } from "vitest";

import { readJson, writeJson } from "./local-store";
import { draftKey, outboxKey, removeUnsent, SETUP_KEY } from "./unsent";

describe("unsent text", () => {
  beforeEach(() => {
    localStorage.clear();
    writeJson(draftKey("a"), "Half a thought");
    writeJson(outboxKey("a"), { key: "k", text: "Whole" });
    writeJson(draftKey("b"), "Another");
    writeJson(SETUP_KEY, { resume_content: "Ada" });
    writeJson("aloud", true);
    writeJson("guest_sessions", ["a", "b"]);
  });

  it("is removed when the user signs out, and nothing else is", () => {
    removeUnsent();
    expect([draftKey("a"), outboxKey("a"), draftKey("b"), SETUP_KEY].map((key) => readJson(key))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(readJson("aloud")).toBe(true);
    expect(readJson("guest_sessions")).toEqual(["a", "b"]);
  });

  it("is removed with its session", () => {
    removeUnsent("a");
    expect([readJson(draftKey("a")), readJson(outboxKey("a"))]).toEqual([null, null]);
    expect(readJson(draftKey("b"))).toBe("Another");
    expect(readJson(SETUP_KEY)).not.toBeNull();
  });
});
