import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { GettingReady } from "./GettingReady";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("says why the first line takes long, once it does", () => {
  render(<GettingReady />);
  act(() => void vi.advanceTimersByTime(4_900));
  expect(screen.getByRole("status")).toHaveTextContent("Starting your interview…");
  act(() => void vi.advanceTimersByTime(200));
  expect(screen.getByRole("status")).toHaveTextContent(/still getting ready….*can take a minute/);
});
