import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { getTimeRemaining } from "@/features/interview/api";

import { useCountdown } from "./useCountdown";

vi.mock("@/features/interview/api", () => ({ getTimeRemaining: vi.fn() }));
const answer = (seconds: number | null) =>
  vi.mocked(getTimeRemaining).mockResolvedValue({
    time_remaining_minutes: null,
    time_remaining_seconds: seconds,
    session_active: true,
  });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1_000));

function shown(enabled = true) {
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(() => useCountdown("a-session", enabled), { wrapper }).result;
}

it("counts down between two looks at the service's clock, and follows that clock", async () => {
  answer(100);
  const clock = shown();
  expect(clock.current).toBeNull();
  await pass(0);
  expect(clock.current).toBe(100);
  await pass(10);
  expect(clock.current).toBe(90);
  answer(40);
  await pass(6);
  expect(clock.current).toBeLessThanOrEqual(40);
  answer(0);
  await pass(60);
  expect(clock.current).toBe(0);
});

it("shows nothing where no clock ends the interview", async () => {
  answer(null);
  const clock = shown();
  await pass(1);
  expect(clock.current).toBeNull();
  answer(100);
  expect(shown(false).current).toBeNull();
});
