import { beforeEach, describe, expect, it } from "vitest";

import { forgetWriting, read, write } from "./local-store";

describe("what was written here", () => {
  beforeEach(() => {
    localStorage.clear();
    write("draft:a", "Half a thought");
    write("outbox:a", { key: "k", text: "Whole" });
    write("draft:b", "Another");
    write("setup", { resume_content: "Ada" });
    write("aloud", true);
    write("guest_sessions", ["a", "b"]);
  });

  it("is forgotten by who signs out, and nothing else is", () => {
    forgetWriting();
    expect([read("draft:a"), read("outbox:a"), read("draft:b"), read("setup")]).toEqual([null, null, null, null]);
    expect(read("aloud")).toBe(true);
    expect(read("guest_sessions")).toEqual(["a", "b"]);
  });

  it("is forgotten with its session", () => {
    forgetWriting("a");
    expect([read("draft:a"), read("outbox:a")]).toEqual([null, null]);
    expect(read("draft:b")).toBe("Another");
    expect(read("setup")).not.toBeNull();
  });
});
