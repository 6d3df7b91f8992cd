import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { timeRemaining } from "@/api/service";

const ASK_EVERY = 15_000;

/** Seconds left by the server's clock, counted down between two looks at it; `null` when no clock ends the interview. */
export function useClock(sessionId: string, enabled: boolean): number | null {
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ["clock", sessionId],
    queryFn: () => timeRemaining(sessionId),
    refetchInterval: ASK_EVERY,
    enabled,
  });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!enabled) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [enabled]);
  const left = data?.time_remaining_seconds;
  if (!enabled || left === null || left === undefined) return null;
  // Rounded up: when it shows nothing, there is nothing left by the server's clock either.
  return Math.max(0, Math.ceil(left - Math.max(0, now - dataUpdatedAt) / 1_000));
}

export const clockText = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** What is worth saying aloud about the time, if anything. */
export function clockWarning(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds === 0) return "The time is up. Your next answer is the last.";
  if (seconds <= 30) return "Less than 30 seconds left.";
  return seconds <= 90 ? "Less than 90 seconds left." : "";
}
