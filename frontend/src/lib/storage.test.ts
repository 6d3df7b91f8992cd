import { afterEach, expect, it, vi } from "vitest";

import { getItem, names, removeItem, setItem } from "./storage";

afterEach(() => vi.unstubAllGlobals());

it("keeps values in memory when the browser blocks storage or has no room", () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new DOMException("blocked", "SecurityError");
    },
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    removeItem: () => {
      throw new DOMException("blocked", "SecurityError");
    },
  });
  expect(getItem("a")).toBeNull();
  setItem("a", "1");
  expect([getItem("a"), names().includes("a")]).toEqual(["1", true]);
  removeItem("a");
  expect(getItem("a")).toBeNull();
});
