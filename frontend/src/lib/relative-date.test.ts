import { expect, it } from "vitest";

import { relativeDate } from "./relative-date";

it("tells how long ago something was, in the largest unit that fits", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  const told = (date: string) => relativeDate(date, now);
  expect(told("2026-11-26T11:59:40Z")).toBe("now");
  expect(told("2026-11-26T11:58:00Z")).toBe("2 minutes ago");
  expect(told("2026-11-26T11:00:00Z")).toBe("1 hour ago");
  expect(told("2026-11-25T11:00:00Z")).toBe("yesterday");
  expect(told("2026-11-10T12:00:00Z")).toBe("2 weeks ago");
  expect(told("2024-11-10T12:00:00Z")).toBe("2 years ago");
});
